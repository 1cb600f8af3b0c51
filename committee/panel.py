"""What the committee's pages share: a panel with what a person may do now and why not, and tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relief.site.options import ReadOnlyAdmin
from relief.site.paging import CappedPaginator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User
    from relief.jobs.models import Job


def person(request: HttpRequest) -> User:
    """Return who is signed in; no page of the back office is open to anybody else."""
    return cast("User", request.user)


@dataclass(frozen=True, slots=True)
class Act:
    """A button: its words, its address, and, where the person may not, the sentence that says why."""

    label: StrOrPromise
    url: str
    why_not: StrOrPromise = ""
    danger: bool = False
    secondary: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A cell that stands to the right, with its figures under each other."""

    text: StrOrPromise


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; a cell is a text or a `Number`."""

    title: StrOrPromise
    headings: Sequence[StrOrPromise | Number]
    rows: Sequence[Sequence[StrOrPromise | Number]]


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands above a page: live work, a sentence, buttons and tables."""

    job: Job | None = None
    sentence: StrOrPromise = ""
    notice: StrOrPromise = ""
    acts: Sequence[Act] = field(default_factory=list)
    tables: Sequence[Table] = field(default_factory=list)


ActMaker = Callable[[Any, "User"], Sequence[Act]]

_acts: list[tuple[type[Model], str, ActMaker]] = []


def register_acts(model: type[Model], *, permission: str, acts: ActMaker) -> None:
    """Let a slice above offer `acts(row, user)` on the page of a row of a slice below, to who holds the permission."""
    _acts.append((model, permission, acts))


def acts_on(row: Model, user: User) -> list[Act]:
    """Return what the slices above offer the user on the page of the row."""
    makers = (acts for model, permission, acts in _acts if isinstance(row, model) and user.has_perm(permission))
    return [act for maker in makers for act in maker(row, user)]


class PanelAdmin(ReadOnlyAdmin):
    """A read-only list and page with a panel each; subclasses write `list_panel` and `panel`."""

    paginator = CappedPaginator
    change_list_template = "admin/shown_list.html"
    empty: StrOrPromise = _("Nothing stands here yet.")

    class Media:
        css = {"all": ("committee/committee.css",)}

    list_before_template = "admin/committee/panel.html"
    change_form_outer_before_template = "admin/committee/panel.html"

    def list_panel(self, request: HttpRequest) -> Panel:
        """Return what stands above the list."""
        return Panel()

    def panel(self, request: HttpRequest, row: Any) -> Panel:
        """Return what stands above the page of a row."""
        return Panel()

    def page_of(self, row: Model, name: str = "change") -> str:
        """Return the address of a page of the row: "change", or the name of one of its acts."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=(row.pk,))

    def page(self, name: str) -> str:
        """Return the address of a page of the model that is about no single row."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context = {**(extra_context or {}), "panel": self.list_panel(request), "empty": self.empty}
        return super().changelist_view(request, context)  # type: ignore[no-any-return]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id else None
        context = dict(extra_context or {})
        if row is not None and self.has_view_permission(request, row):
            panel = self.panel(request, row)
            context |= {"panel": panel, "job": panel.job, "title": str(row)}
        return super().changeform_view(request, object_id, form_url, context)  # type: ignore[no-any-return]
