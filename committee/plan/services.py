"""Writing the relief plan: measures, and tier policies from draft to adoption to retirement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident, ReporterType
from claims.evidence.models import EvidenceRule, Kind
from claims.evidence.requirements import set_rules
from claims.evidence.rules import Need
from committee.plan.models import Measure, MeasureItem, Tier, TierPolicy
from committee.plan.rules import TierDraft, bounds_of, fault_of
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
}


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One thing a recipient gets: unit value in won (None: not known yet), up to another, pieces, days kept."""

    name: str
    name_en: str = ""
    unit_value: int | None = None
    unit_value_to: int | None = None
    pieces: int = 1
    kept_days: int | None = None


def create_measure(
    *,
    by: User,
    incident: Incident,
    code: str,
    name: str,
    name_en: str = "",
    kind: str,
    state: str = Measure.State.UNDER_DISCUSSION,
    audience: str,
    audience_en: str = "",
    reporter_type: str = "",
    recipients: int | None = None,
    quota: int | None = None,
    opens_on: date | None = None,
    closes_on: date | None = None,
    expected_cost_from: int | None = None,
    expected_cost_to: int | None = None,
    note: str = "",
    items: Sequence[ItemDraft] = (),
) -> Measure:
    """Write a measure with its items into the plan; costs and values in won, days are Seoul dates.

    Raises NotAllowed, RuleBroken(one_measure_per_code, measure_counts_are_sound, unit_value_is_whole_won).
    """
    require(by, "committee.plan_measures")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.create_measure"):
        measure = Measure.objects.create(
            incident=incident,
            code=code,
            name=name,
            name_en=name_en,
            kind=kind,
            state=state,
            audience=audience,
            audience_en=audience_en,
            reporter_type=reporter_type,
            recipients=recipients,
            quota=quota,
            opens_on=opens_on,
            closes_on=closes_on,
            expected_cost_from=expected_cost_from,
            expected_cost_to=expected_cost_to,
            note=note,
        )
        MeasureItem.objects.bulk_create(MeasureItem(measure=measure, **asdict(item)) for item in items)
    return measure


def draft_policy(
    *,
    by: User,
    measure: Measure,
    tiers: Sequence[TierDraft],
    eligible_types: Sequence[str] = (ReporterType.SMALL_BUSINESS.value,),
    grounds: str = "",
    required_evidence: Sequence[str] = (),
) -> TierPolicy:
    """Write the next version of a measure's tier policy as a draft and return it.

    `required_evidence` are the kinds that claims need whose loss the committee examines.
    Raises NotAllowed, RuleBroken(cash_by_tier_only, unknown_kind, or a fault of the tiers, see `FAULTS`).
    """
    require(by, "committee.draft_tier_policy")
    if measure.kind != Measure.Kind.CASH_BY_TIER:
        raise RuleBroken(_("Only a measure that gives cash by tier has tiers."), code="cash_by_tier_only")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.draft_policy"):
        Measure.objects.select_for_update(of=("self",)).get(pk=measure.pk)
        last = TierPolicy.objects.filter(measure=measure).aggregate(last=Max("number"))["last"]
        policy = TierPolicy.objects.create(
            incident_id=measure.incident_id,
            measure=measure,
            number=(last or 0) + 1,
            eligible_types=list(eligible_types),
            grounds=grounds,
            required_evidence=list(required_evidence),
            drafted_by=by,
            drafted_at=clock.now(),
        )
        _write_tiers(policy, tiers)
    return policy


