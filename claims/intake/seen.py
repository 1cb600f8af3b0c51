"""Which numbers may stand in the register already: asked before the database is, so that new ones cost no look-up."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

SLOTS = 1 << 24
MOST_KNOWN = 4_000_000
"""With more keys than this nearly every slot would be taken, and the filter would only cost."""


class Seen:
    """A filter of one byte a slot, 16 MB whatever the number of keys.

    A key it calls new is new for certain; of those it calls possible, some are new all the same and are looked up.
    """

    def __init__(self, known: Iterable[Hashable]) -> None:
        """Take in the keys that are known already; past MOST_KNOWN of them every key is called possible."""
        self._slots = bytearray(SLOTS)
        self._asks_always = False
        for count, key in enumerate(known):
            if count == MOST_KNOWN:
                self._asks_always = True
                break
            self._slots[hash(key) % SLOTS] = 1

    def possible(self, keys: Iterable[Hashable]) -> list[int]:
        """Return the places of the keys that may be known, and keep all of them as known from now on."""
        if self._asks_always:
            return list(range(len(list(keys))))
        slots = self._slots
        found = []
        for place, key in enumerate(keys):
            slot = hash(key) % SLOTS
            if slots[slot]:
                found.append(place)
            else:
                slots[slot] = 1
        return found
