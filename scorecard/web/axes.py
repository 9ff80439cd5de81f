"""Axes: where a value or a day lies on a chart, and which round numbers and dates to write beside it."""

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

LARGEST = sys.float_info.max

Grain = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map of low..high to start..end; outside it answers with the nearer end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Place a value; where low equals high there is only the middle."""
        span = self.high / 2 - self.low / 2  # halves: the span of two doubles may overflow
        share = (value / 2 - self.low / 2) / span if span > 0 else 0.5
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 2)


def nice_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Choose about `count` round numbers that cover low..high, at least two; equal ends are given room."""
    if low == high:
        room = abs(low) * 0.1 or 1.0
        low, high = max(low - room, -LARGEST), min(high + room, LARGEST)
    raw = (high - low) / count
    if not math.isfinite(raw) or raw <= abs(low) * 1e-13 or raw < 1e-300:
        return low, high
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((power * round_ for round_ in (1, 2, 2.5, 5) if power * round_ >= raw), power * 10)
    ticks = tuple(step * index for index in range(math.floor(low / step), math.ceil(high / step) + 1))
    return ticks if all(map(math.isfinite, ticks)) else (low, high)


def time_span(dates: Sequence[date]) -> tuple[date, date]:
    """Find the ends of a time axis; a single day is given two weeks on either side, none at all any year."""
    if not dates:
        return date(2000, 1, 1), date(2000, 12, 31)
    first, last = min(dates), max(dates)
    if first < last:
        return first, last
    room = timedelta(days=14)
    return max(first, date.min + room) - room, min(last, date.max - room) + room


def date_ticks(
    first: date, last: date, count: int, across: Scale, day: Callable[[date, Grain], str]
) -> tuple[Tick, ...]:
    """Choose at most about `count` days, month or year starts within first..last, and write their labels."""
    days = (last - first).days
    if days <= 7 * count and days <= 62:
        every = next(step for step in (1, 2, 7, 14, 31) if days / step <= count or step == 31)
        chosen = [date.fromordinal(at) for at in range(first.toordinal(), last.toordinal() + 1, every)]
        return tuple(Tick(across(at.toordinal()), day(at, "day")) for at in chosen)
    months = next(
        step for step in (1, 3, 6, 12, 24, 60, 120, 600, 1200, 12000, 120000) if days / 30.44 / step <= count
    )
    grain: Grain = "year" if months % 12 == 0 else "month"
    return tuple(Tick(across(at.toordinal()), day(at, grain)) for at in _month_starts(first, last, months))


def _month_starts(first: date, last: date, every: int) -> Iterable[date]:
    """The first days of months, every so many counted from a January, within first..last."""
    index = -(-(first.year * 12 + first.month - 1 + (first.day > 1)) // every) * every
    while index // 12 <= date.max.year and (at := date(index // 12, index % 12 + 1, 1)) <= last:
        yield at
        index += every


def iso(at: date, grain: Grain) -> str:
    """Write a day, a month or a year as ISO 8601 does."""
    return {"year": f"{at:%Y}", "month": f"{at:%Y-%m}", "day": at.isoformat()}[grain]
