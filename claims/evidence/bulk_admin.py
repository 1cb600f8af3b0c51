"""Evidence in bulk in the back office: archives, and for each what became of its files."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.evidence.bulk_models import ASSIGNABLE, EvidenceArchive, Outcome
from claims.evidence.bulk_pages import archive_urls
from claims.evidence.pages import BY_NAME
from claims.evidence.panes import when
from claims.evidence.services import UPLOAD
from relief.jobs.models import Job
from relief.site.showing import ShownAdmin

ROWS_A_PAGE = 50
TONES = {
    Outcome.MATCHED: "success",
    Outcome.ASSIGNED: "success",
    Outcome.ALREADY_THERE: "default",
    Outcome.UNKNOWN_NUMBER: "warning",
    Outcome.AMBIGUOUS: "warning",
}


@admin.register(EvidenceArchive)
class EvidenceArchiveAdmin(ShownAdmin):
    """Zip archives of evidence, newest first; counts are those with which the matching ended."""

    list_display = ("archive_name", "state_word", "file_count", "matched_count", "open_count", "handed_in")
    list_select_related = ("stored_file", "uploaded_by", "job")
    sortable_by = ()
    empty = _("No archive was handed in yet. Hand in a zip whose files begin with a receipt number.")
    page_template = "admin/claims/evidence/archive.html"
    page_related = ("stored_file", "uploaded_by", "job")

    class Media:
        css = {"all": ("claims/claims.css", "claims/evidence.css")}

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(UPLOAD):
            return []
        return [(_("Hand in a zip"), reverse("admin:claims_evidencearchive_receive"))]

    @display(description=_("file"))
    def archive_name(self, row: EvidenceArchive) -> str:
        return str(row)

    @display(description=_("state"))
    def state_word(self, row: EvidenceArchive) -> str:
        return str(row.job.get_state_display()) if row.job is not None else "–"

    @display(description=_("files"))
    def file_count(self, row: EvidenceArchive) -> str:
        return _counted(row, *Outcome)

    @display(description=_("put to claims"))
    def matched_count(self, row: EvidenceArchive) -> str:
        return _counted(row, Outcome.MATCHED)

    @display(description=_("without a claim"))
    def open_count(self, row: EvidenceArchive) -> str:
        return _counted(row, *ASSIGNABLE)

    @display(description=_("handed in"))
    def handed_in(self, row: EvidenceArchive) -> Any:
        return format_html(
            '<span class="claims-whole">{}</span><span class="evidence-under">{}</span>',
            when(row.uploaded_at),
            row.uploaded_by,
        )

    def page_context(self, request: HttpRequest, row: EvidenceArchive) -> dict[str, Any]:
        counts = dict(row.files.order_by().values_list("outcome").annotate(count=Count("pk")))
        chosen = request.GET.get("outcome", "")
        rows = row.files.select_related("evidence__claim", "assigned_by").order_by("number")
        if chosen in Outcome.values:
            rows = rows.filter(outcome=chosen)
        page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("p", "1"))
        done = row.job is not None and row.job.state == Job.State.DONE
        return {
            "archive": row,
            "job": None if done else row.job,
            "kind_words": row.get_kind_display() if row.kind else BY_NAME[1],
            "chosen": chosen,
            "all_count": sum(counts.values()),
            "counts": [(outcome.value, outcome.label, counts[outcome]) for outcome in Outcome if counts.get(outcome)],
            "page": page,
            "files": [(file, TONES.get(Outcome(file.outcome), "danger"), file.outcome in ASSIGNABLE) for file in page],
            "may_assign": request.user.has_perm(UPLOAD),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return archive_urls(self)


def _counted(row: EvidenceArchive, *outcomes: Outcome) -> str:
    """Return how many files ended so when the job did; a dash before."""
    if row.job is None or row.job.state != Job.State.DONE:
        return "–"
    return f"{sum(row.job.outcome.get(outcome.value, 0) for outcome in outcomes):,}"
