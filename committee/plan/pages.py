"""Pages that draft, edit, propose, adopt and withdraw a tier policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from claims.catalogue.models import IntakeRound, Pricing, ReporterType, Service
from claims.evidence.models import Kind
from committee.ledger.pages import available_words
from committee.ledger.selectors import standing_of
from committee.panel import person
from committee.plan import services
from committee.plan.budgets import expected_cost
from committee.plan.forms import DraftForm, TiersForm
from committee.plan.models import Measure
from committee.plan.policies import TierPolicy
from committee.plan.selectors import effect_of
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm


class DraftPage(ActPage):
    """Writes the next version; begins with the tiers of the version before."""

    permission_required = "committee.draft_tier_policy"
    title = _("Draft a new version of the tier policy")
    submit_label = _("Save the draft")
    form_class = DraftForm
    template_name = "admin/committee/tiers.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "incident_id": working_incident_id(person(self.request)) or 0}

    def get_form(self, form_class: Any = None) -> forms.Form:
        form = super().get_form(form_class)
        measures = Measure.objects.visible_to(person(self.request)).filter(kind=Measure.Kind.CASH_BY_TIER)
        form.fields["measure"].queryset = measures  # type: ignore[attr-defined]
        return form

    def get_initial(self) -> dict[str, Any]:
        before = TierPolicy.objects.visible_to(person(self.request)).order_by("-number").first()
        if before is None:
            kinds = [kind for kind in Kind if kind != Kind.OTHER]
            return {"eligible_types": [ReporterType.SMALL_BUSINESS], "required_evidence": kinds, "objection_days": 30}
        return {**TiersForm.initial_of(before), "measure": before.measure_id}

    def act(self, form: Any) -> Any:
        self.row = services.draft_policy(
            by=person(self.request),
            measure=form.cleaned_data["measure"],
            tiers=form.tiers(),
            conditions=form.conditions(),
        )
        return _("%(policy)s is drafted.") % {"policy": self.row}


class TiersPage(ActPage):
    """Changes the tiers of a draft."""

    permission_required = "committee.draft_tier_policy"
    title = _("Edit the tiers")
    submit_label = _("Save the draft")
    form_class = TiersForm
    template_name = "admin/committee/tiers.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "incident_id": self.row.incident_id}

    def get_initial(self) -> dict[str, Any]:
        return TiersForm.initial_of(self.row)

    def act(self, form: Any) -> Any:
        services.set_tiers(
            by=person(self.request),
            policy=self.row,
            tiers=form.tiers(),
            conditions=form.conditions(),
            # A form without the version that it showed is taken for an old one.
            version=form.cleaned_data["version"] or 0,
        )
        return _("The tiers are saved.")


class ProposePage(ActPage):
    """Puts a draft before the committee."""

    permission_required = "committee.draft_tier_policy"
    title = _("Put this tier policy before the committee")
    submit_label = _("Propose")
    warning = _("A proposal is frozen. It can be sent back, and is then a draft again.")

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Policy"), self.row), *terms_facts(self.row), *effect_facts(self.row)]

    def act(self, form: Any) -> Any:
        services.propose_policy(by=person(self.request), policy=self.row)
        return _("%(policy)s is put before the committee.") % {"policy": self.row}


class SendBackPage(ActPage):
    """Makes a proposal a draft again."""

    permission_required = "committee.adopt_tier_policy"
    title = _("Send this tier policy back")
    submit_label = _("Send the proposal back")
    form_class = ReasonForm

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Policy"), self.row), (_("Proposed by"), self.row.proposed_by or "–")]

    def act(self, form: Any) -> Any:
        services.send_policy_back(by=person(self.request), policy=self.row, reason=form.cleaned_data["reason"])
        return _("%(policy)s is a draft again.") % {"policy": self.row}


class ResolutionForm(forms.Form):
    """Which meeting resolved it, and under which number."""

    resolution = forms.CharField(
        label=_("Resolution"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The meeting and the number of its resolution, as the minutes say it."),
    )


class AdoptPage(ActPage):
    """Puts a proposal into force, after showing what it would decide."""

    permission_required = "committee.adopt_tier_policy"
    title = _("Adopt this tier policy")
    submit_label = _("Adopt")
    warning = _("From the adoption on this version decides. The version in force before ends; what it decided stands.")
    form_class = ResolutionForm

    def facts(self) -> list[tuple[Any, Any]]:
        before = TierPolicy.objects.filter(measure=self.row.measure, state=TierPolicy.State.ADOPTED).first()
        return [
            (_("Policy"), self.row),
            (_("Drafted by"), self.row.drafted_by),
            (_("In force now"), before or "–"),
            *terms_facts(self.row),
            *effect_facts(self.row),
            (_("To be reserved, for claims without decision"), format_won(expected_cost(self.row))),
            (_("Left of the budget"), available_words(standing_of(self.row.measure.book))),
        ]

    def act(self, form: Any) -> Any:
        services.adopt_policy(by=person(self.request), policy=self.row, resolution=form.cleaned_data["resolution"])
        return _("%(policy)s is adopted.") % {"policy": self.row}


class WithdrawPage(ActPage):
    """Takes a policy out of force, or gives a draft or a proposal up."""

    permission_required = "committee.view_tierpolicy"
    title = _("Withdraw this tier policy")
    submit_label = _("Withdraw the policy")
    danger = True
    form_class = ReasonForm

    def has_permission(self) -> bool:
        user = person(self.request)
        return user.has_perm("committee.adopt_tier_policy") or user.has_perm("committee.draft_tier_policy")

    @property
    def warning(self) -> Any:
        """What follows, said only of a policy in force."""
        if self.row.state != TierPolicy.State.ADOPTED:
            return ""
        return _("What the policy decided stands. No further claim is decided until another version is adopted.")

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Policy"), self.row), (_("State"), self.row.get_state_display())]

    def act(self, form: Any) -> Any:
        services.withdraw_policy(by=person(self.request), policy=self.row, reason=form.cleaned_data["reason"])
        return _("%(policy)s is withdrawn.") % {"policy": self.row}


def evidence_words(policy: TierPolicy) -> str:
    """Return the kinds of evidence that a policy requires, in words."""
    return ", ".join(str(Kind(kind).label) for kind in policy.required_evidence) or "–"


def types_words(policy: TierPolicy) -> str:
    """Return the types of reporters that a policy is for, in words."""
    return ", ".join(str(ReporterType(word).label) for word in policy.eligible_types)


def terms_facts(policy: TierPolicy) -> list[tuple[Any, Any]]:
    """Return for whom and for what a policy is, each restriction only where it has any."""
    facts: list[tuple[Any, Any]] = [(_("Eligible reporter types"), types_words(policy))]
    if policy.pricing:
        facts.append((_("Only for services that are"), ", ".join(str(Pricing(word).label) for word in policy.pricing)))
    if policy.services:
        names = Service.objects.filter(pk__in=policy.services).order_by("pk")
        facts.append((_("Only for the services"), ", ".join(map(str, names))))
    if policy.rounds:
        rounds = IntakeRound.objects.filter(pk__in=policy.rounds).order_by("pk")
        facts.append((_("Only for the intake rounds"), ", ".join(map(str, rounds))))
    return [
        *facts,
        (_("Required evidence"), evidence_words(policy)),
        (_("Days to object, from the day of the decision"), policy.objection_days),
    ]


def effect_facts(policy: TierPolicy) -> list[tuple[Any, Any]]:
    """Return what a policy says about all classified claims: per tier claims and cost, and in all."""
    shares = effect_of(policy)
    facts: list[tuple[Any, Any]] = []
    for share in shares:
        if share.verdict.tier is None:
            continue
        words = {"claims": f"{share.claims:,}", "cost": format_won(share.cost)}
        sentence = {
            "supported": _("%(claims)s claims, %(cost)s"),
            "review": _("%(claims)s claims to the committee"),
            "proof_missing": _("%(claims)s claims without their proof"),
        }[share.verdict.outcome]
        facts.append((_("Tier %(number)s") % {"number": share.verdict.tier.number}, sentence % words))
    refused = sum(share.claims for share in shares if share.verdict.tier is None)
    return [
        *facts,
        (_("Not eligible"), _("%(claims)s claims") % {"claims": f"{refused:,}"}),
        (_("Cost in all"), format_won(sum(share.cost for share in shares))),
    ]
