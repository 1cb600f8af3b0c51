"""Imports in the back office: the list, a page each with its outcome, and the rows that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.catalogue.models import ReporterType
from claims.intake.columns import FIELDS
from claims.intake.filters import UNDER_WAY, ImportFilter, RejectedRowFilter
from claims.intake.models import ClaimImport, ImportState, RejectedRow
from claims.intake.pages import ReceivePage, RejectedRowsPage, person
from claims.intake.rejections import fault_counts, in_words
from claims.intake.services import PERMISSION, PURPOSE
from claims.register.models import Claim
from relief.clock import start_of_day, today
from relief.files.models import StoredFile
from relief.files.services import readable_by
from relief.jobs.models import Job
from relief.money import format_won
from relief.site.home import Card, register_card
from relief.site.showing import ShownAdmin

if TYPE_CHECKING:
    from datetime import datetime

    from relief.accounts.models import User

STATE_COLOURS = {
    ImportState.WAITING: "default",
    ImportState.LOADING: "info",
    ImportState.ACCEPTED: "success",
    ImportState.FAILED: "danger",
    ImportState.CANCELLED: "warning",
}
ROWS_A_PAGE = 50


def _moment(at: datetime | None) -> str:
    return "–" if at is None else date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def _count(description: Any, field: str) -> Any:
    """Return a column of a count with its separators."""

    @display(description=description, ordering=field)
    def column(_admin: Any, row: ClaimImport) -> str:
        return f"{getattr(row, field):,}"

    return column


@admin.register(ClaimImport)
class ClaimImportAdmin(ShownAdmin):
    """Imports, newest first, and one page each: progress, outcome, rejected rows, columns, the file itself."""

    list_display = (
        "file_name",
        "state_word",
        "source_text",
        "read_text",
        "new_text",
        "same_text",
        "rejected_text",
        "sum_text",
        "imported_by",
        "created",
    )
    list_select_related = ("stored_file", "imported_by")
    sortable_by = ("created",)
    filterset = ImportFilter
    empty = _("No claim file has been imported for this incident yet. Import one: its rows become claims.")
    page_template = "admin/claims/intake/import.html"
    page_related = ("stored_file", "imported_by", "job")

    read_text = _count(_("rows read"), "rows_read")
    new_text = _count(_("new"), "rows_new")
    same_text = _count(_("same as before"), "rows_same")
    rejected_text = _count(_("rejected"), "rows_rejected")

    class Media:
        css = {"all": ("claims/intake.css",)}

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Import a file"), reverse("admin:claims_claimimport_receive"))]

    @display(description=_("file"))
    def file_name(self, row: ClaimImport) -> str:
        return row.stored_file.name

    @display(description=_("state"), label=STATE_COLOURS)
    def state_word(self, row: ClaimImport) -> Any:
        return row.state, row.get_state_display()

    @display(description=_("source"))
    def source_text(self, row: ClaimImport) -> str:
        return row.source or "–"

    @display(description=_("sum of losses"))
    def sum_text(self, row: ClaimImport) -> str:
        return format_won(int(row.sum_of_losses))

    @display(description=_("handed in"), ordering="id")
    def created(self, row: ClaimImport) -> str:
        return _moment(row.created_at)

    def page_context(self, request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
        accepted = row.state == ImportState.ACCEPTED
        return {
            "claim_import": row,
            "tone": STATE_COLOURS[ImportState(row.state)],
            "job": row.job if row.job and row.job.state != Job.State.DONE else None,
            "facts": _facts(row),
            "accepted": accepted,
            "file_url": _file_url(request, row),
            "claims_url": _claims_url(request, row) if accepted and row.rows_new else "",
            "tables": _outcome_tables(row) if accepted else [],
            "columns": _columns(row),
            **(_rejected(request, row) if accepted and request.user.has_perm("claims.view_rejectedrow") else {}),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("receive/", "claims_claimimport_receive", ReceivePage.as_view(model_admin=self)),
            (
                "<path:object_id>/rejected-rows/",
                "claims_claimimport_rejected_rows",
                RejectedRowsPage.as_view(model_admin=self),
            ),
        )


def _facts(row: ClaimImport) -> list[tuple[Any, Any]]:
    return [
        (_("Source"), row.source or "–"),
        (_("Handed in by"), row.imported_by),
        (_("Handed in"), _moment(row.created_at)),
        (_("Ended"), _moment(row.ended_at)),
        (_("Size"), filesizeformat(row.stored_file.size)),
        (_("SHA-256"), row.sha256),
    ]


def _file_url(request: HttpRequest, row: ClaimImport) -> str:
    return reverse("stored_file", args=(row.stored_file_id,)) if _open_to(person(request), row.stored_file) else ""


def _claims_url(request: HttpRequest, row: ClaimImport) -> str:
    if not request.user.has_perm("claims.view_claim"):
        return ""
    return f"{reverse('admin:claims_claim_changelist')}?claim_import={row.pk}"


def _outcome_tables(row: ClaimImport) -> list[tuple[Any, list[tuple[Any, int]]]]:
    """Return (title, [(word, new claims)]) by reporter type and by admission, as far as the job told."""
    outcome = row.job.outcome if row.job else {}
    tables = []
    for title, key, words in (
        (_("New claims by reporter type"), "reporter_types", ReporterType),
        (_("New claims by admission"), "admissions", Claim.Admission),
    ):
        counts = outcome.get(key, {})
        rows = [(word.label, counts[word.value]) for word in words if counts.get(word.value)]
        if rows:
            tables.append((title, rows))
    return tables


def _columns(row: ClaimImport) -> list[tuple[str, Any]]:
    """Return (heading, field that it feeds or None) of every column in the file's order."""
    fed = {column: FIELDS[name] for name, column in row.profile.get("columns", {}).items() if name in FIELDS}
    return [(heading, fed.get(place)) for place, heading in enumerate(row.profile.get("headings", ()))]


