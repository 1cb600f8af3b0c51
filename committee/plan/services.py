"""Tier policies from draft to proposal, adoption by a resolution, and their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import IntakeRound, Pricing, ReporterType, Service
from claims.evidence.models import EvidenceRule, Kind
from claims.evidence.requirements import set_rules
from claims.evidence.rules import Need
from committee.plan import budgets
from committee.plan.models import Measure
from committee.plan.policies import Tier, TierPolicy
from committee.plan.terms import TierDraft, bounds_of, fault_of
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, StaleSave, database_rules
from relief.money import MAX_WON

if TYPE_CHECKING:
    from relief.accounts.models import User

FAULTS = {
    "no_tiers": _("Write at least one tier."),
    "last_tier_open": _("The last tier must be open above, so that every loss has a tier. Leave its bound empty."),
    "only_last_tier_open": _("Only the last tier may be open above. Write the highest loss of the others."),
    "bounds_rise": _("The highest losses must rise from tier to tier. Put the tiers in order."),
    "amount_above_zero": _("A fixed amount is more than 0 won. Leave it empty to send the claims to the committee."),
    "amount_or_share": _("A tier gives a fixed amount or a share of the loss, not both. Empty one of them."),
    "share_missing": _("The least and the most go with a share of the loss. Write the share, or empty them."),
    "share_of_the_loss": _("A share of the loss lies above 0 % and is at most 100 %."),
    "share_has_floor": _("A share needs a least amount of 1 won or more, so that nobody gets 0 won."),
    "cap_below_floor": _("The most that a share gives cannot be less than the least."),
    "proof_rises": _("A tier above one that needs proof needs proof too, or goes to the committee."),
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """For whom and for what a policy is: an empty list of pricing, services (keys) or rounds (keys) restricts nothing.

    `required_evidence` are the kinds that claims need which the committee examines, or whose tier needs proof;
    `objection_days` how long after its day a decision may be objected to.
    """

    eligible_types: Sequence[str] = (ReporterType.SMALL_BUSINESS.value,)
    pricing: Sequence[str] = ()
    services: Sequence[int] = ()
    rounds: Sequence[int] = ()
    required_evidence: Sequence[str] = ()
    objection_days: int = 30
    grounds: str = ""


def draft_policy(
    *, by: User, measure: Measure, tiers: Sequence[TierDraft], conditions: Conditions | None = None
) -> TierPolicy:
    """Write the next version of a measure's tier policy as a draft and return it.

    Raises NotAllowed, RuleBroken(cash_by_tier_only, what `_write` raises, or a fault of the tiers, see `FAULTS`).
    """
    require(by, "committee.draft_tier_policy")
    if measure.kind != Measure.Kind.CASH_BY_TIER:
        raise RuleBroken(_("Only a measure that gives cash by tier has tiers."), code="cash_by_tier_only")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.draft_policy"):
        Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
        last = TierPolicy.objects.filter(measure=measure).aggregate(last=Max("number"))["last"]
        policy = TierPolicy(
            incident_id=measure.incident_id,
            measure=measure,
            number=(last or 0) + 1,
            drafted_by=by,
            drafted_at=clock.now(),
        )
        _write(policy, tiers, conditions or Conditions())
    return policy


def set_tiers(
    *,
    by: User,
    policy: TierPolicy,
    tiers: Sequence[TierDraft],
    conditions: Conditions | None = None,
    version: int | None = None,
) -> TierPolicy:
    """Replace the tiers of a draft, and its conditions where given; return it as saved.

    `version` is the row version the person saw. Raises NotAllowed, StaleSave where somebody else saved meanwhile,
    RuleBroken(only_drafts_change, what `_write` raises, or a fault of the tiers).
    """
    require(by, "committee.draft_tier_policy")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.set_tiers"):
        policy = TierPolicy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
        if policy.state != TierPolicy.State.DRAFT:
            raise RuleBroken(
                _("Only a draft can be edited. Send a proposal back first, or draft a new version."),
                code="only_drafts_change",
            )
        if version is not None and version != policy.version:
            raise StaleSave(
                _("Somebody else saved this draft meanwhile. Open it again to see the present tiers."), changes={}
            )
        policy.tiers.all().delete()
        policy.version += 1
        _write(policy, tiers, conditions or conditions_of(policy))
    return policy


def conditions_of(policy: TierPolicy) -> Conditions:
    """Return a policy's conditions as they stand."""
    return Conditions(
        eligible_types=policy.eligible_types,
        pricing=policy.pricing,
        services=policy.services,
        rounds=policy.rounds,
        required_evidence=policy.required_evidence,
        objection_days=policy.objection_days,
        grounds=policy.grounds,
    )


