"""Numbers as templates show them."""

from __future__ import annotations

from django import template

from relief.money import format_won

register = template.Library()

register.filter("won", format_won)


@register.filter
def with_commas(number: int) -> str:
    """Return a count with thousands separators."""
    return f"{number:,}"
