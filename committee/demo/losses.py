"""The losses people state: skewed, mostly round, and at every bound of the tiers."""

from random import Random

from committee.demo.facts import Reporter
from committee.demo.mix import Cell, Loss

# The values at which a tier begins or ends come first in every file that has room for them.
BOUND_VALUES = (300_000, 300_001, 500_000, 1, 299_999, 499_999)
FIRST_ABOVE_TIERS = 500_001
TOP_OF_TIERS = 500_000

# Median in won, spread (sigma of the logarithm), lowest and highest value.
_Shape = tuple[int, float, int, int]
_SMALL_OWN: _Shape = (190_000, 0.85, 5_000, TOP_OF_TIERS)
_SMALL_ABOVE: _Shape = (2_400_000, 1.15, 510_000, 48_000_000)
_SMALL_AFFILIATE: _Shape = (210_000, 0.8, 20_000, 6_000_000)
_ENTERPRISE: _Shape = (8_500_000, 1.2, 600_000, 900_000_000)
_USER_PAID: _Shape = (9_900, 1.0, 900, 900_000)
_USER_FREE: _Shape = (70_000, 1.2, 3_000, 5_000_000)

# Price tags people copy from their receipts for a paid service.
_PRICES = (1_900, 2_500, 3_900, 4_900, 7_900, 9_900, 10_900, 12_000, 14_900, 29_000)


def _shape_of(cell: Cell) -> _Shape:
    if cell.reporter is Reporter.ENTERPRISE:
        return _ENTERPRISE
    if cell.reporter is Reporter.SMALL_BUSINESS:
        if not cell.own:
            return _SMALL_AFFILIATE
        return _SMALL_ABOVE if cell.loss is Loss.ABOVE_TIERS else _SMALL_OWN
    return _USER_PAID if cell.paid else _USER_FREE


def _believable(amount: float, rng: Random) -> int:
    """Round an amount the way people do: most to tens of thousands, few to the won."""
    habit = rng.random()
    if amount >= 1_000_000:
        step = 1_000_000 if habit < 0.4 else 100_000 if habit < 0.9 else 10_000
    elif amount >= 100_000:
        step = 50_000 if habit < 0.45 else 10_000 if habit < 0.88 else 1_000 if habit < 0.96 else 1
    elif amount >= 10_000:
        step = 10_000 if habit < 0.5 else 5_000 if habit < 0.75 else 1_000 if habit < 0.95 else 10
    else:
        step = 1_000 if habit < 0.6 else 100
    return max(step, round(amount / step) * step)


def loss_of(cell: Cell, nth: int, rng: Random) -> int | None:
    """Return the stated loss in won of the ``nth`` row of a cell (from 0), ``None`` where the cell states none."""
    if cell.loss in (Loss.UNSTATED, Loss.NONE):
        return None
    if cell.own and cell.reporter is Reporter.SMALL_BUSINESS:
        if cell.loss is Loss.ABOVE_TIERS and nth == 0:
            return FIRST_ABOVE_TIERS
        if cell.loss is Loss.STATED and nth < len(BOUND_VALUES):
            return BOUND_VALUES[nth]
    if cell.paid and cell.reporter is Reporter.GENERAL_USER and rng.random() < 0.45:
        return rng.choice(_PRICES)
    median, sigma, lowest, highest = _shape_of(cell)
    while True:
        amount = _believable(median * rng.lognormvariate(0, sigma), rng)
        if lowest <= amount <= highest:
            return amount
