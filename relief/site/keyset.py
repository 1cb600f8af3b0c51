"""Pages of lists of any length: a page begins beside a row, not after a number of rows, so a deep one costs no more."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Model, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from relief.clock import end_of_day, start_of_day
from relief.site.showing import NarrowedList

WORDS = ("after", "before", "last", "day")
"""What an address says of the place in the list: the key of a row, "1", or a Seoul day."""


class KeysetPaginator(Paginator):  # type: ignore[type-arg]
    """Gives the list's foot its template and its count; the rows of a page come from `KeysetList`."""

    CAP = 1_000
    """Rows that are counted where no roll-up knows the number."""

    template_name = "admin/includes/keyset_pagination.html"
    is_capped = False

    def page(self, number: int | str) -> Page[Any]:
        raise NotImplementedError


class KeysetList(NarrowedList):
    """A list in the order of one column and the key; the address names the row that its page begins beside.

    `day_column` is the instant that a jump to a day goes by; it works in the order of that column alone. Keys are
    picked first; joins and wide columns are read for the rows of the page alone.
    """

    day_column = ""
    summed = ""

    def get_filters_params(self, params: Any = None) -> Any:
        chosen = super().get_filters_params(params)
        return {name: value for name, value in chosen.items() if name not in WORDS}

    def get_ordering_field(self, field_name: Any) -> Any:
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    def counted(self) -> tuple[int, int | None] | None:
        """Return the number of rows and the sum where a roll-up knows them; None has them counted up to the cap."""
        return None

    def get_results(self, request: HttpRequest) -> None:
        rows: Any = self.queryset
        size = self.list_per_page
        self.paginator = KeysetPaginator(rows, size)
        self._count()
        (column, falling), reverse_order = _first_order(rows), False
        anchor = self._anchor(request, column)
        if self._place(request) == "last":
            reverse_order = True
        elif self._place(request) == "before" and anchor is not None:
            rows, reverse_order = rows.filter(_beside(column, anchor, lower=not falling)), True
        elif self._place(request) == "after" and anchor is not None:
            rows = rows.filter(_beside(column, anchor, lower=falling))
        elif self._place(request) == "day" and column == self.day_column:
            rows = rows.filter(_from_day(column, self.day(request), falling=falling))
        order = _order(column, falling=falling)
        picked = rows.order_by(*(_turned(order) if reverse_order else order))
        keys = list(picked.values_list("pk", flat=True)[: size + 1])
        more, keys = len(keys) > size, keys[:size]
        self.result_list = list(self.queryset.order_by(*order).filter(pk__in=keys)) if keys else []
        self.has_next = (anchor is not None or self._place(request) == "day") if reverse_order else more
        if self._place(request) == "last":
            self.has_next = False
        self.has_previous = more if reverse_order else self._place(request) in {"after", "day"}
        self.show_admin_actions = True
        self.show_full_result_count = False
        self.full_result_count = self.result_count
        self.can_show_all, self.multi_page = False, self.has_next or self.has_previous

    def _count(self) -> None:
        known = self.counted()
        cap = KeysetPaginator.CAP
        if known is None:
            some = self.queryset.order_by().select_related(None)[: cap + 1]
            sums = {"total": Sum(self.summed)} if self.summed else {}
            found = some.aggregate(count=Count("pk"), **sums)
            known = found["count"], found.get("total") or 0
            if known[0] > cap:
                self.paginator.is_capped = True
                known = cap, None
        self.result_count, self.result_sum = known

    def _place(self, request: HttpRequest) -> str:
        return next((word for word in WORDS if request.GET.get(word)), "")

    def day(self, request: HttpRequest) -> date | None:
        """Return the day to jump to, or None where the address names none."""
        try:
            return parse_date(request.GET.get("day", ""))
        except ValueError:
            return None

    def _anchor(self, request: HttpRequest, column: str) -> Any:
        key = request.GET.get(self._place(request), "")
        if self._place(request) not in {"after", "before"} or not key.isdecimal() or len(key) > 18:
            return None
        return self.root_queryset.filter(pk=key).order_by().values_list(column, "pk").first()

    def _at(self, **words: Any) -> str:
        return str(self.get_query_string(words, [word for word in WORDS if word not in words]))

    @property
    def first_address(self) -> str:
        """Where the list begins."""
        return self._at()

    @property
    def last_address(self) -> str:
        """Where the list ends."""
        return self._at(last=1)

    @property
    def previous_address(self) -> str:
        """The page before the first row shown."""
        return self._at(before=self.result_list[0].pk) if self.result_list else self.last_address

    @property
    def next_address(self) -> str:
        """The page after the last row shown."""
        return self._at(after=self.result_list[-1].pk) if self.result_list else self.first_address

    @property
    def shown_day(self) -> str:
        """The day in the box of the jump."""
        return str(self.params.get("day", ""))

    @property
    def kept_words(self) -> list[tuple[str, str]]:
        """The words of the address that a jump to a day keeps."""
        return [(name, value) for name, value in self.params.items() if name not in WORDS]


def _first_order(rows: QuerySet[Model]) -> tuple[str, bool]:
    first = str(rows.query.order_by[0])
    return first.lstrip("-"), first.startswith("-")


def _order(column: str, *, falling: bool) -> list[str]:
    sign = "-" if falling else ""
    return [f"{sign}{column}", f"{sign}id"]


def _turned(order: list[str]) -> list[str]:
    return [word[1:] if word.startswith("-") else f"-{word}" for word in order]


def _beside(column: str, anchor: tuple[Any, int], *, lower: bool) -> Q:
    """Return the condition of the rows on one side of a row; its first part is what an index walks to."""
    value, key = anchor
    side = "lt" if lower else "gt"
    return Q(**{f"{column}__{side}e": value}) & (Q(**{f"{column}__{side}": value}) | Q(**{f"id__{side}": key}))


def _from_day(column: str, day: date | None, *, falling: bool) -> Q:
    if day is None:
        return Q()
    return Q(**{f"{column}__lt": end_of_day(day)}) if falling else Q(**{f"{column}__gte": start_of_day(day)})
