"""What every admin page of the project shares: scope, no writes by itself, refusals as messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from relief.audit.row_history import history_of
from relief.errors import RuleBroken

if TYPE_CHECKING:
    from django.db.models import ForeignKey


class _Scoped:
    """Narrow every read to what the signed-in user may see."""

    model: type[Model]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        visible_to = getattr(rows, "visible_to", None)
        return visible_to(request.user) if visible_to is not None else rows

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        rows = db_field.related_model._default_manager.all()
        if "queryset" not in kwargs and hasattr(rows, "visible_to"):
            kwargs["queryset"] = rows.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc,no-any-return]


class OfferedFilters:
    """Allows the filters of the list alone: any other word could spell out a hidden column letter by letter."""

    list_filter: Sequence[Any]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        fields = {f"{name}__{test}" for name in self.list_filter for test in ("exact", "isnull")}
        return lookup in fields | {getattr(narrowing, "parameter_name", "") for narrowing in self.list_filter}


class ListTitle:
    """Titles a list with what it lists; Django's own "Select … to change" reads badly in Korean."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = capfirst(self.opts.verbose_name_plural)  # type: ignore[attr-defined]
        return super().changelist_view(request, {"title": title, **(extra_context or {})})  # type: ignore[misc]


class OwnAddresses:
    """Leads own addresses to their views with what stands in the address and nothing more.

    The theme would hand over the model admin as well, which pages made by `as_view(model_admin=…)` have already.
    """

    def _path_from_custom_url(self, custom_url: tuple[str, str, Any]) -> URLPattern:
        route, name, view = custom_url
        return path(route, self.admin_site.admin_view(view), name=name)  # type: ignore[attr-defined]


class RowHistory:
    """The history of a row out of the record of changes, for who may see the row; Django's own is not kept."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, row):  # type: ignore[attr-defined]
            raise PermissionDenied
        if row is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("History"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "original": row,
            "changes": history_of(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/audit/row_history.html", context)


class ReadOnlyAdmin(OwnAddresses, RowHistory, OfferedFilters, ListTitle, _Scoped, ModelAdmin):
    """A list and a page that show and never write; acts are pages of their own (`relief.site.pages.ActPage`)."""

    list_per_page = 50
    show_full_result_count = False
    actions: Any = ()
    list_fullwidth = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(_Scoped, TabularInline):
    """Rows beneath their parent, to be read only."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def attempt(request: HttpRequest, act: Callable[[], str]) -> bool:
    """Call one service through `act`; report its sentence or its refusal, and say whether it held."""
    try:
        messages.success(request, act())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return False
    return True
