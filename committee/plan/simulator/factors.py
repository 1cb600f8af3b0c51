"""A proposed amount per service from the four factors the committee weighed, with its arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from relief.money import format_basis_points, share_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the factors of a service propose, in won; the median is of the losses that reach the tiers."""

    service: str
    claims: int
    median: int
    margin_bp: int
    market_share_bp: int
    unavoidable_bp: int
    source: str

    @property
    def steps(self) -> tuple[int, int, int]:
        """The profit lost, the part of it that the company's share of the market answers for, and what remains."""
        profit = share_of(self.median, self.margin_bp)
        answered = share_of(profit, self.market_share_bp)
        return profit, answered, share_of(answered, self.unavoidable_bp)

    @property
    def amount(self) -> int:
        """The proposed amount in won: median × margin × market share × unavoidable part, rounded down at each step."""
        return self.steps[2]

    @property
    def arithmetic(self) -> str:
        """The steps written out, in won."""
        rates = (self.margin_bp, self.market_share_bp, self.unavoidable_bp)
        parts = (f"× {format_basis_points(bp)} % = {won:,}" for bp, won in zip(rates, self.steps, strict=True))
        return f"{self.median:,} {' → '.join(parts)}"
