"""What a tier policy says about a claim: one ordered list of branches, read by Python and by PostgreSQL alike.

A claim goes through the branches from the first to the last; the first whose condition holds decides. The order:

1. affiliate: the service belongs to an affiliate, the claim is referred (programme: 17,921 reports);
2. not_admitted: it came outside its round, or its round does not admit it;
3. inquiry: a question or a protest, no loss in money;
4. reporter_type: the policy is not for this type of reporter;
5. no_loss: no amount above 0 won was stated;
6. the tiers, lowest first: a fixed amount, or the committee's examination.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from claims.catalogue.models import Operator
from claims.register.models import Claim
from claims.triage.models import Nature

Outcome = Literal["supported", "review", "not_eligible"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision rests on: the words of register and triage, and the loss in won, None where none was stated."""

    operator_kind: str
    admission: str
    nature: str
    reporter_type: str
    loss: int | None


@dataclass(frozen=True, slots=True)
class TierTerms:
    """A tier as values: losses from `lower` up to, not including, `upper` (None: open), and the won it gives.

    `amount` None sends the claim to the committee.
    """

    key: int
    number: int
    lower: int
    upper: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a branch says: outcome, the code of its reason, the won it gives, and the tier it stands for."""

    outcome: Outcome
    reason: str
    amount: int = 0
    tier: TierTerms | None = None


class Condition(Protocol):
    """A test of one fact, as a Python question and as an SQL expression of the same."""

    def holds(self, facts: Facts) -> bool:
        """Say whether the facts meet the condition."""
        ...

    def sql(self, columns: Mapping[str, str]) -> tuple[str, list[Any]]:
        """Return the expression and its parameters; `columns` maps a fact's name to its SQL column."""
        ...


@dataclass(frozen=True, slots=True)
class IsNot:
    """The fact is none of the words."""

    fact: str
    words: tuple[str, ...]

    def holds(self, facts: Facts) -> bool:
        return getattr(facts, self.fact) not in self.words

    def sql(self, columns: Mapping[str, str]) -> tuple[str, list[Any]]:
        return f"{columns[self.fact]} <> ALL (%s::text[])", [list(self.words)]


@dataclass(frozen=True, slots=True)
class LossBelow:
    """No loss is stated, or it is less than `bound` won."""

    bound: int

    def holds(self, facts: Facts) -> bool:
        return facts.loss is None or facts.loss < self.bound

    def sql(self, columns: Mapping[str, str]) -> tuple[str, list[Any]]:
        return f"COALESCE({columns['loss']}, 0) < %s", [self.bound]


@dataclass(frozen=True, slots=True)
class LossWithin:
    """The loss lies in the tier: its lower bound included, its upper not."""

    tier: TierTerms

    def holds(self, facts: Facts) -> bool:
        if facts.loss is None or facts.loss < self.tier.lower:
            return False
        return self.tier.upper is None or facts.loss < self.tier.upper

    def sql(self, columns: Mapping[str, str]) -> tuple[str, list[Any]]:
        loss = columns["loss"]
        if self.tier.upper is None:
            return f"{loss} >= %s", [self.tier.lower]
        return f"({loss} >= %s AND {loss} < %s)", [self.tier.lower, self.tier.upper]


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition and what follows where it is the first that holds."""

    condition: Condition
    verdict: Verdict


def branches_of(*, eligible_types: Sequence[str], tiers: Sequence[TierTerms]) -> tuple[Branch, ...]:
    """Return the whole description of a policy; both `verdict_on` and the set-based run read it."""
    refusals: tuple[tuple[Condition, str], ...] = (
        (IsNot("operator_kind", (Operator.Kind.COMPANY.value,)), "affiliate"),
        (IsNot("admission", (Claim.Admission.REGULAR.value,)), "not_admitted"),
        (IsNot("nature", (Nature.MONETARY.value,)), "inquiry"),
        (IsNot("reporter_type", tuple(eligible_types)), "reporter_type"),
        (LossBelow(1), "no_loss"),
    )
    return (
        *(Branch(condition, Verdict("not_eligible", reason)) for condition, reason in refusals),
        *(Branch(LossWithin(tier), _tier_verdict(tier)) for tier in sorted(tiers, key=lambda tier: tier.lower)),
    )


def _tier_verdict(tier: TierTerms) -> Verdict:
    if tier.amount is None:
        return Verdict("review", "above_tiers", tier=tier)
    return Verdict("supported", "tier", tier.amount, tier)


def verdict_on(facts: Facts, branches: Sequence[Branch]) -> Verdict:
    """Return the verdict of the first branch that holds.

    Raises LookupError where none does: the tiers then leave a gap, which no adopted policy may.
    """
    for branch in branches:
        if branch.condition.holds(facts):
            return branch.verdict
    raise LookupError(f"no branch holds for {facts}")


def tier_of(loss: int | None, tiers: Sequence[TierTerms]) -> Verdict:
    """Return what the tiers alone say about a loss in won: an amount, the committee's review, or "no_loss"."""
    facts = Facts(Operator.Kind.COMPANY.value, Claim.Admission.REGULAR.value, Nature.MONETARY.value, "", loss)
    return verdict_on(facts, branches_of(eligible_types=("",), tiers=tiers))


def branch_sql(branches: Sequence[Branch], columns: Mapping[str, str]) -> tuple[str, list[Any]]:
    """Return a CASE that yields the position of the first branch that holds (NULL: none), and its parameters."""
    whens, parameters = [], []
    for position, branch in enumerate(branches):
        expression, values = branch.condition.sql(columns)
        whens.append(f"WHEN {expression} THEN {position}")
        parameters.extend(values)
    return f"CASE {' '.join(whens)} END", parameters


def verdicts_sql(branches: Sequence[Branch]) -> tuple[str, list[Any]]:
    """Return a VALUES list (position, outcome, reason, amount, tier key) of the branches, and its parameters."""
    parameters: list[Any] = []
    for position, branch in enumerate(branches):
        verdict = branch.verdict
        key = None if verdict.tier is None else verdict.tier.key
        parameters += [position, verdict.outcome, verdict.reason, verdict.amount, key]
    return f"VALUES {', '.join(['(%s::int, %s, %s, %s::bigint, %s::bigint)'] * len(branches))}", parameters


@dataclass(frozen=True, slots=True)
class TierDraft:
    """A tier as a person writes it: the highest loss it holds in won (None: open), and its won (None: review)."""

    up_to: int | None
    amount: int | None


def fault_of(drafts: Sequence[TierDraft]) -> str | None:
    """Return the code of what is wrong with a list of tiers, or None.

    The bounds rise from tier to tier, only the last is open, and an amount is more than 0 won.
    """
    if not drafts:
        return "no_tiers"
    *lower, last = drafts
    if last.up_to is not None:
        return "last_tier_open"
    tops = [draft.up_to for draft in lower]
    if None in tops:
        return "only_last_tier_open"
    if any(top is not None and top <= before for top, before in zip(tops, [0, *(t or 0 for t in tops)], strict=False)):
        return "bounds_rise"
    if any(draft.amount is not None and draft.amount < 1 for draft in drafts):
        return "amount_above_zero"
    return None


def bounds_of(drafts: Sequence[TierDraft]) -> list[tuple[int, int | None]]:
    """Return each tier's (lower included, upper excluded) in won: 1 to 300,000 becomes (1, 300001)."""
    lower = 1
    bounds: list[tuple[int, int | None]] = []
    for draft in drafts:
        upper = None if draft.up_to is None else draft.up_to + 1
        bounds.append((lower, upper))
        lower = upper or lower
    return bounds
