"""Lists narrowed by a FilterSet, and pages with a template of their own; nothing here writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.views import ChangeList

from relief.scope import working_incident_id
from relief.site.options import ReadOnlyAdmin
from relief.site.paging import CappedPaginator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class NarrowedList(ChangeList):
    """Narrows by the words of the admin's `filterset` and by nothing else.

    Any other word in the address (`?phone_index=`, `?account_sealed__startswith=`) is refused with 400.
    """

    filterset: Any = None

    def get_filters(self, request: HttpRequest) -> Any:
        filterset = self.model_admin.filterset
        known = set() if filterset is None else set(filterset.base_filters)
        unknown = set(self.get_filters_params()) - known
        if unknown:
            raise DisallowedModelAdminLookup(f"Filtering by {', '.join(sorted(unknown))} not allowed")
        return [], False, {}, False, False

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        if self.model_admin.filterset is None:
            return rows
        incident_id = working_incident_id(request.user)  # type: ignore[arg-type]
        self.filterset = self.model_admin.filterset(
            request.GET, queryset=rows, request=request, incident_id=incident_id
        )
        return self.filterset.qs if self.filterset.is_valid() else rows.none()

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # The paginator says how many there are; the theme's head would say it a second time, and uncapped.
        self.full_result_count = self.result_count

    @property
    def narrowing(self) -> list[str]:
        """The words of the filter that are in use."""
        known = () if self.filterset is None else self.filterset.filters
        return [name for name in known if self.filter_params.get(name, [""]) != [""]]

    def _fields(self, *, main: bool) -> list[Any]:
        first = self.model_admin.main_filters
        form = self.filterset.form
        return [field for field in form if (not first or field.name in first) == main]

    @property
    def main_fields(self) -> list[Any]:
        """The fields of the filter that are always in sight."""
        return self._fields(main=True)

    @property
    def more_fields(self) -> list[Any]:
        """The fields behind "more filters"."""
        return self._fields(main=False)

    @property
    def more_used(self) -> bool:
        """Say whether a field behind "more filters" is in use."""
        return any(field.name in self.narrowing for field in self.more_fields)

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """The words in use: label, value in words, and the address without the word."""
        form = None if self.filterset is None else self.filterset.form
        return [
            (str(form[name].label), self._said(form[name]), self.get_query_string(remove=[name]) or "?o=")
            for name in self.narrowing
            if form is not None
        ]

    def _said(self, field: Any) -> str:
        value = str(field.value())
        words = {str(code): str(word) for code, word in getattr(field.field.widget, "choices", ())}
        return words.get(value, value)


class ShownAdmin(ReadOnlyAdmin):
    """A read-only list, and a page that renders `page_template` with `page_context`; outside the scope it is a 404.

    `filterset` narrows the list (a FilterSet that takes `incident_id`); `page_related` are the relations that the page
    reads; `empty` is the sentence of a list without rows; of many filters, `main_filters` are in sight at once.
    """

    paginator = CappedPaginator
    change_list_template = "admin/shown_list.html"
    list_before_template = "admin/includes/list_filter.html"
    filterset: Any = None
    main_filters: tuple[str, ...] = ()
    page_template = ""
    page_related: tuple[str, ...] = ()
    empty: StrOrPromise = ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return NarrowedList

    def list_acts(self, request: HttpRequest) -> list[tuple[StrOrPromise, str]]:
        """Return (label, address) of the buttons above the list."""
        return []

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what the page's template shows."""
        return {}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context = {**(extra_context or {}), "list_acts": self.list_acts(request), "empty": self.empty}
        return super().changelist_view(request, context)  # type: ignore[no-any-return]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if object_id is None or request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related(*self.page_related)
        row = rows.filter(pk=object_id).first() if object_id.isdecimal() and len(object_id) < 19 else None
        if row is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "original": row,
            "media": self.media,
            **self.page_context(request, row),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.page_template, context)
