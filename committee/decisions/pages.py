"""The pages that start decision runs, correct a decision, and settle what deciding anew proposes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from committee.decisions import adjusting
from committee.decisions.adjustments import Adjustment
from committee.decisions.models import Decision
from committee.decisions.redeciding import Difference, differences, first_changed, start_again
from committee.decisions.selectors import unclassified_claims, undecided_claims
from committee.decisions.sentences import explain
from committee.decisions.services import BY_HAND, start_run, supersede
from committee.panel import Number, Table, person
from committee.plan.policies import TierPolicy
from relief.errors import RuleBroken
from relief.money import format_signed_won, format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm


def policy_in_force(request: HttpRequest) -> TierPolicy | None:
    """Return the adopted policy that the address names ("?policy=3"), or the first of the incident one works on."""
    adopted = TierPolicy.objects.visible_to(person(request)).filter(state=TierPolicy.State.ADOPTED)
    asked = request.GET.get("policy", "")
    if asked.isdecimal() and len(asked) < 19:
        adopted = adopted.filter(pk=int(asked))
    return adopted.select_related("measure").order_by("measure").first()


class StartPage(ActPage):
    """Shows the policy in force and what waits, and starts a run of it."""

    permission_required = "committee.run_decisions"
    title = _("Run the decisions")
    submit_label = _("Run the decisions")
    warning = _("Decisions cannot be taken back. A correction is a later decision with a reason.")

    def facts(self) -> list[tuple[Any, Any]]:
        incident_id = working_incident_id(person(self.request))
        policy = policy_in_force(self.request)
        if incident_id is None or policy is None:
            return [(_("Policy in force"), _("None: have one adopted first."))]
        tiers = [(f"{tier} ({tier.span})", tier.gift) for tier in policy.tiers.all()]
        return [
            (_("Policy in force"), policy),
            *tiers,
            (_("Claims to decide"), f"{undecided_claims(incident_id).count():,}"),
            (_("Not classified, passed over"), f"{unclassified_claims(incident_id).count():,}"),
        ]

    def act(self, form: forms.Form) -> Any:
        policy = policy_in_force(self.request)
        if policy is None:
            raise RuleBroken(_("No tier policy is adopted. Have one adopted first."), code="policy_not_adopted")
        self.row = start_run(by=person(self.request), policy=policy)
        return _("The run has started; this page shows how far it is.")


class AgainForm(ReasonForm):
    """Why, and the count that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class AgainPage(ActPage):
    """Shows what the policy in force would decide otherwise, and decides only that anew."""

    permission_required = "committee.run_decisions"
    title = _("Decide the decided claims anew")
    submit_label = _("Decide anew")
    warning = _(
        "Only what differs is decided anew; corrections by people stay. Claims whose money has left for the bank get "
        "no new decision: their difference is proposed as a top-up or a recovery, and another person settles it."
    )
    template_name = "admin/committee/again.html"
    form_class = AgainForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self._found: list[Difference] | None = None

    def found(self) -> list[Difference]:
        """Return the differences, looked up once a request."""
        if self._found is None:
            policy = policy_in_force(self.request)
            self._found = [] if policy is None else differences(policy)
        return self._found

    def get_initial(self) -> dict[str, Any]:
        return {"seen": sum(difference.claims for difference in self.found())}

    def facts(self) -> list[tuple[Any, Any]]:
        policy, found = policy_in_force(self.request), self.found()
        if policy is None:
            return [(_("Policy in force"), _("None: have one adopted first."))]
        free = [difference for difference in found if not difference.is_paid]
        paid = [difference for difference in found if difference.is_paid]
        return [
            (_("Policy in force"), policy),
            (_("Claims decided anew"), f"{sum(row.claims for row in free):,}"),
            (_("The new decisions add"), format_signed_won(sum(row.won_after - row.won_before for row in free))),
            (_("Paid claims, proposed only"), f"{sum(row.claims for row in paid):,}"),
            (_("The proposals come to"), format_signed_won(sum(row.won_after - row.won_before for row in paid))),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        policy = policy_in_force(self.request)
        tables = [] if policy is None or not self.found() else [self._table(), self._sample(policy)]
        return super().get_context_data(**kwargs) | {"tables": tables, "nothing": policy is not None and not tables}

    def _table(self) -> Table:
        headings = (
            _("decided so far"),
            _("decided anew"),
            Number(_("claims")),
            Number(_("before")),
            Number(_("after")),
            _("how"),
        )
        rows = [
            (
                Decision.Outcome(row.was).label,
                Decision.Outcome(row.becomes).label,
                Number(f"{row.claims:,}"),
                Number(format_won(row.won_before)),
                Number(format_won(row.won_after)),
                _("proposed") if row.is_paid else _("decided anew"),
            )
            for row in self.found()
        ]
        return Table(_("What would differ"), headings, rows)

    def _sample(self, policy: TierPolicy) -> Table:
        headings = (
            _("receipt number"),
            Number(_("reported loss")),
            _("decided so far"),
            Number(_("before")),
            _("decided anew"),
            Number(_("after")),
            _("how"),
        )
        rows = [
            (
                row.receipt_number,
                Number(format_won(row.loss)),
                Decision.Outcome(row.was).label,
                Number(format_won(row.won_before)),
                Decision.Outcome(row.becomes).label,
                Number(format_won(row.won_after)),
                _("proposed") if row.is_paid else _("decided anew"),
            )
            for row in first_changed(policy)
        ]
        return Table(_("The greatest differences, at most 50"), headings, rows)

    def act(self, form: forms.Form) -> Any:
        policy = policy_in_force(self.request)
        if policy is None:
            raise RuleBroken(_("No tier policy is adopted. Have one adopted first."), code="policy_not_adopted")
        self.row = start_again(by=person(self.request), policy=policy, **form.cleaned_data)
        return _("The run has started; this page shows how far it is.")


class CorrectionForm(forms.Form):
    """What is decided instead, and why."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(outcome.value, outcome.label) for outcome in BY_HAND],
        widget=UnfoldAdminRadioSelectWidget,
    )
    amount = forms.IntegerField(
        label=_("Support amount in won"),
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Only with support."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        supported, amount = cleaned.get("outcome") == Decision.Outcome.SUPPORTED, cleaned.get("amount")
        if supported and not amount and "amount" not in self.errors:
            self.add_error("amount", _("Write the amount that is granted."))
        if not supported and amount:
            self.add_error("amount", _("Only support carries an amount. Empty this field."))
        return cleaned


class CorrectPage(ActPage):
    """Puts a decision by a person in the place of one decision."""

    permission_required = "committee.supersede_decision"
    title = _("Correct this decision")
    submit_label = _("Correct the decision")
    warning = _("The decision before stays readable. A later run that decides anew leaves this one as it is.")
    form_class = CorrectionForm

    def get_initial(self) -> dict[str, Any]:
        known = self.row.outcome if self.row.outcome in BY_HAND else Decision.Outcome.REVIEW
        return {"outcome": known, "amount": self.row.amount or None}

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Claim"), self.row.claim), (_("Decided so far"), explain(self.row))]

    def act(self, form: forms.Form) -> Any:
        told = form.cleaned_data
        self.row = supersede(
            by=person(self.request),
            decision=self.row,
            outcome=told["outcome"],
            amount=told["amount"] or 0,
            reason=told["reason"],
        )
        return _("The decision is corrected; this is the new one.")


class SettlePage(ActPage):
    """Settles one proposal, or every open one of a run."""

    permission_required = adjusting.PERMISSION
    form_class = AgainForm

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.proposals().count()}

    def confirmed(self, form: forms.Form) -> Any:
        """Return the proposals, the same as the page showed. Raises RuleBroken(set_moved)."""
        rows = list(self.proposals())
        if len(rows) != form.cleaned_data["seen"]:
            raise RuleBroken(
                _("The proposals are others than the page showed: %(count)s now. Look at them again.")
                % {"count": f"{len(rows):,}"},
                code="set_moved",
            )
        return rows

    def proposals(self) -> Any:
        """Return the open proposals that the page is about."""
        rows = Adjustment.objects.visible_to(person(self.request)).filter(state=Adjustment.State.OPEN)
        return rows.filter(pk=self.row.pk) if isinstance(self.row, Adjustment) else rows.filter(run=self.row)

    def facts(self) -> list[tuple[Any, Any]]:
        open_rows = self.proposals()
        more, less = open_rows.filter(difference__gt=0), open_rows.filter(difference__lt=0)
        facts: list[tuple[Any, Any]] = [(_("Run"), self.row.run if isinstance(self.row, Adjustment) else self.row)]
        for label, rows in ((_("Top-ups"), more), (_("Recoveries"), less)):
            told = rows.aggregate(claims=Count("pk"), won=Sum("difference"))
            words = {"claims": f"{told['claims']:,}", "cost": format_signed_won(told["won"] or 0)}
            facts.append((label, _("%(claims)s claims, %(cost)s") % words))
        return facts


class AcceptPage(SettlePage):
    """Accepts proposals: each claim gets a new decision."""

    title = _("Accept the proposed adjustments")
    submit_label = _("Accept and decide")
    warning = _("Each claim gets a new decision with the amount proposed. The payment offices carry the difference on.")

    def act(self, form: forms.Form) -> Any:
        rows = self.confirmed(form)
        count = adjusting.accept(by=person(self.request), adjustments=rows, reason=form.cleaned_data["reason"])
        if count == len(rows):
            return _("%(count)s proposals accepted.") % {"count": f"{count:,}"}
        self.tone = messages.WARNING
        return _("%(count)s proposals accepted; %(left)s stay open, since facts changed: decide those claims anew.") % {
            "count": f"{count:,}",
            "left": f"{len(rows) - count:,}",
        }


class DismissPage(SettlePage):
    """Lets the decisions stand as they are paid."""

    title = _("Dismiss the proposed adjustments")
    submit_label = _("Dismiss and let the decisions stand")
    danger = True

    def act(self, form: forms.Form) -> Any:
        rows = self.confirmed(form)
        count = adjusting.dismiss(by=person(self.request), adjustments=rows, reason=form.cleaned_data["reason"])
        return _("%(count)s proposals dismissed.") % {"count": f"{count:,}"}
