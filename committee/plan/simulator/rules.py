"""What groups of claims give under one or more policies: pure arithmetic, exact to the won.

A group holds claims that every policy looked at treats alike. All figures of a simulation come from the groups: a
page, a print and a kept simulation therefore say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from committee.plan.rules import Branch, branches_of, verdict_of
from committee.plan.terms import PolicyTerms, TierTerms

MOVES = (-100_000, -50_000, -10_000, 10_000, 50_000, 100_000)
"""By how many won a bound is moved to see how the cost answers."""


@dataclass(frozen=True, slots=True)
class Group:
    """Claims alike: the position of the branch that each policy takes, their loss, and how many they are.

    `loss` is None where no policy reaches its tiers, `proven` says for each policy whether its evidence is complete.
    """

    branches: tuple[int, ...]
    loss: int | None
    proven: tuple[bool, ...]
    claims: int


@dataclass(frozen=True, slots=True)
class Line:
    """What one branch of a policy comes to: its claims, and the won they get together."""

    outcome: str
    reason: str
    tier: TierTerms | None
    claims: int
    cost: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A bound (the highest loss of a tier, in won) moved: what the whole policy then costs more or less."""

    up_to: int
    by: int
    claims: int
    cost: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Claims whose outcome differs between two policies, with the won they get in all under each."""

    was: str
    becomes: str
    claims: int
    won_before: int
    won_after: int

    @property
    def difference(self) -> int:
        """The won that the second policy adds; less: negative."""
        return self.won_after - self.won_before


@dataclass(frozen=True, slots=True)
class Spread:
    """The losses that reach the tiers: how many, and quartiles by nearest rank, in won; None where there is none."""

    claims: int
    lowest: int | None
    first_quartile: int | None
    median: int | None
    third_quartile: int | None
    highest: int | None


@dataclass(frozen=True, slots=True)
class Class:
    """One class of the histogram: losses from `lower` up to, not including, `upper` (None: open above)."""

    lower: int
    upper: int | None
    claims: int


def first_tier(branches: Sequence[Branch]) -> int:
    """Return the position of the first branch that stands for a tier."""
    return next(at for at, branch in enumerate(branches) if branch.verdict.tier is not None)


def lines_of(groups: Iterable[Group], terms: PolicyTerms, at: int) -> list[Line]:
    """Return what each branch of the policy at position `at` of the groups comes to, in the policy's order."""
    branches = branches_of(terms)
    claims, cost = [0] * len(branches), [0] * len(branches)
    for group in groups:
        position = group.branches[at]
        claims[position] += group.claims
        cost[position] += group.claims * branches[position].verdict.amount(group.loss)
    return [
        Line(branch.verdict.outcome, branch.verdict.reason, branch.verdict.tier, claims[position], cost[position])
        for position, branch in enumerate(branches)
    ]


