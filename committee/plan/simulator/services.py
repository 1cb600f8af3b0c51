"""Keeping simulations, computing kept ones again, and writing down the factors of services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Service
from claims.triage.narrowing import Narrowing
from committee.plan.policies import TierPolicy
from committee.plan.simulator.models import ServiceFactors, Simulation
from committee.plan.simulator.proposing import proposals_of
from committee.plan.simulator.results import Told, Variant, as_json, simulate, told_of, variants_of
from committee.plan.simulator.selectors import groups_of
from committee.plan.simulator.snapshot import (
    counted_facts,
    groups_by_rule,
    packed,
    terms_as_json,
    terms_from_json,
    unpacked,
)
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules

if TYPE_CHECKING:
    from relief.accounts.models import User

PERMISSION = "committee.keep_simulations"


def keep(*, by: User, policies: Sequence[TierPolicy], narrowing: Narrowing, name: str, note: str = "") -> Simulation:
    """Keep what these versions of one measure would give today, with the data it is made of; return it.

    The figures are computed twice, by SQL and by the Python rule on the snapshot, and kept only where both agree.
    Raises NotAllowed, RuleBroken(name_missing, no_variant, other_measure, one_simulation_per_name, rules_disagree,
    filter_not_valid, search_by_number).
    """
    require(by, PERMISSION)
    if not name.strip():
        raise RuleBroken(_("Give the simulation a name."), code="name_missing")
    if not policies:
        raise RuleBroken(_("Choose at least one version of the policy."), code="no_variant")
    if len({policy.measure_id for policy in policies}) > 1:
        raise RuleBroken(_("Choose versions of one measure only."), code="other_measure")
    variants = variants_of(policies)
    first = policies[0]
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.keep_simulation"):
        _hold_still()
        terms = [variant.terms for variant in variants]
        groups = groups_of(incident_id=first.incident_id, variants=terms, narrowing=narrowing)
        counted = counted_facts(incident_id=first.incident_id, narrowing=narrowing)
        results = as_json(told_of(groups, variants))
        if results != as_json(told_of(groups_by_rule(counted, terms), variants)):
            raise RuleBroken(
                _("Two ways of computing this simulation disagree; it is not kept. Tell an administrator."),
                code="rules_disagree",
            )
        snapshot, sha256 = packed(counted)
        return Simulation.objects.create(
            incident_id=first.incident_id,
            measure_id=first.measure_id,
            name=name.strip()[:120],
            note=note.strip()[:500],
            kept_by=by,
            kept_at=clock.now(),
            narrowing={word: list(values) for word, values in narrowing.items()},
            terms=[
                {"label": variant.label, "is_in_force": variant.is_in_force, "terms": terms_as_json(variant.terms)}
                for variant in variants
            ],
            results=results,
            factors=[asdict(proposal) for proposal in proposals_of(first.incident_id)],
            snapshot=snapshot,
            snapshot_sha256=sha256,
        )


def _hold_still() -> None:
    """Let both computations see the claims of one instant, whatever is registered meanwhile."""
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def variants_kept(simulation: Simulation) -> list[Variant]:
    """Return the variants of a kept simulation as they were."""
    return [Variant(one["label"], one["is_in_force"], terms_from_json(one["terms"])) for one in simulation.terms]


def told_again(simulation: Simulation) -> list[Told]:
    """Return the figures of a kept simulation, computed from its snapshot by the Python rule.

    Raises RuleBroken(snapshot_altered).
    """
    variants = variants_kept(simulation)
    try:
        counted = unpacked(bytes(simulation.snapshot), simulation.snapshot_sha256)
    except ValueError as defect:
        raise RuleBroken(
            _("The data of this simulation was altered: its check sum is another. Tell an administrator."),
            code="snapshot_altered",
        ) from defect
    return told_of(groups_by_rule(counted, [variant.terms for variant in variants]), variants)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Whether a kept simulation comes out the same from its data, and what its terms give on the claims of today."""

    agrees: bool
    then: list[Told]
    now: list[Told]


def reproduce(simulation: Simulation) -> Reproduction:
    """Compute a kept simulation again, and on today's claims.

    Raises RuleBroken(snapshot_altered, filter_not_valid, search_by_number).
    """
    then = told_again(simulation)
    now = simulate(
        incident_id=simulation.incident_id, variants=variants_kept(simulation), narrowing=simulation.narrowing
    )
    return Reproduction(as_json(then) == simulation.results, then, now)


def set_factors(
    *, by: User, service: Service, margin_bp: int, market_share_bp: int, unavoidable_bp: int, source: str
) -> ServiceFactors:
    """Write down the factors of a service, rates in basis points, with their source; return them.

    Raises NotAllowed, RuleBroken(factors_are_at_most_the_whole, factors_name_their_source).
    """
    require(by, "committee.draft_tier_policy")
    told: dict[str, Any] = {
        "incident_id": service.incident_id,
        "margin_bp": margin_bp,
        "market_share_bp": market_share_bp,
        "unavoidable_bp": unavoidable_bp,
        "source": source.strip()[:300],
        "set_by": by,
        "set_at": clock.now(),
    }
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.set_factors"):
        Service.objects.select_for_update(of=("self",), no_key=True).get(pk=service.pk)
        factors, _made = ServiceFactors.objects.update_or_create(service=service, defaults=told)
    return factors
