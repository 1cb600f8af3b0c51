"""What a tier policy says about a claim: one ordered list of branches, read by Python and by PostgreSQL alike.

A claim goes through the branches from the first to the last; the first whose condition holds decides. The order:

1. affiliate: the service belongs to an affiliate, the claim is referred (programme: 17,921 reports);
2. not_admitted: it came outside its round, or its round does not admit it;
3. inquiry: a question or a protest, no loss in money;
4. reporter_type, pricing, service, round: the policy is not for such claims; each only where the policy names any;
5. no_loss: no amount above 0 won was stated;
6. the tiers, lowest first; before one that needs proof, proof_missing: its evidence is not all accepted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from claims.catalogue.models import Operator
from claims.register.models import Claim
from claims.triage.models import Nature
from committee.plan.terms import PolicyTerms, TierTerms
from relief.money import share_of, share_sql

Outcome = Literal["supported", "review", "not_eligible", "proof_missing"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision rests on: words and keys of register, triage and evidence, and the loss in won.

    `loss` None: none was stated. `service` and `round` are keys (round None: outside every round); `evidence` holds
    the kinds of which a document was accepted.
    """

    operator_kind: str
    admission: str
    nature: str
    reporter_type: str
    loss: int | None
    pricing: str = ""
    service: int | None = None
    round: int | None = None
    evidence: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a branch says: outcome, the code of its reason, and the tier it stands for, which gives the amount."""

    outcome: Outcome
    reason: str
    tier: TierTerms | None = None

    def amount(self, loss: int | None) -> int:
        """Return the won that a claim with this loss gets: 0 unless it is supported."""
        if self.outcome != "supported" or self.tier is None:
            return 0
        if self.tier.share_bp is None:
            return self.tier.amount or 0
        share = max(share_of(loss or 0, self.tier.share_bp), self.tier.floor or 0)
        return share if self.tier.cap is None else min(share, self.tier.cap)


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
        if len(self.words) == 1:
            return f"{columns[self.fact]} <> %s", [self.words[0]]
        return f"{columns[self.fact]} <> ALL (%s::text[])", [list(self.words)]


@dataclass(frozen=True, slots=True)
class KeyIsNot:
    """The fact is none of the keys; no key at all is none of them either."""

    fact: str
    keys: tuple[int, ...]

    def holds(self, facts: Facts) -> bool:
        return getattr(facts, self.fact) not in self.keys

    def sql(self, columns: Mapping[str, str]) -> tuple[str, list[Any]]:
        return f"COALESCE({columns[self.fact]}, 0) <> ALL (%s::bigint[])", [list(self.keys)]


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
class Lacks:
    """The loss lies in the tier, and evidence of a required kind is not accepted."""

    tier: TierTerms
    kinds: tuple[str, ...]

    def holds(self, facts: Facts) -> bool:
        return LossWithin(self.tier).holds(facts) and not facts.evidence.issuperset(self.kinds)

    def sql(self, columns: Mapping[str, str]) -> tuple[str, list[Any]]:
        within, parameters = LossWithin(self.tier).sql(columns)
        lacking = f"NOT COALESCE({columns['evidence']} @> %s::text[], FALSE)"
        return f"({within} AND {lacking})", [*parameters, list(self.kinds)]


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition and what follows where it is the first that holds."""

    condition: Condition
    verdict: Verdict


def branches_of(terms: PolicyTerms) -> tuple[Branch, ...]:
    """Return the whole description of a policy; both `verdict_on` and the set-based run read it."""
    refusals: list[tuple[Condition, str]] = [
        (IsNot("operator_kind", (Operator.Kind.COMPANY.value,)), "affiliate"),
        (IsNot("admission", (Claim.Admission.REGULAR.value,)), "not_admitted"),
        (IsNot("nature", (Nature.MONETARY.value,)), "inquiry"),
        (IsNot("reporter_type", terms.eligible_types), "reporter_type"),
    ]
    if terms.pricing:
        refusals.append((IsNot("pricing", terms.pricing), "pricing"))
    if terms.services:
        refusals.append((KeyIsNot("service", terms.services), "service"))
    if terms.rounds:
        refusals.append((KeyIsNot("round", terms.rounds), "round"))
    refusals.append((LossBelow(1), "no_loss"))
    branches = [Branch(condition, Verdict("not_eligible", reason)) for condition, reason in refusals]
    for tier in sorted(terms.tiers, key=lambda tier: tier.lower):
        if tier.needs_proof and terms.required_evidence:
            lacks = Lacks(tier, terms.required_evidence)
            branches.append(Branch(lacks, Verdict("proof_missing", "proof_missing", tier)))
        branches.append(Branch(LossWithin(tier), verdict_of(tier)))
    return tuple(branches)


