"""How many rows of which kind the demo files hold, so that every published figure comes out exactly.

The cells below add up to the published marginals; single splits nobody published (which reporter stated an amount, what
the affiliates' claims look like) are chosen here and carry no figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from committee.demo.facts import Reporter


class Loss(StrEnum):
    """What a report says about money."""

    STATED = "stated"  # an amount above zero; a small business of the company stays at or below 500,000 won
    ABOVE_TIERS = "above_tiers"  # an amount above 500,000 won
    UNSTATED = "unstated"  # speaks of a loss and gives no amount
    NONE = "none"  # a question or a protest


class Source(StrEnum):
    """The files as they would come, one an origin."""

    OFFICIAL = "official"
    FEDERATION = "federation"
    AFFILIATE = "affiliate"


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of report: its rows in all files, and how many of them came by the two smaller files."""

    own: bool
    reporter: Reporter
    paid: bool
    loss: Loss
    rows: int
    federation: int = 0
    affiliate: int = 0

    def rows_in(self, source: Source) -> int:
        """Return how many rows of this kind the file of this source holds."""
        if source is Source.FEDERATION:
            return self.federation
        if source is Source.AFFILIATE:
            return self.affiliate
        return self.rows - self.federation - self.affiliate


_USER, _SMALL, _LARGE = (Reporter.GENERAL_USER, Reporter.SMALL_BUSINESS, Reporter.ENTERPRISE)

MIX = (
    # The company's own services, 87,195: small businesses 8,894, of which 635 + 7,826 with a payable loss.
    Cell(True, _SMALL, True, Loss.STATED, 630, federation=152),
    Cell(True, _SMALL, True, Loss.ABOVE_TIERS, 5, federation=1),
    Cell(True, _SMALL, False, Loss.STATED, 7_791, federation=2_148),
    Cell(True, _SMALL, False, Loss.ABOVE_TIERS, 35, federation=12),
    Cell(True, _SMALL, False, Loss.UNSTATED, 41, federation=14),
    Cell(True, _SMALL, False, Loss.NONE, 392, federation=77),
    # Mid-size and large companies, 174.
    Cell(True, _LARGE, True, Loss.STATED, 62),
    Cell(True, _LARGE, True, Loss.UNSTATED, 8),
    Cell(True, _LARGE, False, Loss.STATED, 46),
    Cell(True, _LARGE, False, Loss.UNSTATED, 3),
    Cell(True, _LARGE, False, Loss.NONE, 55),
    # General users, 78,127.
    Cell(True, _USER, True, Loss.STATED, 11_902),
    Cell(True, _USER, True, Loss.UNSTATED, 2_311),
    Cell(True, _USER, False, Loss.STATED, 5_323),
    Cell(True, _USER, False, Loss.UNSTATED, 679),
    Cell(True, _USER, False, Loss.NONE, 57_912),
    # The affiliates' services, 17,921.
    Cell(False, _USER, True, Loss.STATED, 5_842, affiliate=1_482),
    Cell(False, _USER, True, Loss.UNSTATED, 1_317, affiliate=310),
    Cell(False, _USER, False, Loss.STATED, 1_206, affiliate=260),
    Cell(False, _USER, False, Loss.NONE, 5_390, affiliate=1_515),
    Cell(False, _SMALL, True, Loss.STATED, 2_468, federation=40, affiliate=1_390),
    Cell(False, _SMALL, False, Loss.STATED, 1_104, federation=62, affiliate=402),
    Cell(False, _SMALL, False, Loss.NONE, 563, federation=12, affiliate=159),
    Cell(False, _LARGE, True, Loss.STATED, 31, affiliate=12),
)
TOTAL_ROWS = sum(cell.rows for cell in MIX)

# Which service a report is about: weights by service code, for general users and for businesses.
USER_WEIGHTS = {
    "messenger": 46, "channel": 3, "emoticon": 44, "drawer": 34, "gift": 14, "order": 2, "store": 2, "mail": 19,
    "map": 6, "portal": 7, "blog": 8, "story": 3, "login": 7, "taxi": 26, "proxy": 6, "bike": 7, "parking": 5,
    "navigation": 6, "pc-games": 9, "mobile-games": 17, "payment": 14, "transfer": 11, "webtoon": 13, "music": 15,
}  # fmt: skip
BUSINESS_WEIGHTS = {
    "messenger": 30, "channel": 42, "notice": 20, "gift": 6, "order": 17, "store": 14, "mail": 5, "map": 9,
    "portal": 1, "blog": 4, "login": 2, "taxi": 30, "proxy": 34, "parking": 1, "navigation": 2, "pc-games": 16,
    "payment": 14,
}  # fmt: skip


def rows_of(source: Source) -> list[int]:
    """Return the row count of every cell, in the order of ``MIX``, for the file of this source."""
    return [cell.rows_in(source) for cell in MIX]


def rows_in_proportion(total: int) -> list[int]:
    """Return row counts in the proportions of ``MIX`` that add up to ``total`` exactly (largest remainder)."""
    counts = [cell.rows * total // TOTAL_ROWS for cell in MIX]
    by_remainder = sorted(range(len(MIX)), key=lambda i: (-(MIX[i].rows * total % TOTAL_ROWS), i))
    for index in by_remainder[: total - sum(counts)]:
        counts[index] += 1
    return counts


def cells_in_order(counts: list[int]) -> Iterator[int]:
    """Yield the index of a cell once for every row it has."""
    for index, count in enumerate(counts):
        for _ in range(count):
            yield index
