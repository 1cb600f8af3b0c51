"""All figures of a simulation, from its groups; and in the form in which they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from claims.triage.narrowing import Narrowing
from committee.plan.policies import TierPolicy
from committee.plan.selectors import policy_terms
from committee.plan.simulator.rules import (
    Class,
    Group,
    Line,
    Moved,
    Shift,
    Spread,
    histogram_of,
    lines_of,
    moves_of,
    shifts_of,
    spread_of,
    winners_and_losers,
)
from committee.plan.simulator.selectors import groups_of, reading
from committee.plan.terms import PolicyTerms


@dataclass(frozen=True, slots=True)
class Variant:
    """One policy of a simulation: its label ("… v2"), whether it is the one in force, and its terms."""

    label: str
    is_in_force: bool
    terms: PolicyTerms


@dataclass(frozen=True, slots=True)
class Told:
    """What one variant comes to; `shifts` and the rest of a comparison are against the variant in force, if any."""

    variant: Variant
    lines: tuple[Line, ...]
    spread: Spread
    histogram: tuple[Class, ...]
    moves: tuple[Moved, ...]
    shifts: tuple[Shift, ...]
    winners: tuple[int, int]
    losers: tuple[int, int]

    @property
    def cost(self) -> int:
        """What all claims get together, in won."""
        return sum(line.cost for line in self.lines)

    def claims(self, outcome: str) -> int:
        """Return how many claims have this outcome."""
        return sum(line.claims for line in self.lines if line.outcome == outcome)


def variants_of(policies: Sequence[TierPolicy]) -> list[Variant]:
    """Return policies as variants, the one in force first, then by their number."""
    in_force = TierPolicy.State.ADOPTED
    ordered = sorted(policies, key=lambda policy: (policy.state != in_force, policy.number))
    return [Variant(str(policy), policy.state == in_force, policy_terms(policy)) for policy in ordered]


def simulate(*, incident_id: int, variants: Sequence[Variant], narrowing: Narrowing) -> list[Told]:
    """Return what each variant would give today. Raises RuleBroken(filter_not_valid, search_by_number)."""
    with reading():
        groups = groups_of(
            incident_id=incident_id, variants=[variant.terms for variant in variants], narrowing=narrowing
        )
    return told_of(groups, variants)


def told_of(groups: Sequence[Group], variants: Sequence[Variant]) -> list[Told]:
    """Return what each variant comes to on these groups."""
    base = next((place for place, variant in enumerate(variants) if variant.is_in_force), None)
    told = []
    for place, variant in enumerate(variants):
        terms = variant.terms
        compared: dict[str, Any] = {"shifts": (), "winners": (0, 0), "losers": (0, 0)}
        if base is not None and base != place:
            before = variants[base].terms
            winners, losers = winners_and_losers(groups, before, terms, places=(base, place))
            shifts = shifts_of(groups, before, terms, places=(base, place))
            compared = {"shifts": tuple(shifts), "winners": winners, "losers": losers}
        told.append(
            Told(
                variant,
                tuple(lines_of(groups, terms, place)),
                spread_of(groups, terms, place),
                tuple(histogram_of(groups, terms, place)),
                tuple(moves_of(groups, terms, place)),
                **compared,
            )
        )
    return told


def as_json(told: Sequence[Told]) -> list[dict[str, Any]]:
    """Return the figures that a kept simulation states: per variant its lines, cost, median, winners and losers."""
    return [
        {
            "label": one.variant.label,
            "cost": one.cost,
            "lines": [
                [line.outcome, line.reason, None if line.tier is None else line.tier.number, line.claims, line.cost]
                for line in one.lines
            ],
            "spread": [
                one.spread.claims,
                one.spread.lowest,
                one.spread.first_quartile,
                one.spread.median,
                one.spread.third_quartile,
                one.spread.highest,
            ],
            "winners": list(one.winners),
            "losers": list(one.losers),
        }
        for one in told
    ]
