"""Who looked at personal data, and who changed what."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from unfold.decorators import display
from unfold.paginator import InfinitePaginator
from unfold.views import UnfoldModelAdminViewMixin

from relief.audit import selectors
from relief.audit.models import Disclosure
from relief.site.options import ReadOnlyAdmin


class RecordPage(UnfoldModelAdminViewMixin, TemplateView):
    """The record of changes, newest first, page by page without counting."""

    permission_required = "relief.view_record"
    title = _("Record of changes")
    template_name = "admin/audit/record.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET
        page = selectors.record_of_changes(
            user=self.request.user,  # type: ignore[arg-type]
            table=asked.get("table", ""),
            row_key=asked.get("row", ""),
            cursor=asked.get("from", ""),
        )
        return {
            **super().get_context_data(**kwargs),
            "page": page,
            "tables": selectors.table_choices(),
            "table": asked.get("table", ""),
            "row_key": asked.get("row", ""),
        }


@admin.register(Disclosure)
class DisclosureAdmin(ReadOnlyAdmin):
    """Every reveal, search, view and download of personal data, with its reason."""

    list_display = ("at", "by", "kind", "subject_words", "subject_key", "fields", "reason")
    list_filter = ("kind",)
    list_select_related = ("by",)
    paginator = InfinitePaginator
    fields = ("at", "by", "kind", "subject_words", "subject_key", "columns", "reason", "request_id")

    @display(description=_("subject"))
    def subject_words(self, disclosure: Disclosure) -> Any:
        return selectors.table_words(disclosure.subject)

    @display(description=_("fields"))
    def columns(self, disclosure: Disclosure) -> str:
        return disclosure.fields

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (("record/", "record_of_changes", RecordPage.as_view(model_admin=self)),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("relief.view_disclosure")