def _write(policy: TierPolicy, drafts: Sequence[TierDraft], conditions: Conditions) -> None:
    """Save a draft with its tiers.

    Raises RuleBroken(a fault of the tiers, amount_too_large, unknown_kind, no_eligible_types, unknown_pricing,
    other_incident, proof_names_evidence, objection_days).
    """
    fault = fault_of(drafts)
    if fault is not None:
        raise RuleBroken(FAULTS[fault], code=fault)
    won = (value for draft in drafts for value in (draft.up_to, draft.amount, draft.floor, draft.cap))
    if any(value is not None and value > MAX_WON for value in won):
        raise RuleBroken(_("No amount may exceed 1,000 trillion won."), code="amount_too_large")
    _refuse_unknown(policy, conditions)
    if any(draft.needs_proof for draft in drafts) and not conditions.required_evidence:
        raise RuleBroken(
            _("A tier needs proof, and the policy requires no evidence. Choose the evidence that it requires."),
            code="proof_names_evidence",
        )
    policy.eligible_types = list(conditions.eligible_types)
    policy.pricing = list(conditions.pricing)
    policy.services = sorted(conditions.services)
    policy.rounds = sorted(conditions.rounds)
    policy.required_evidence = [kind for kind in Kind.values if kind in conditions.required_evidence]
    policy.objection_days = conditions.objection_days
    policy.grounds = conditions.grounds
    policy.save()
    Tier.objects.bulk_create(
        Tier(
            policy=policy,
            number=number,
            bounds=NumericRange(lower, upper),
            outcome=draft.gives,
            amount=draft.amount,
            share_bp=draft.share_bp,
            floor=draft.floor,
            cap=draft.cap,
            needs_proof=draft.needs_proof,
        )
        for number, (draft, (lower, upper)) in enumerate(zip(drafts, bounds_of(drafts), strict=True), 1)
    )


def _refuse_unknown(policy: TierPolicy, conditions: Conditions) -> None:
    if not set(conditions.required_evidence) <= set(Kind.values):
        raise RuleBroken(_("Choose one of the kinds of evidence."), code="unknown_kind")
    if not conditions.eligible_types or not set(conditions.eligible_types) <= set(ReporterType.values):
        raise RuleBroken(_("Choose at least one type of reporter."), code="no_eligible_types")
    if not set(conditions.pricing) <= set(Pricing.values):
        raise RuleBroken(_("Choose paid, free, or neither of them."), code="unknown_pricing")
    if not 1 <= conditions.objection_days <= 365:
        raise RuleBroken(_("The days to object lie between 1 and 365."), code="objection_days")
    services = Service.objects.filter(pk__in=conditions.services, incident=policy.incident_id)
    rounds = IntakeRound.objects.filter(pk__in=conditions.rounds, incident=policy.incident_id)
    if services.count() != len(set(conditions.services)) or rounds.count() != len(set(conditions.rounds)):
        raise RuleBroken(_("A service or intake round is of another incident."), code="other_incident")


def propose_policy(*, by: User, policy: TierPolicy) -> TierPolicy:
    """Put a draft before the committee: it is frozen until adopted, sent back or withdrawn. Return it.

    Raises NotAllowed, RuleBroken(policy_moves_as_its_table_says, tiers_cover_every_loss).
    """
    require(by, "committee.draft_tier_policy")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.propose_policy"):
        proposed = next(row for row in _lock_policies(policy) if row.pk == policy.pk)
        TierPolicy.STATES.move(
            proposed, TierPolicy.State.PROPOSED, proposed_by=by, proposed_at=clock.now(), version=proposed.version + 1
        )
    return proposed


