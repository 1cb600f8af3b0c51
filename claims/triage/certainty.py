"""How sure a classification is, and from where on a person looks at it."""

from __future__ import annotations

SURE = 100
"""Confidence of a person's word, and of a rule that says nothing about its own."""

UNCERTAIN_BELOW = 70
"""A claim whose least sure axis lies below this waits in the queue; the queue's index is built on the same line."""
