"""Imports in the back office: the list, and a page each with the next step and its tabs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.intake import amendments_admin, cards, panels
from claims.intake.filters import UNDER_WAY, ImportFilter
from claims.intake.import_pages import import_urls
from claims.intake.import_steps import next_step
from claims.intake.import_tabs import TABS, chosen_tab
from claims.intake.mapping_pages import mapping_urls
from claims.intake.models import ClaimImport, ImportState
from claims.intake.rejected_pages import rejected_urls
from claims.intake.services import PERMISSION, PURPOSE
from relief.clock import now
from relief.files.models import StoredFile
from relief.files.services import readable_by
from relief.jobs.models import Job
from relief.money import format_won
from relief.site.showing import ShownAdmin

if TYPE_CHECKING:
    from relief.accounts.models import User

__all__ = ("ClaimImportAdmin", "amendments_admin", "cards", "panels")

STATE_COLOURS = {
    ImportState.PROPOSED: "warning",
    ImportState.WAITING: "info",
    ImportState.LOADING: "info",
    ImportState.STAGED: "warning",
    ImportState.ACCEPTING: "info",
    ImportState.ACCEPTED: "success",
    ImportState.UNDOING: "info",
    ImportState.UNDONE: "default",
    ImportState.REFUSED: "default",
    ImportState.FAILED: "danger",
    ImportState.CANCELLED: "default",
}


_NOTHING = format_html('<span class="intake-number">{}</span>', "–")


def _count(description: Any, field: str) -> Any:
    """Return a column of a count with its separators."""

    @display(description=description, ordering=field)
    def column(_admin: Any, row: ClaimImport) -> Any:
        shown = f"{getattr(row, field):,}" if row.rows_read else "–"
        return format_html('<span class="intake-number">{}</span>', shown)

    return column


@admin.register(ClaimImport)
class ClaimImportAdmin(ShownAdmin):
    """Imports, newest first, and one page each."""

    list_display = (
        "file_name",
        "state_word",
        "read_text",
        "new_text",
        "same_text",
        "changed_text",
        "rejected_text",
        "created",
    )
    list_select_related = ("stored_file", "imported_by", "job")
    sortable_by = ("created",)
    filterset = ImportFilter
    empty = _("No claim file has been imported for this incident yet. Import one: its rows become claims.")
    page_template = "admin/claims/intake/import.html"
    page_related = ("stored_file__stored_by", "imported_by", "job", "saved_profile", "continues__stored_file")

    read_text = _count(_("read"), "rows_read")
    same_text = _count(_("same"), "rows_same")
    changed_text = _count(_("changed"), "rows_changed")
    rejected_text = _count(_("rejected"), "rows_rejected")

    class Media:
        css = {"all": ("claims/intake.css",)}

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Import a file"), reverse("admin:claims_claimimport_receive"))]

    @display(description=_("file"))
    def file_name(self, row: ClaimImport) -> Any:
        told = [gettext("no. %(number)s") % {"number": row.pk}, row.source]
        if row.continues_id is not None:
            told.append(gettext("continues no. %(number)s") % {"number": row.continues_id})
        under = " · ".join(filter(None, told))
        return format_html(
            '<span class="intake-file">{}</span><span class="intake-under">{}</span>', row.stored_file.name, under
        )

    @display(description=_("state"), label=STATE_COLOURS)
    def state_word(self, row: ClaimImport) -> Any:
        word, job = str(row.get_state_display()), row.job
        if row.state in UNDER_WAY and job is not None and job.total:
            word = f"{word} {min(100, job.done * 100 // job.total)} %"
        return row.state, word

    @display(description=_("new, sum of losses"))
    def new_text(self, row: ClaimImport) -> Any:
        if not row.rows_read:
            return _NOTHING
        return format_html(
            '<span class="intake-number">{}<span class="intake-under">{}</span></span>',
            f"{row.rows_new:,}",
            format_won(int(row.sum_of_losses)),
        )

    @display(description=_("handed in"), ordering="id")
    def created(self, row: ClaimImport) -> Any:
        at = date_format(localtime(row.created_at), "SHORT_DATETIME_FORMAT")
        return format_html(
            '{}<span class="intake-under">{} · {}</span>',
            at,
            row.imported_by,
            _age(row),
        )

    def page_context(self, request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
        user: Any = request.user
        tab = chosen_tab(request, row)
        return {
            "claim_import": row,
            "tone": STATE_COLOURS[ImportState(row.state)],
            "age": _age(row),
            "job": row.job
            if row.job and row.job.state != Job.State.DONE and row.state != ImportState.REFUSED
            else None,
            "step": next_step(row, user),
            "tabs": TABS,
            "tab": tab,
            **tab.context(request, row),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (*mapping_urls(self), *import_urls(self), *rejected_urls(self))


def _age(row: ClaimImport) -> str:
    if now() - row.created_at < timedelta(minutes=1):
        return gettext("just now")
    return gettext("%(age)s ago") % {"age": timesince(row.created_at, depth=1)}


def _open_to(user: User, _row: StoredFile) -> bool:
    return user.has_perm(PERMISSION) or (
        user.has_perm("claims.view_claimimport") and user.has_perm("relief.view_storedfile")
    )


readable_by(PURPOSE, _open_to)
