"""Where the bars of a simulation's charts stand: numbers for an SVG, no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from committee.plan.simulator.results import Told
from relief.money import format_won

WIDTH = 900
HEIGHT = 240
_TOP, _BOTTOM = 24, 40
_BAR = 26


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram, and the sentence that says what it is."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line or a tick at x with its words; `anchor` is where the words begin ("start", "middle", "end")."""

    x: float
    words: str
    anchor: str = "middle"
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram of losses with the bounds of the tiers and the median."""

    bars: tuple[Bar, ...]
    bounds: tuple[Mark, ...]
    median: Mark | None
    ticks: tuple[Mark, ...]
    floor: float


def histogram(told: Told) -> Histogram | None:
    """Return the histogram of the losses that reach a variant's tiers, or None where there is none."""
    classes = told.histogram
    if not classes:
        return None
    each = WIDTH / len(classes)
    most = max(one.claims for one in classes) or 1
    floor = HEIGHT - _BOTTOM
    bars = []
    for place, one in enumerate(classes):
        height = one.claims / most * (floor - _TOP)
        above = format_won(one.lower)
        title = (
            f"{above} < … : {one.claims:,}"
            if one.upper is None
            else f"{above} < … ≤ {format_won(one.upper)}: {one.claims:,}"
        )
        bars.append(Bar(place * each + 1, floor - height, each - 2, height, title))
    end = classes[-1].lower

    def at(loss: int) -> float:
        return min(loss / end, 1.0) * (len(classes) - 1) * each

    tops = [tier.upper - 1 for tier in told.variant.terms.tiers if tier.upper is not None]
    bounds = tuple(
        Mark(at(top), format_won(top), "end" if at(top) > WIDTH * 0.85 else "start", y=12.0 + 13 * (n % 2))
        for n, top in enumerate(tops)
    )
    step = max(1, (len(classes) - 1) // 6)
    ticks = [
        Mark(place * each, f"{classes[place].lower:,}", "middle" if place else "start", y=floor + 16)
        for place in range(0, len(classes) - 2, step)
    ]
    ticks.append(Mark(WIDTH, f"{end:,}+", "end", y=floor + 16))
    median = told.spread.median
    mark = None if median is None else Mark(at(median), format_won(median))
    return Histogram(tuple(bars), bounds, mark, tuple(ticks), floor)


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a bar that one tier costs; `shade` numbers the tier's colour."""

    x: float
    width: float
    shade: int
    title: str


@dataclass(frozen=True, slots=True)
class CostBar:
    """What one variant costs, tier by tier."""

    y: float
    label: str
    cost: str
    segments: tuple[Segment, ...]

    @property
    def top(self) -> float:
        """Where the bar begins, below its words."""
        return self.y + 6


def cost_bars(told: Sequence[Told]) -> list[CostBar]:
    """Return one bar a variant on a common scale; a segment is what one tier costs."""
    most = max((one.cost for one in told), default=0) or 1
    bars = []
    for place, one in enumerate(told):
        x = 0.0
        segments = []
        paid = [line for line in one.lines if line.tier is not None and line.outcome == "supported"]
        for shade, line in enumerate(paid):
            width = line.cost / most * WIDTH
            number = line.tier.number if line.tier else 0
            segments.append(Segment(x, width, shade % 5, f"{number}: {line.claims:,} · {format_won(line.cost)}"))
            x += width
        bars.append(CostBar(place * (_BAR + 26) + 16, one.variant.label, format_won(one.cost), tuple(segments)))
    return bars


def bars_height(bars: Sequence[CostBar]) -> int:
    """Return the height that the cost bars need."""
    return len(bars) * (_BAR + 26) + 4
