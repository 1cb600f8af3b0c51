"""Decisions in the back office: runs with their progress and result, and every decision with its sentence."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.evidence.models import Kind
from committee.decisions.adjusting import PERMISSION
from committee.decisions.adjustments import Adjustment
from committee.decisions.models import Decision, DecisionRun
from committee.decisions.pages import AcceptPage, AgainPage, CorrectPage, DismissPage, StartPage
from committee.decisions.selectors import shares_of, undecided_claims
from committee.decisions.sentences import explain
from committee.panel import Act, Number, Panel, PanelAdmin, Table, acts_on, person
from committee.plan.policies import Tier
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.home import Card, register_card

OUTCOME_COLOURS = {
    Decision.Outcome.SUPPORTED: "success",
    Decision.Outcome.REVIEW: "warning",
    Decision.Outcome.NOT_ELIGIBLE: "default",
    Decision.Outcome.PROOF_MISSING: "warning",
}


class TierFilter(admin.SimpleListFilter):
    """Decisions of one tier, by its number."""

    title = _("tier")
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        numbers = Tier.objects.visible_to(request.user).values_list("number", flat=True)  # type: ignore[arg-type]
        return [(number, str(number)) for number in numbers.distinct().order_by("number")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        value = self.value() or ""
        return queryset.filter(tier__number=int(value)) if value.isdecimal() else queryset


@admin.register(DecisionRun)
class DecisionRunAdmin(PanelAdmin):
    """Runs of a policy version; a page shows the progress, then what came of it."""

    list_display = ("__str__", "run_by_name", "created_at", "job_state")
    list_select_related = ("policy__measure", "run_by", "job")
    fields = ("policy", "run_by_name", "created_at", "is_again", "reason")

    @display(description=_("by"))
    def run_by_name(self, row: Any) -> str:
        return str(row.run_by or "–")

    @display(description=_("state"))
    def job_state(self, run: DecisionRun) -> str:
        return "–" if run.job is None else run.job.get_state_display()

    def list_panel(self, request: HttpRequest) -> Panel:
        if not request.user.has_perm("committee.run_decisions"):
            return Panel()
        return Panel(
            acts=[
                Act(_("Run the decisions"), self.page("start")),
                Act(_("Decide the decided claims anew"), self.page("again"), secondary=True),
            ]
        )

    def panel(self, request: HttpRequest, row: DecisionRun) -> Panel:
        shares = shares_of(row)
        rows: list[Any] = [
            (
                share.outcome_label,
                share.reason_label,
                "–" if share.tier_number is None else str(share.tier_number),
                Number(f"{share.claims:,}"),
                Number(format_won(share.cost)),
            )
            for share in shares
        ]
        claims, cost = sum(share.claims for share in shares), sum(share.cost for share in shares)
        rows.append((_("In all"), "", "", Number(f"{claims:,}"), Number(format_won(cost))))
        headings = (_("outcome"), _("reason"), _("tier"), Number(_("claims")), Number(_("sum")))
        passed_over = (row.job.outcome if row.job else {}).get("unclassified", 0)
        notice = _("%(count)s claims have no classification yet and were passed over.") % {"count": f"{passed_over:,}"}
        return Panel(
            job=row.job,
            notice=notice if passed_over else "",
            sentence=_proposals_sentence(row),
            acts=self._acts(request, row),
            tables=[Table(_("Result"), headings, rows)] if shares else [],
        )

    def _acts(self, request: HttpRequest, run: DecisionRun) -> list[Act]:
        if not run.adjustments.filter(state=Adjustment.State.OPEN).exists():
            return []
        address = f"{reverse('admin:committee_adjustment_changelist')}?run__id__exact={run.pk}&state__exact=open"
        acts = [Act(_("Show the proposals"), address, secondary=True)]
        if request.user.has_perm(PERMISSION):
            why_not = _("You ran these decisions; another person settles them.") if run.run_by == request.user else ""
            acts.append(Act(_("Accept all proposals"), self.page_of(run, "accept"), why_not=why_not))
            acts.append(Act(_("Dismiss all proposals"), self.page_of(run, "dismiss"), why_not=why_not, danger=True))
        return acts

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("start/", "committee_decisionrun_start", StartPage.as_view(model_admin=self)),
            ("again/", "committee_decisionrun_again", AgainPage.as_view(model_admin=self)),
            ("<path:object_id>/accept/", "committee_decisionrun_accept", AcceptPage.as_view(model_admin=self)),
            ("<path:object_id>/dismiss/", "committee_decisionrun_dismiss", DismissPage.as_view(model_admin=self)),
        )


def _proposals_sentence(run: DecisionRun) -> Any:
    told = run.adjustments.aggregate(claims=Count("pk"), still_open=Count("pk", filter=Q(state="open")))
    if not told["claims"]:
        return ""
    return _("%(claims)s paid claims would differ and were proposed to people; %(open)s wait.") % {
        "claims": f"{told['claims']:,}",
        "open": f"{told['still_open']:,}",
    }


@admin.register(Decision)
class DecisionAdmin(PanelAdmin):
    """Every decision with its sentence; superseded ones stay readable."""

    list_display = (
        "receipt_number",
        "outcome_word",
        "tier_number",
        "amount_text",
        "reason_code",
        "fact_reporter_type",
        "loss_text",
        "decided_at",
    )
    list_filter = ("outcome", TierFilter, "reason_code", "fact_reporter_type", "fact_pricing")
    list_select_related = ("claim", "tier")
    search_fields = ("claim__receipt_number__exact",)
    search_help_text = _("Receipt number, whole")
    fields = (
        "receipt_number",
        "other_sentence",
        ("outcome", "amount_text"),
        ("policy", "tier_number"),
        "reason_code",
        "loss_text",
        ("fact_reporter_type", "fact_pricing"),
        ("fact_nature", "fact_operator_kind", "fact_admission"),
        ("fact_service", "fact_round", "evidence_text"),
        ("decided_by_name", "decided_at"),
        "run",
        "supersedes",
        "reason",
    )

    @display(description=_("receipt number"))
    def receipt_number(self, decision: Decision) -> str:
        return decision.claim.receipt_number

    @display(description=_("outcome"), label=OUTCOME_COLOURS)
    def outcome_word(self, decision: Decision) -> Any:
        return decision.outcome, decision.get_outcome_display()

    @display(description=_("tier"))
    def tier_number(self, decision: Decision) -> str:
        return "–" if decision.tier is None else f"{decision.tier.number} ({decision.tier.span})"

    @display(description=_("support amount"))
    def amount_text(self, decision: Decision) -> str:
        return format_won(decision.amount) if decision.amount else "–"

    @display(description=_("by"))
    def decided_by_name(self, row: Any) -> str:
        return str(row.decided_by or "–")

    @display(description=_("reported loss"))
    def loss_text(self, decision: Decision) -> str:
        return format_won(decision.fact_loss)

    def panel(self, request: HttpRequest, row: Decision) -> Panel:
        later = Decision.objects.filter(supersedes=row).first()
        acts = [Act(_("Open the later decision"), self.page_of(later))] if later else []
        if later is None and request.user.has_perm("committee.supersede_decision"):
            acts.append(Act(_("Correct this decision"), self.page_of(row, "correct")))
        if row.supersedes is not None:
            acts.append(Act(_("Open the decision before"), self.page_of(row.supersedes), secondary=True))
        if request.user.has_perm("claims.view_claim"):
            address = reverse("admin:claims_claim_change", args=(row.claim_id,))
            acts.append(Act(_("Open the claim"), address, secondary=True))
        notice = _("A later decision stands in the place of this one.") if later else ""
        return Panel(sentence=explain(row), notice=notice, acts=[*acts, *acts_on(row, person(request))])

    @display(description=_("in the other language"))
    def other_sentence(self, decision: Decision) -> str:
        with override("en" if get_language() == "ko" else "ko"):
            return explain(decision)

    @display(description=_("evidence as decided on"))
    def evidence_text(self, decision: Decision) -> str:
        return ", ".join(str(Kind(kind).label) for kind in decision.fact_evidence or ()) or "–"

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (("<path:object_id>/correct/", "committee_decision_correct", CorrectPage.as_view(model_admin=self)),)


def undecided_card(user: Any) -> Card | None:
    """Return how many classified claims wait for a decision."""
    incident_id = working_incident_id(user)
    count = 0 if incident_id is None else undecided_claims(incident_id).count()
    if not count:
        return None
    sentence = _("Classified claims wait for a decision.")
    return Card(_("Claims to decide"), count, sentence, reverse("admin:committee_decisionrun_start"))


register_card(permission="committee.run_decisions", card=undecided_card)
