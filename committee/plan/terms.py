"""The terms of a tier policy as plain values: as a person writes them, and as the rules read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from relief.money import BASIS_POINTS

Gives = Literal["fixed", "share", "review"]


@dataclass(frozen=True, slots=True)
class TierDraft:
    """A tier as a person writes it: the highest loss it holds in won (None: open), and what it gives.

    An amount in won; or a share of the loss in basis points, at least `floor` won and at most `cap` (None: no cap);
    or neither: the committee examines the claim. With `needs_proof`, only a claim with all required evidence gets it.
    """

    up_to: int | None
    amount: int | None = None
    share_bp: int | None = None
    floor: int | None = None
    cap: int | None = None
    needs_proof: bool = False

    @property
    def gives(self) -> Gives:
        """What kind of tier it is."""
        if self.share_bp is not None:
            return "share"
        return "review" if self.amount is None else "fixed"


@dataclass(frozen=True, slots=True)
class TierTerms:
    """A stored tier as values: losses from `lower` up to, not including, `upper` (None: open), and what it gives.

    `amount` and `share_bp` both None send the claim to the committee.
    """

    key: int
    number: int
    lower: int
    upper: int | None
    amount: int | None = None
    share_bp: int | None = None
    floor: int | None = None
    cap: int | None = None
    needs_proof: bool = False


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """A policy as values: for whom, for what, with which evidence, and its tiers; an empty tuple restricts nothing.

    `eligible_types` is never empty. `services` and `rounds` are keys of the catalogue.
    """

    eligible_types: tuple[str, ...]
    tiers: tuple[TierTerms, ...]
    pricing: tuple[str, ...] = ()
    services: tuple[int, ...] = ()
    rounds: tuple[int, ...] = ()
    required_evidence: tuple[str, ...] = ()


def fault_of(drafts: Sequence[TierDraft]) -> str | None:
    """Return the code of what is wrong with a list of tiers, or None.

    The bounds rise from tier to tier and only the last is open; amounts, shares and floors are more than nothing; a
    share has a floor, so that no supported claim gets 0 won; above a tier that needs proof every tier does, or goes
    to the committee.
    """
    if not drafts:
        return "no_tiers"
    return (
        _fault_of_bounds(drafts)
        or next((fault for fault in map(_fault_of_gift, drafts) if fault), None)
        or _proof(drafts)
    )


def _fault_of_bounds(drafts: Sequence[TierDraft]) -> str | None:
    *lower, last = drafts
    if last.up_to is not None:
        return "last_tier_open"
    tops = [draft.up_to for draft in lower]
    if None in tops:
        return "only_last_tier_open"
    if any(top is not None and top <= before for top, before in zip(tops, [0, *(t or 0 for t in tops)], strict=False)):
        return "bounds_rise"
    return None


def _fault_of_gift(draft: TierDraft) -> str | None:
    if draft.amount is not None and draft.share_bp is not None:
        return "amount_or_share"
    if draft.amount is not None and draft.amount < 1:
        return "amount_above_zero"
    if draft.share_bp is None:
        return "share_missing" if draft.floor is not None or draft.cap is not None else None
    if not 1 <= draft.share_bp <= BASIS_POINTS:
        return "share_of_the_loss"
    if draft.floor is None or draft.floor < 1:
        return "share_has_floor"
    return "cap_below_floor" if draft.cap is not None and draft.cap < draft.floor else None


def _proof(drafts: Sequence[TierDraft]) -> str | None:
    first = next((at for at, draft in enumerate(drafts) if draft.needs_proof), len(drafts))
    if all(draft.needs_proof or draft.gives == "review" for draft in drafts[first:]):
        return None
    return "proof_rises"


def bounds_of(drafts: Sequence[TierDraft]) -> list[tuple[int, int | None]]:
    """Return each tier's (lower included, upper excluded) in won: 1 to 300,000 becomes (1, 300001)."""
    lower = 1
    bounds: list[tuple[int, int | None]] = []
    for draft in drafts:
        upper = None if draft.up_to is None else draft.up_to + 1
        bounds.append((lower, upper))
        lower = upper or lower
    return bounds
