"""Periods of the fiscal calendar, and how far a plan should be on a day.

A period is a day, an ISO week, a month, or a fiscal quarter or year, both ends included.
"""

from bisect import bisect_left
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from scorecard.domain.vocabulary import Cadence

ONE_DAY = timedelta(days=1)

GRACE = {
    Cadence.daily: timedelta(days=1),
    Cadence.weekly: timedelta(days=3),
    Cadence.monthly: timedelta(days=10),
    Cadence.quarterly: timedelta(days=30),
    Cadence.yearly: timedelta(days=30),
}
"""How long after a period's end its number may still be on its way."""

_MONTHS = {Cadence.monthly: 1, Cadence.quarterly: 3, Cadence.yearly: 12}


class Period(NamedTuple):
    """A stretch of days, both ends included."""

    start: date
    end: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    @property
    def days(self) -> int:
        """Return the number of days, 1 or more."""
        return (self.end - self.start).days + 1


@lru_cache(maxsize=65536)
def period_of(day: date, cadence: Cadence, fiscal_start: int = 1) -> Period:
    """Return the period of a cadence that holds a day.

    `fiscal_start` is the month, 1 to 12, in which the fiscal year begins.
    """
    if cadence is Cadence.daily:
        return Period(day, day)
    if cadence is Cadence.weekly:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    length = _MONTHS[cadence]
    months = day.year * 12 + day.month - 1
    first = months - (months - (fiscal_start - 1)) % length
    last = first + length - 1
    return Period(
        date(first // 12, first % 12 + 1, 1),
        date(last // 12, last % 12 + 1, monthrange(last // 12, last % 12 + 1)[1]),
    )


def following(period: Period, cadence: Cadence, fiscal_start: int = 1) -> Period:
    """Return the period after this one."""
    return period_of(period.end + ONE_DAY, cadence, fiscal_start)


@lru_cache(maxsize=65536)
def previous(period: Period, cadence: Cadence, fiscal_start: int = 1) -> Period:
    """Return the period before this one."""
    return period_of(period.start - ONE_DAY, cadence, fiscal_start)


def periods_back(day: date, cadence: Cadence, count: int, fiscal_start: int = 1) -> list[Period]:
    """Return the `count` periods that end with the one holding `day`, oldest first."""
    found = [period_of(day, cadence, fiscal_start)]
    while len(found) < count:
        found.append(previous(found[-1], cadence, fiscal_start))
    return found[::-1]


Path = tuple[tuple[date, float], ...]
"""Points of a plan to date, by date; straight lines run between them."""


@lru_cache(maxsize=8192)
def steady_path(start: date, due: date, cadence: Cadence | None, fiscal_start: int = 1) -> Path:
    """Return the path from 0 at `start` to 1 at `due`, a step for each cadence period.

    A period's step is in proportion to the share of it that lies between start and due, so that whole
    months are equal steps; within a period, and without a cadence, progress is by days.
    """
    if cadence is None or cadence is Cadence.daily or due <= start:
        return ((start, 0.0), (due, 1.0))
    ends: list[tuple[date, float]] = []
    period = period_of(start, cadence, fiscal_start)
    reached = 0.0
    while period.start <= due:
        inside = Period(max(period.start, start), min(period.end, due))
        reached += inside.days / period.days
        ends.append((inside.end, reached))
        period = following(period, cadence, fiscal_start)
    return ((start, 0.0), *((end, share / reached) for end, share in ends))


def along(path: Path, day: date) -> float:
    """Return the height of a path on a day: flat before its first and after its last point."""
    if day >= path[-1][0]:
        return path[-1][1]
    if day <= path[0][0]:
        return path[0][1]
    after = bisect_left(path, (day,))
    (left, low), (right, high) = path[after - 1], path[after]
    return low + (high - low) * ((day - left).days / (right - left).days)


def last_day_fresh(observed: date, cadence: Cadence, fiscal_start: int = 1) -> tuple[date, date]:
    """Return the last day an observation is fresh, and the last day its score is kept at all."""
    after = following(period_of(observed, cadence, fiscal_start), cadence, fiscal_start)
    later = following(after, cadence, fiscal_start)
    return after.end + GRACE[cadence], later.end + GRACE[cadence]


def first_update_due(start: date, cadence: Cadence, fiscal_start: int = 1) -> date:
    """Return the last day on which a measure that began on `start` may still be without a value."""
    return period_of(start, cadence, fiscal_start).end + GRACE[cadence]
