"""Tier policies in the back office, from draft to proposal, adoption and their end."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from committee.panel import Act, Number, Panel, PanelAdmin, Table
from committee.plan.pages import (
    AdoptPage,
    DraftPage,
    ProposePage,
    SendBackPage,
    TiersPage,
    WithdrawPage,
    terms_facts,
)
from committee.plan.policies import TierPolicy
from relief.site.home import Card, register_card

STATE_COLOURS = {
    TierPolicy.State.DRAFT: "info",
    TierPolicy.State.PROPOSED: "warning",
    TierPolicy.State.ADOPTED: "success",
    TierPolicy.State.SUPERSEDED: "default",
    TierPolicy.State.WITHDRAWN: "default",
}


@admin.register(TierPolicy)
class TierPolicyAdmin(PanelAdmin):
    """Versions of the tier policy; drafting, adopting and retiring are pages of their own."""

    list_display = (
        "version_text",
        "state_word",
        "drafted_by_name",
        "drafted_at",
        "adopted_by_name",
        "adopted_at",
        "ended_at",
    )
    list_filter = ("state",)
    list_select_related = ("measure", "drafted_by", "adopted_by")
    fields = (
        "measure",
        "number",
        "state",
        "grounds",
        ("drafted_by_name", "drafted_at"),
        ("proposed_by_name", "proposed_at"),
        ("adopted_by_name", "adopted_at"),
        "resolution",
        "ended_at",
        "reason",
    )

    @display(description=_("policy"), ordering="number")
    def version_text(self, policy: TierPolicy) -> str:
        return str(policy)

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def state_word(self, policy: TierPolicy) -> Any:
        return policy.state, policy.get_state_display()

    @display(description=_("drafted by"))
    def drafted_by_name(self, row: Any) -> str:
        return str(row.drafted_by or "–")

    @display(description=_("proposed by"))
    def proposed_by_name(self, row: Any) -> str:
        return str(row.proposed_by or "–")

    @display(description=_("adopted by"))
    def adopted_by_name(self, row: Any) -> str:
        return str(row.adopted_by or "–")

    def list_panel(self, request: HttpRequest) -> Panel:
        if not request.user.has_perm("committee.draft_tier_policy"):
            return Panel()
        return Panel(acts=[Act(_("Draft a new version"), self.page("draft"))])

    def panel(self, request: HttpRequest, row: TierPolicy) -> Panel:
        terms = [(str(label), str(value)) for label, value in terms_facts(row)]
        tables = [tier_table(row), Table(_("Conditions"), (_("condition"), _("content")), terms)]
        return Panel(acts=self._acts(request, row), tables=tables)

    def _acts(self, request: HttpRequest, policy: TierPolicy) -> list[Act]:
        State = TierPolicy.State  # noqa: N806 - the enum under its short name
        drafts = request.user.has_perm("committee.draft_tier_policy")
        adopts = request.user.has_perm("committee.adopt_tier_policy")
        acts = []
        simulate = f"{reverse('admin:committee_simulation_run')}?_variant={policy.pk}"
        if policy.state != State.WITHDRAWN:
            acts.append(Act(_("Simulate"), simulate, secondary=True))
        if policy.state == State.DRAFT and drafts:
            acts.append(Act(_("Propose"), self.page_of(policy, "propose")))
            acts.append(Act(_("Edit the tiers"), self.page_of(policy, "tiers"), secondary=True))
        if policy.state == State.PROPOSED and adopts:
            acts.append(Act(_("Adopt"), self.page_of(policy, "adopt")))
            acts.append(Act(_("Send the proposal back"), self.page_of(policy, "sendback"), secondary=True))
        if policy.state == State.ADOPTED and request.user.has_perm("committee.run_decisions"):
            acts.append(
                Act(_("Run the decisions"), f"{reverse('admin:committee_decisionrun_start')}?policy={policy.pk}")
            )
        if policy.state == State.DRAFT and (drafts or adopts):
            acts.append(Act(_("Give up this draft"), self.page_of(policy, "withdraw"), danger=True))
        if policy.state in {State.PROPOSED, State.ADOPTED} and adopts:
            acts.append(Act(_("Withdraw the policy"), self.page_of(policy, "withdraw"), danger=True))
        return acts

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("draft/", "committee_tierpolicy_draft", DraftPage.as_view(model_admin=self)),
            ("<path:object_id>/tiers/", "committee_tierpolicy_tiers", TiersPage.as_view(model_admin=self)),
            ("<path:object_id>/adopt/", "committee_tierpolicy_adopt", AdoptPage.as_view(model_admin=self)),
            ("<path:object_id>/propose/", "committee_tierpolicy_propose", ProposePage.as_view(model_admin=self)),
            ("<path:object_id>/sendback/", "committee_tierpolicy_sendback", SendBackPage.as_view(model_admin=self)),
            ("<path:object_id>/withdraw/", "committee_tierpolicy_withdraw", WithdrawPage.as_view(model_admin=self)),
        )


def tier_table(policy: TierPolicy) -> Table:
    """Return the tiers as people read them: "1 won to 300,000 won" gives "30,000 won"."""
    rows = [
        (str(tier), Number(tier.span), Number(tier.gift), _("needs proof") if tier.needs_proof else "–")
        for tier in policy.tiers.all()
    ]
    return Table(_("Tiers"), (_("tier"), Number(_("loss")), Number(_("support")), _("proof")), rows)


def proposals_card(user: Any) -> Card | None:
    """Return how many proposals wait for the committee."""
    count = TierPolicy.objects.visible_to(user).filter(state=TierPolicy.State.PROPOSED).count()
    if not count:
        return None
    sentence = _("Proposals of the tier policy wait for their adoption.")
    address = reverse("admin:committee_tierpolicy_changelist") + "?state__exact=proposed"
    return Card(_("Policies to adopt"), count, sentence, address)


register_card(permission="committee.adopt_tier_policy", card=proposals_card)