def spread_of(groups: Iterable[Group], terms: PolicyTerms, at: int) -> Spread:
    """Return quartiles of the losses that reach the tiers of a policy, by nearest rank."""
    losses = _losses(groups, terms, at)
    total = sum(count for _loss, count in losses)
    if not total:
        return Spread(0, None, None, None, None, None)
    ranks = (1, -(-total // 4), -(-total // 2), -(-3 * total // 4), total)
    return Spread(total, *(_at_rank(losses, rank) for rank in ranks))


def _at_rank(losses: Sequence[tuple[int, int]], rank: int) -> int:
    seen = 0
    for loss, count in losses:
        seen += count
        if seen >= rank:
            return loss
    raise LookupError(f"no loss of rank {rank}")


def _losses(groups: Iterable[Group], terms: PolicyTerms, at: int) -> list[tuple[int, int]]:
    """Return (loss, claims) of the claims that reach the tiers, rising."""
    from_position = first_tier(branches_of(terms))
    counts: dict[int, int] = {}
    for group in groups:
        if group.branches[at] >= from_position and group.loss is not None:
            counts[group.loss] = counts.get(group.loss, 0) + group.claims
    return sorted(counts.items())


def histogram_of(groups: Iterable[Group], terms: PolicyTerms, at: int, *, classes: int = 24) -> list[Class]:
    """Return the losses that reach the tiers in equal classes from 0, and one open class above.

    The classes reach to twice the highest bound, or to the third quartile where that lies higher; their width is 1, 2
    or 5 times a power of ten, or 25 times one.
    """
    groups = list(groups)
    losses = _losses(groups, terms, at)
    if not losses:
        return []
    bounds = [tier.upper - 1 for tier in terms.tiers if tier.upper is not None]
    reach = max(2 * max(bounds, default=0), spread_of(groups, terms, at).third_quartile or 0, classes)
    width = _round_width(-(-reach // classes))
    count = -(-reach // width)
    found = [0] * (count + 1)
    for loss, claims in losses:
        # A loss on a class's upper end belongs to it, as it belongs to the tier below a bound.
        found[min((loss - 1) // width, count)] += claims
    closed = [Class(n * width, (n + 1) * width, found[n]) for n in range(count)]
    return [*closed, Class(count * width, None, found[count])]


def _round_width(least: int) -> int:
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power >= least:
                return step * power
        power *= 10


def shifts_of(
    groups: Iterable[Group], before: PolicyTerms, after: PolicyTerms, *, places: tuple[int, int]
) -> list[Shift]:
    """Return how claims move between two policies, where outcome or amount differ; the most claims first."""
    found: dict[tuple[str, str], list[int]] = {}
    was, becomes = (branches_of(terms) for terms in (before, after))
    for group in groups:
        old, new = was[group.branches[places[0]]].verdict, becomes[group.branches[places[1]]].verdict
        amounts = old.amount(group.loss), new.amount(group.loss)
        if old.outcome == new.outcome and amounts[0] == amounts[1]:
            continue
        sums = found.setdefault((old.outcome, new.outcome), [0, 0, 0])
        sums[0] += group.claims
        sums[1] += group.claims * amounts[0]
        sums[2] += group.claims * amounts[1]
    shifts = [Shift(*outcomes, *sums) for outcomes, sums in found.items()]
    return sorted(shifts, key=lambda shift: (-shift.claims, shift.was, shift.becomes))


def winners_and_losers(
    groups: Iterable[Group], before: PolicyTerms, after: PolicyTerms, *, places: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (claims, won) of those who get more, and of those who get less: the won are what they get differently."""
    more, less = [0, 0], [0, 0]
    was, becomes = (branches_of(terms) for terms in (before, after))
    for group in groups:
        old = was[group.branches[places[0]]].verdict.amount(group.loss)
        new = becomes[group.branches[places[1]]].verdict.amount(group.loss)
        side = more if new > old else less
        if new != old:
            side[0] += group.claims
            side[1] += group.claims * (new - old)
    return (more[0], more[1]), (less[0], less[1])


def moves_of(groups: Iterable[Group], terms: PolicyTerms, at: int) -> list[Moved]:
    """Return what the cost answers where each bound is moved by `MOVES`; a move past another bound is left out."""
    from_position = first_tier(branches_of(terms))
    reached = [group for group in groups if group.branches[at] >= from_position]
    tiers = sorted(terms.tiers, key=lambda tier: tier.lower)
    moved = []
    for place, (tier, above) in enumerate(pairwise(tiers)):
        for by in MOVES:
            upper = (tier.upper or 0) + by
            if upper <= tier.lower or (above.upper is not None and upper >= above.upper):
                continue
            other = list(tiers)
            other[place], other[place + 1] = replace(tier, upper=upper), replace(above, lower=upper)
            lower, higher = sorted((upper, tier.upper or 0))
            touched = [group for group in reached if group.loss is not None and lower <= group.loss < higher]
            cost = sum(
                group.claims * (_gift(other, terms, group, at) - _gift(tiers, terms, group, at)) for group in touched
            )
            moved.append(Moved((tier.upper or 0) - 1, by, sum(group.claims for group in touched), cost))
    return moved


def _gift(tiers: Sequence[TierTerms], terms: PolicyTerms, group: Group, at: int) -> int:
    loss = group.loss or 0
    tier = next(tier for tier in tiers if loss >= tier.lower and (tier.upper is None or loss < tier.upper))
    if tier.needs_proof and terms.required_evidence and not group.proven[at]:
        return 0
    return verdict_of(tier).amount(loss)