def _rejected(request: HttpRequest, row: ClaimImport) -> dict[str, Any]:
    """Return the page of rejected rows that the address asks for, and how many rows have which fault."""
    rows = RejectedRow.objects.filter(claim_import=row).order_by("line")
    chosen = RejectedRowFilter({"fault": request.GET.get("fault", "")}, queryset=rows)
    fault = request.GET.get("fault", "") if chosen.is_valid() else ""
    counts = fault_counts(row)
    paginator = Paginator(chosen.qs if fault else rows, ROWS_A_PAGE)
    # Counted already: by fault above, and all of them on the import.
    paginator.count = {code: count for code, _text, count in counts}.get(fault, 0) if fault else row.rows_rejected
    page = paginator.get_page(request.GET.get("p"))
    return {
        "rejected_page": page,
        "rejected_rows": [in_words(one) for one in page.object_list],
        "fault_counts": counts,
        "fault": fault,
        "page_numbers": list(paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
        "download_url": reverse("admin:claims_claimimport_rejected_rows", args=(row.pk,)),
    }


def _open_to(user: User, _row: StoredFile) -> bool:
    return user.has_perm(PERMISSION) or (
        user.has_perm("claims.view_claimimport") and user.has_perm("relief.view_storedfile")
    )


def _card(user: User, title: Any, sentence: Any, address: str, **which: Any) -> Card | None:
    count = ClaimImport.objects.visible_to(user).filter(**which).count()
    return Card(title, count, sentence, reverse("admin:claims_claimimport_changelist") + address) if count else None


def failed_card(user: User) -> Card | None:
    """Return how many imports failed and were not taken up again."""
    sentence = _("Nothing of these files stands in the register. Look why, and try again.")
    return _card(user, _("Failed imports"), sentence, "?state=failed", state=ImportState.FAILED)


def rejected_card(user: User) -> Card | None:
    """Return how many imports that ended today refused rows."""
    day = today()
    sentence = _("Files of today have rows that were refused. Look at their faults.")
    return _card(
        user,
        _("Imports with rejected rows"),
        sentence,
        f"?state=accepted&rejected=yes&ended_from={day}",
        state=ImportState.ACCEPTED,
        rows_rejected__gt=0,
        ended_at__gte=start_of_day(day),
    )


def under_way_card(user: User) -> Card | None:
    """Return how many imports wait or load."""
    sentence = _("Claim files are on their way into the register.")
    return _card(user, _("Imports under way"), sentence, "?state=open", state__in=UNDER_WAY)


for _maker in (failed_card, rejected_card, under_way_card):
    register_card(permission=PERMISSION, card=_maker)

readable_by(PURPOSE, _open_to)