def set_tiers(
    *,
    by: User,
    policy: TierPolicy,
    tiers: Sequence[TierDraft],
    eligible_types: Sequence[str] | None = None,
    grounds: str | None = None,
    required_evidence: Sequence[str] | None = None,
    version: int | None = None,
) -> TierPolicy:
    """Replace the tiers of a draft, and its types, grounds and required evidence where given; return it as saved.

    `version` is the row version the person saw. Raises NotAllowed, StaleSave where somebody else saved meanwhile,
    RuleBroken(only_drafts_change, unknown_kind, or a fault of the tiers).
    """
    require(by, "committee.draft_tier_policy")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.set_tiers"):
        policy = TierPolicy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
        if policy.state != TierPolicy.State.DRAFT:
            raise RuleBroken(
                _("An adopted or retired policy is frozen. Draft a new version instead."), code="only_drafts_change"
            )
        if version is not None and version != policy.version:
            raise StaleSave(
                _("Somebody else saved this draft meanwhile. Open it again to see the present tiers."), changes={}
            )
        policy.tiers.all().delete()
        policy.version += 1
        policy.eligible_types = policy.eligible_types if eligible_types is None else list(eligible_types)
        policy.grounds = policy.grounds if grounds is None else grounds
        if required_evidence is not None:
            policy.required_evidence = list(required_evidence)
        policy.save(update_fields=("version", "eligible_types", "grounds", "required_evidence"))
        _write_tiers(policy, tiers)
    return policy


def _write_tiers(policy: TierPolicy, drafts: Sequence[TierDraft]) -> None:
    fault = fault_of(drafts)
    if fault is not None:
        raise RuleBroken(FAULTS[fault], code=fault)
    if any(value is not None and value > MAX_WON for draft in drafts for value in (draft.up_to, draft.amount)):
        raise RuleBroken(_("No amount may exceed 1,000 trillion won."), code="amount_too_large")
    if not set(policy.required_evidence) <= set(Kind.values):
        raise RuleBroken(_("Choose one of the kinds of evidence."), code="unknown_kind")
    if not policy.eligible_types:
        raise RuleBroken(_("Choose at least one type of reporter."), code="no_eligible_types")
    Tier.objects.bulk_create(
        Tier(
            policy=policy,
            number=number,
            bounds=NumericRange(lower, upper),
            outcome=Tier.Outcome.REVIEW if draft.amount is None else Tier.Outcome.FIXED,
            amount=draft.amount,
        )
        for number, (draft, (lower, upper)) in enumerate(zip(drafts, bounds_of(drafts), strict=True), 1)
    )


def adopt_policy(*, by: User, policy: TierPolicy) -> TierPolicy:
    """Put a draft into force and retire the version adopted before, in one transaction; return the adopted one.

    Raises NotAllowed, RuleBroken(policy_moves_as_its_table_says, tiers_cover_every_loss).
    """
    require(by, "committee.adopt_tier_policy")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.adopt_policy"):
        policies = _lock_policies(policy)
        now = clock.now()
        for other in policies:
            if other.state == TierPolicy.State.ADOPTED and other.pk != policy.pk:
                TierPolicy.STATES.move(other, TierPolicy.State.RETIRED, retired_at=now)
        adopted = next(row for row in policies if row.pk == policy.pk)
        TierPolicy.STATES.move(
            adopted, TierPolicy.State.ADOPTED, adopted_by=by, adopted_at=now, version=adopted.version + 1
        )
        _require_evidence(by, adopted, _evidence_needs(adopted))
    return adopted


def retire_policy(*, by: User, policy: TierPolicy) -> TierPolicy:
    """Take a policy out of force, or give up a draft; what it decided stands. Return it.

    Raises NotAllowed, RuleBroken(policy_moves_as_its_table_says).
    """
    require(by, "committee.adopt_tier_policy")
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.retire_policy"):
        retired = next(row for row in _lock_policies(policy) if row.pk == policy.pk)
        was_adopted = retired.state == TierPolicy.State.ADOPTED
        changes: dict[str, Any] = {"retired_at": clock.now(), "version": retired.version + 1}
        TierPolicy.STATES.move(retired, TierPolicy.State.RETIRED, **changes)
        if was_adopted:
            _require_evidence(by, retired, [])
    return retired


def _evidence_needs(policy: TierPolicy) -> list[Need]:
    """Return what the tiers that the committee examines ask of their claims."""
    if not policy.required_evidence:
        return []
    types, kinds = tuple(policy.eligible_types), tuple(policy.required_evidence)
    examined = policy.tiers.filter(outcome=Tier.Outcome.REVIEW).order_by("number")
    lowest = [tier.bounds.lower - 1 for tier in examined][:1]
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
