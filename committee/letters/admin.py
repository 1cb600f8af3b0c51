"""Decision letters in the back office: sendings with their progress, and the letter of one decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.helpdesk.letters.models import Delivery
from committee.decisions.models import Decision
from committee.letters.models import LetterRun
from committee.letters.pages import ManyPage, OnePage, OnePdfView
from committee.letters.selectors import key_of
from committee.letters.services import PERMISSION
from committee.panel import Act, Number, Panel, PanelAdmin, Table, register_acts

if TYPE_CHECKING:
    from relief.accounts.models import User


@admin.register(LetterRun)
class LetterRunAdmin(PanelAdmin):
    """Sendings of decision letters, each with what became of its letters."""

    list_display = ("__str__", "selection_text", "language", "channel", "started_by_name", "started_at", "job_state")
    list_select_related = ("started_by", "job")
    fields = ("selection_text", "language", "channel", ("started_by_name", "started_at"))
    empty = _("No decision letters were sent in bulk yet. Run the decisions, then send their letters from here.")

    @display(description=_("selection"))
    def selection_text(self, run: LetterRun) -> str:
        words = []
        if "outcome" in run.selection:
            words.append(str(Decision.Outcome(run.selection["outcome"]).label))
        if "run" in run.selection:
            words.append(f"#{run.selection['run']}")
        if "tier" in run.selection:
            words.append(str(_("Tier %(number)s") % {"number": run.selection["tier"]}))
        return ", ".join(words) or str(_("All"))

    @display(description=_("by"))
    def started_by_name(self, run: LetterRun) -> str:
        return str(run.started_by)

    @display(description=_("state"))
    def job_state(self, run: LetterRun) -> str:
        return "–" if run.job is None else run.job.get_state_display()

    def list_panel(self, request: HttpRequest) -> Panel:
        if not request.user.has_perm(PERMISSION):
            return Panel()
        return Panel(acts=[Act(_("Send decision letters"), self.page("many"))])

    def panel(self, request: HttpRequest, row: LetterRun) -> Panel:
        found = (
            Delivery.objects.filter(job=row.job).values_list("state").annotate(letters=Count("pk")).order_by("state")
        )
        rows = [(Delivery.State(state).label, Number(f"{letters:,}")) for state, letters in found]
        acts = []
        if rows and request.user.has_perm("claims.view_delivery"):
            address = f"{reverse('admin:claims_delivery_changelist')}?job={row.job_id}"
            acts.append(Act(_("Show these letters"), address, secondary=True))
        tables = [Table(_("Letters"), (_("state"), Number(_("letters written"))), rows)] if rows else []
        return Panel(job=row.job, acts=acts, tables=tables)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("many/", "committee_letterrun_many", ManyPage.as_view(model_admin=self)),
            ("decision/<int:decision_id>/", "committee_decision_tell", OnePage.as_view(model_admin=self)),
            ("decision/<int:decision_id>/pdf/", "committee_decision_letter", OnePdfView.as_view(model_admin=self)),
        )


def acts_at_decision(decision: Decision, _user: User) -> list[Act]:
    """Return what the page of a decision offers: telling it where it stands and was not told, and its letter as PDF."""
    if Decision.objects.filter(supersedes=decision).exists():
        return []
    pdf = reverse("admin:committee_decision_letter", args=(decision.pk,))
    acts = [Act(_("Letter as PDF"), pdf, secondary=True)]
    if not Delivery.objects.filter(key=key_of(decision)).exists():
        acts.insert(0, Act(_("Tell this decision"), reverse("admin:committee_decision_tell", args=(decision.pk,))))
    return acts


register_acts(Decision, permission=PERMISSION, acts=acts_at_decision)
