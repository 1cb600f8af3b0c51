"""The page that starts a decision run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.decisions.selectors import unclassified_claims, undecided_claims
from committee.decisions.services import start_run
from committee.panel import person
from committee.plan.policies import TierPolicy
from relief.errors import RuleBroken
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage


class StartPage(ActPage):
    """Shows the policy in force and what waits, and starts a run of it."""

    permission_required = "committee.run_decisions"
    title = _("Run the decisions")
    submit_label = _("Run the decisions")
    warning = _("Decisions cannot be taken back. A correction is a later decision with a reason.")

    def _policy(self) -> TierPolicy | None:
        adopted = TierPolicy.objects.visible_to(person(self.request)).filter(state=TierPolicy.State.ADOPTED)
        return adopted.select_related("measure").first()

    def facts(self) -> list[tuple[Any, Any]]:
        incident_id = working_incident_id(person(self.request))
        policy = self._policy()
        if incident_id is None or policy is None:
            return [(_("Policy in force"), _("None: have one adopted first."))]
        tiers = [
            (f"{tier} ({tier.span})", format_won(tier.amount) if tier.amount else tier.get_outcome_display())
            for tier in policy.tiers.all()
        ]
        return [
            (_("Policy in force"), policy),
            *tiers,
            (_("Claims to decide"), f"{undecided_claims(incident_id).count():,}"),
            (_("Not classified, passed over"), f"{unclassified_claims(incident_id).count():,}"),
        ]

    def act(self, form: forms.Form) -> Any:
        policy = self._policy()
        if policy is None:
            raise RuleBroken(_("No tier policy is adopted. Have one adopted first."), code="policy_not_adopted")
        self.row = start_run(by=person(self.request), policy=policy)
        return _("The run has started; this page shows how far it is.")
