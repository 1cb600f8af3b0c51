"""Pages of long lists: never counted to their end, and deep ones as quick as the first."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and pages no further than CAP rows; a page picks its keys first and fetches only their rows.

    The list says "10,000+" where there are more; who looks for an older row narrows the list.
    """

    CAP = 10_000
    template_name = "admin/includes/capped_pagination.html"

    @cached_property
    def found(self) -> int:
        """How many rows there are, or CAP + 1 where there are more than CAP."""
        rows: Any = self.object_list
        return int(rows.order_by()[: self.CAP + 1].count())

    @property
    def is_capped(self) -> bool:
        """Say whether there are more rows than the list pages through."""
        return self.found > self.CAP

    @cached_property
    def count(self) -> int:
        return min(self.found, self.CAP)

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows: Any = self.object_list
        # Joins and wide columns are read for the rows of the page alone, not for all those before it.
        keys = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        return Page(rows.filter(pk__in=keys), number, self)
