"""A kept simulation as two pages for the meeting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import View
from unfold.views import UnfoldModelAdminViewMixin

from claims.triage.narrowing import words_of
from committee.panel import Number, Table
from committee.plan.selectors import budget_of
from committee.plan.simulator import tables
from committee.plan.simulator.factors import Proposal
from committee.plan.simulator.models import Simulation
from committee.plan.simulator.proposing import proposals_table
from committee.plan.simulator.results import Told
from committee.plan.simulator.services import told_again, variants_kept
from relief.errors import RuleBroken
from relief.pdf.services import render

MOST_ROWS = 12
"""Rows of a table that find room on a page; what is more is told as a number."""


class PrintView(UnfoldModelAdminViewMixin, View):
    """Gives the two pages as a PDF."""

    permission_required = "committee.view_simulation"
    title = gettext_lazy("Print for the meeting (PDF)")

    def get(self, request: HttpRequest, object_id: str, **_context: Any) -> HttpResponse:
        kept: Simulation | None = self.model_admin.get_object(request, object_id)
        if kept is None:
            raise Http404
        try:
            pages = printed(kept)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:committee_simulation_change", args=(kept.pk,)))
        answer = HttpResponse(pages, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="simulation-{kept.pk}.pdf"'
        return answer


def printed(kept: Simulation) -> bytes:
    """Return a kept simulation as a PDF of two pages, in the active language; the same simulation, the same bytes.

    Raises RuleBroken(snapshot_altered).
    """
    told = told_again(kept)
    shown = told[-1]
    words = words_of(kept.narrowing, incident_id=kept.incident_id)
    facts = [
        (_("Simulation"), kept.name),
        (_("Note"), kept.note or "–"),
        (_("Claims"), " · ".join(f"{label}: {value}" for label, value in words)),
        (_("Kept by"), f"{kept.kept_by}, {date_format(localtime(kept.kept_at), 'DATETIME_FORMAT')}"),
        (_("SHA-256 of the data"), kept.snapshot_sha256),
    ]
    first = [
        tables.terms_table(variants_kept(kept)),
        tables.overview_table(told, budget_of(kept.measure)),
        tables.lines_table(shown),
    ]
    second = [
        tables.spread_table(told),
        *(tables.shifts_table(one) for one in told if one.shifts),
        tables.moves_table(shown),
        proposals_table([Proposal(**told) for told in kept.factors]),
    ]
    return render(
        "simulation.typ",
        {
            "created_at": kept.kept_at,
            "title": kept.name,
            "language": "en" if get_language() == "en" else "ko",
            "incident": str(kept.incident),
            "date": date_format(localtime(kept.kept_at), "DATE_FORMAT"),
            "facts": facts,
            "first": [_plain(table) for table in first],
            "second": [_plain(table) for table in second if table.rows],
            "histogram_title": _("Losses that reach the tiers, in won"),
            "histogram": _bars(shown),
        },
    )


def _bars(told: Told) -> dict[str, Any]:
    """Return the classes of the histogram and the bounds that lie between them, as the template draws them."""
    most = max((one.claims for one in told.histogram), default=0) or 1
    end = told.histogram[-1].lower if told.histogram else 1
    tops = [tier.upper - 1 for tier in told.variant.terms.tiers if tier.upper is not None]
    share = (len(told.histogram) - 1) / max(len(told.histogram), 1)
    return {
        "bars": [{"height": one.claims / most, "words": f"{one.claims:,}"} for one in told.histogram],
        "from": "0",
        "to": f"{end:,}+",
        "bounds": [{"at": min(top / end, 1.0) * share, "words": f"{top:,}"} for top in tops],
    }


def _plain(table: Table) -> dict[str, Any]:
    """Return a table as texts; the columns of numbers by their place."""
    headings = [str(cell.text if isinstance(cell, Number) else cell) for cell in table.headings]
    rows: list[Sequence[Any]] = list(table.rows[:MOST_ROWS])
    return {
        "title": str(table.title),
        "headings": headings,
        "numbers": [place for place, cell in enumerate(table.headings) if isinstance(cell, Number)],
        "rows": [[str(cell.text if isinstance(cell, Number) else cell) for cell in row] for row in rows],
        "more": max(0, len(table.rows) - MOST_ROWS),
    }
