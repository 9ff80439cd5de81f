"""Points by day, and the way that is expected through them."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from scorecard.domain.measure import Measure
from scorecard.domain.period import ONE_DAY, Path, period_of, steady_path
from scorecard.domain.vocabulary import Cadence

made = tuple.__new__
"""Make a named tuple of a whole tuple: where thousands are made, in half the time of its own call."""


class Point(NamedTuple):
    """A value, or the target of a period, on its day."""

    date: date
    value: float | str


Points = tuple[Point, ...]


def until(points: Points, day: date) -> int:
    """Return how many points are dated on or before a day."""
    if points and points[-1].date <= day:
        return len(points)
    return bisect_right(points, day, key=_day)


def between(points: Points, first: date, last: date) -> Points:
    """Return the points from one day to another, both included."""
    end = until(points, last)
    return points[bisect_right(points, first - ONE_DAY, hi=end, key=_day) : end]


def _day(point: Point) -> date:
    return point.date


class Window(NamedTuple):
    """The days in which a number is promised, its own or its cycle's, and the periods they fall into."""

    start: date | None
    due: date | None
    cadence: Cadence | None
    fiscal: int

    def end_of(self, day: date) -> date:
        """Return the last day of the period that holds a day; without a cadence it is the day."""
        return period_of(day, self.cadence, self.fiscal).end if self.cadence else day


def increments(targets: Points, window: Window) -> Points:
    """Return what each period of the window is to add, by the period's end; its latest target counts."""
    start, due, cadence, fiscal = window
    found: dict[date, Point] = {}
    for day, value in targets:
        begins = period_of(day, cadence, fiscal).start if cadence else day
        if (start is None or day >= start) and (due is None or begins <= due):
            end = window.end_of(day)
            end = end if due is None else min(end, due)
            found[end] = Point(end, value)
    return tuple(found.values())


NO_PATH: tuple[Path, bool] = ((), False)


def expected_path(
    measure: Measure | None, window: Window, running: bool, targets: Points, baseline: float, target: float
) -> tuple[Path, bool]:
    """Return the way expected from the start of a window to its due date, and whether it was drawn."""
    start, due, cadence, fiscal = window
    if running and targets:
        return _running_total(targets, start), True
    if targets:
        return _through_targets(targets, window, baseline, target), True
    if measure is not None and (measure.kind == "reach" or measure.kind == "milestone") and measure.path:
        drawn = dict(sorted((point.date, point.value) for point in measure.path))
        return _led(drawn, start, baseline, due, target), True
    if start is None or due is None:
        return NO_PATH
    return steady_path(start, due, cadence, fiscal), False


def _running_total(increments: Points, start: date | None) -> Path:
    path: list[tuple[date, float]] = []
    if start is not None and start < increments[0].date:
        path.append((start, 0.0))
    reached = 0.0
    for end, value in increments:
        reached += float(value)
        path.append((end, reached))
    return tuple(path)


def _through_targets(targets: Points, window: Window, baseline: float, target: float) -> Path:
    """Return the path through the targets of the window's periods, each reached at its period's end."""
    start = window.start
    ends = {window.end_of(day): float(value) for day, value in targets if start is None or day >= start}
    return _led(ends, start, baseline, None if ends else window.due, target)


def _led(
    points: Mapping[date, float], start: date | None, baseline: float, due: date | None, target: float
) -> Path:
    """Return the points led from the baseline at the start to the target on the due date."""
    days = list(points.items())
    if start is not None and (not days or start < days[0][0]):
        days.insert(0, (start, baseline))
    if due is not None and (not days or days[-1][0] < due):
        days.append((due, target))
    return tuple(days)