def verdict_of(tier: TierTerms) -> Verdict:
    """Return what a tier says about a claim whose loss lies in it and that lacks no proof."""
    if tier.amount is None and tier.share_bp is None:
        return Verdict("review", "above_tiers", tier)
    return Verdict("supported", "tier", tier)


def verdict_on(facts: Facts, branches: Sequence[Branch]) -> Verdict:
    """Return the verdict of the first branch that holds.

    Raises LookupError where none does: the tiers then leave a gap, which no adopted policy may.
    """
    for branch in branches:
        if branch.condition.holds(facts):
            return branch.verdict
    raise LookupError(f"no branch holds for {facts}")


def missing_evidence(verdict: Verdict, facts: Facts, required: Sequence[str]) -> tuple[str, ...]:
    """Return the required kinds that a claim decided as "proof missing" lacks, in the policy's order."""
    if verdict.outcome != "proof_missing":
        return ()
    return tuple(kind for kind in required if kind not in facts.evidence)


def tier_of(loss: int | None, tiers: Sequence[TierTerms]) -> Verdict:
    """Return what the tiers alone say about a loss in won: support, the committee's review, or "no_loss"."""
    facts = Facts(Operator.Kind.COMPANY.value, Claim.Admission.REGULAR.value, Nature.MONETARY.value, "", loss)
    return verdict_on(facts, branches_of(PolicyTerms(eligible_types=("",), tiers=tuple(tiers))))


def branch_sql(branches: Sequence[Branch], columns: Mapping[str, str]) -> tuple[str, list[Any]]:
    """Return a CASE that yields the position of the first branch that holds (NULL: none), and its parameters."""
    whens, parameters = [], []
    for position, branch in enumerate(branches):
        expression, values = branch.condition.sql(columns)
        whens.append(f"WHEN {expression} THEN {position}")
        parameters.extend(values)
    return f"CASE {' '.join(whens)} END", parameters


VERDICT_COLUMNS = "branch, outcome, reason_code, tier_id, amount, share_bp, least, most"
"""The columns of `verdicts_sql`, for the head of its WITH."""


def verdicts_sql(branches: Sequence[Branch]) -> tuple[str, list[Any]]:
    """Return a VALUES list with the columns `VERDICT_COLUMNS`, a row a branch, and its parameters."""
    parameters: list[Any] = []
    for position, branch in enumerate(branches):
        verdict = branch.verdict
        gift = verdict.tier if verdict.outcome == "supported" else None
        parameters += [position, verdict.outcome, verdict.reason, verdict.tier.key if verdict.tier else None]
        parameters += [gift.amount, gift.share_bp, gift.floor, gift.cap] if gift else [None] * 4
    row = "(%s::int, %s, %s, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint)"
    return f"VALUES {', '.join([row] * len(branches))}", parameters


def amount_sql(verdict: str, loss: str) -> str:
    """Return the SQL of the amount in won; `verdict` is the alias of a `verdicts_sql` row, `loss` an expression."""
    share = share_sql(loss, f"{verdict}.share_bp")
    return (
        f"CASE WHEN {verdict}.share_bp IS NULL THEN COALESCE({verdict}.amount, 0) "
        f"ELSE LEAST(GREATEST({share}, {verdict}.least), {verdict}.most) END"
    )


def missing_sql(verdict: str, evidence: str) -> str:
    """Return the SQL of what `missing_evidence` returns, or NULL; its one parameter is the list of required kinds."""
    return (  # our own column names; values are parameters
        f"CASE WHEN {verdict}.outcome = 'proof_missing' THEN ARRAY(SELECT kind FROM unnest(%s::text[]) AS kind "  # noqa: S608
        f"WHERE NOT COALESCE(kind = ANY ({evidence}), FALSE)) END"
    )