def send_policy_back(*, by: User, policy: TierPolicy, reason: str) -> TierPolicy:
    """Make a proposal a draft again, with the reason; return it.

    Raises NotAllowed, RuleBroken(reason_missing, policy_moves_as_its_table_says).
    """
    require(by, "committee.adopt_tier_policy")
    reason = _said(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.send_policy_back", reason=reason):
        draft = next(row for row in _lock_policies(policy) if row.pk == policy.pk)
        TierPolicy.STATES.move(draft, TierPolicy.State.DRAFT, reason=reason, version=draft.version + 1)
    return draft


def adopt_policy(*, by: User, policy: TierPolicy, resolution: str) -> TierPolicy:
    """Put a proposal into force by a resolution; the version adopted before is superseded in the same transaction.

    `resolution` names the meeting and its number, as it stands in the minutes. Returns the adopted one. What it is
    expected to give is reserved in the measure's budget. Raises NotAllowed, RuleBroken(resolution_missing,
    policy_moves_as_its_table_says, tiers_cover_every_loss, budget_is_not_exceeded).
    """
    require(by, "committee.adopt_tier_policy")
    if not resolution.strip():
        raise RuleBroken(_("Write which meeting resolved it, and under which number."), code="resolution_missing")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.adopt_policy"):
        policies = _lock_policies(policy)
        now = clock.now()
        for other in policies:
            if other.state == TierPolicy.State.ADOPTED and other.pk != policy.pk:
                TierPolicy.STATES.move(other, TierPolicy.State.SUPERSEDED, ended_at=now, version=other.version + 1)
        adopted = next(row for row in policies if row.pk == policy.pk)
        TierPolicy.STATES.move(
            adopted,
            TierPolicy.State.ADOPTED,
            adopted_by=by,
            adopted_at=now,
            resolution=resolution.strip()[:200],
            version=adopted.version + 1,
        )
        _require_evidence(by, adopted, _evidence_needs(adopted))
        budgets.move_reservation(by=by, to=adopted)
    return adopted


def withdraw_policy(*, by: User, policy: TierPolicy, reason: str) -> TierPolicy:
    """Give up a draft or a proposal, or take a policy out of force; what it decided stands. Return it.

    Who drafts may give up a draft; the rest is for who adopts.
    Raises NotAllowed, RuleBroken(reason_missing, policy_moves_as_its_table_says).
    """
    is_draft = policy.state == TierPolicy.State.DRAFT and by.has_perm("committee.draft_tier_policy")
    require(by, "committee.draft_tier_policy" if is_draft else "committee.adopt_tier_policy")
    reason = _said(reason)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.withdraw_policy", reason=reason):
        withdrawn = next(row for row in _lock_policies(policy) if row.pk == policy.pk)
        if withdrawn.state != TierPolicy.State.DRAFT:
            require(by, "committee.adopt_tier_policy")
        was_adopted = withdrawn.state == TierPolicy.State.ADOPTED
        TierPolicy.STATES.move(
            withdrawn, TierPolicy.State.WITHDRAWN, ended_at=clock.now(), reason=reason, version=withdrawn.version + 1
        )
        if was_adopted:
            _require_evidence(by, withdrawn, [])
            budgets.end_reservations(by=by, measure=withdrawn.measure)
    return withdrawn


def _said(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken(_("Write the reason."), code="reason_missing")
    return reason.strip()[:500]


def _evidence_needs(policy: TierPolicy) -> list[Need]:
    """Return what the tiers that need proof, or that the committee examines, ask of their claims."""
    if not policy.required_evidence:
        return []
    types, kinds = tuple(policy.eligible_types), tuple(policy.required_evidence)
    # Above the lowest of them every tier asks for it, see `fault_of`.
    asking = (
        tier for tier in policy.tiers.order_by("number") if tier.needs_proof or tier.outcome == Tier.Outcome.REVIEW
    )
    lowest = [tier.bounds.lower - 1 for tier in asking][:1]
    return [Need(policy.incident_id, loss_over, types, kinds) for loss_over in lowest]


def _require_evidence(by: User, policy: TierPolicy, needs: Sequence[Need]) -> None:
    """Put the needs of a measure's policy in the place of those that its version before had in force."""
    basis = f"measure:{policy.measure_id}"
    if needs or EvidenceRule.objects.filter(incident=policy.incident_id, basis=basis, ended_at=None).exists():
        set_rules(by=by, incident_id=policy.incident_id, basis=basis, label=str(policy), needs=needs)


def _lock_policies(policy: TierPolicy) -> list[TierPolicy]:
    Measure.objects.select_for_update(of=("self",)).get(pk=policy.measure_id)
    rows = TierPolicy.objects.filter(measure_id=policy.measure_id).select_for_update(of=("self",))
    return list(rows.order_by("pk"))
