"""When reports arrived: a rush in the first days, a lull, and an uptick before the last day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

FIRST_DAY = date(2022, 10, 19)
# One weight a day from 19 October to 6 November: front-loaded, a bump at the first deadline, an uptick at the last.
DAY_WEIGHTS = (205, 172, 118, 74, 63, 61, 48, 39, 33, 29, 21, 20, 27, 35, 22, 18, 20, 26, 44)
_HOUR_WEIGHTS = (2, 1, 1, 1, 1, 1, 2, 4, 8, 12, 15, 15, 13, 14, 15, 15, 14, 13, 11, 10, 10, 9, 7, 4)
_OPENING_HOUR = 10


def arrivals(count: int, rng: Random, *, first: int = 0, last: int = len(DAY_WEIGHTS) - 1) -> Iterator[datetime]:
    """Yield ``count`` naive Seoul times in rising order between day ``first`` and day ``last`` of the round.

    The first day opens at 10:00; nothing arrives after 23:59:59 of the last.
    """
    days = rng.choices(range(first, last + 1), weights=DAY_WEIGHTS[first : last + 1], k=count)
    counts = [0] * len(DAY_WEIGHTS)
    for day in days:
        counts[day] += 1
    for day, on_day in enumerate(counts):
        midnight = datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time())
        weights = [0 if day == 0 and hour < _OPENING_HOUR else weight for hour, weight in enumerate(_HOUR_WEIGHTS)]
        seconds = [hour * 3600 + rng.randrange(3600) for hour in rng.choices(range(24), weights=weights, k=on_day)]
        for second in sorted(seconds):
            yield midnight + timedelta(seconds=second)
