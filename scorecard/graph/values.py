"""What a node's number is on a day: its value, the period it belongs to, and how old it is.

Section 3 and 5 of the measurement rules: observations become one value by the node's aggregation; a formula
aggregates its operands over the period first and computes then. What cannot be known is a `Missing`, never 0.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from scorecard.domain.formula import Missing
from scorecard.domain.measure import AtMost
from scorecard.domain.period import Period, last_day_fresh, period_of, previous
from scorecard.domain.vocabulary import Aggregate, Cadence
from scorecard.graph.metric import Metric, target_on
from scorecard.graph.path import Points, between, made, until

Until = tuple[date | None, date | None]
"""The last day on which a number is fresh, and on which it is kept at all; None for ever."""


class Evidence(NamedTuple):
    """The number of a node on a day, and what it rests on.

    `seen` is the day of the latest observation, `on` the day on which expected progress is read, `period`
    the one the value belongs to. The number is fresh to the day `fresh_until` and worth nothing after
    `kept_until`; None is for ever. For zones `value` is a word.
    """

    value: float | str | None
    on: date
    seen: date | None = None
    period: Period | None = None
    fresh_until: date | None = None
    kept_until: date | None = None
    missing: Missing | None = None


def observed(metric: Metric, day: date) -> Evidence:
    """Return the value that observations give as of a day; not for formulas."""
    due, cadence, aggregate = metric.due, metric.cadence, metric.aggregate
    last_day = day if due is None or due > day else due
    points = (
        counted_points(metric, last_day)
        if metric.own
        else metric.points[: bisect_right(metric.days, last_day)]
    )
    if metric.sums or (cadence is None and not metric.lasts):
        points = _from(points, metric.start)
    if not points:
        return Evidence(None, day)
    latest = points[-1].date
    if cadence is None:
        return Evidence(aggregated(points, aggregate), day, latest)
    period, fresh, kept = _dated(latest, cadence, metric.fiscal, due)
    if metric.lasts:
        return made(Evidence, (points[-1].value, latest, latest, period, fresh, kept, None))
    if metric.running:
        return Evidence(aggregated(points, aggregate), min(period.end, day), latest, period, fresh, kept)
    on = latest
    if metric.sums:
        judged = _judged_period(metric, points, period, day)
        if judged is None:
            return Evidence(None, day, latest, None, fresh, kept)
        period, on = judged, min(judged.end, day)
    return Evidence(aggregated(_within(points, period), aggregate), on, latest, period, fresh, kept)


def counted_points(metric: Metric, last_day: date) -> Points:
    """Return the observations up to a day, those of the node itself in the place of what a bare key reads."""
    points = metric.points[: bisect_right(metric.days, last_day)]
    for own in metric.own:
        points = _overlaid(points, own[: until(own, last_day)], metric.cadence, metric.fiscal)
    return points


def _overlaid(points: Points, own: Points, cadence: Cadence | None, fiscal: int) -> Points:
    if cadence is not None:
        taken = {period_of(point.date, cadence, fiscal) for point in own}
        points = tuple(point for point in points if period_of(point.date, cadence, fiscal) not in taken)
    days = {point.date: point for point in (*points, *own)}
    return tuple(days[day] for day in sorted(days))


@lru_cache(maxsize=65536)
def _dated(
    latest: date, cadence: Cadence, fiscal: int, due: date | None
) -> tuple[Period, date | None, date | None]:
    """Return the period of the latest observation, and how long it is fresh and kept."""
    return period_of(latest, cadence, fiscal), *freshness(latest, cadence, fiscal, due)


def freshness(latest: date, cadence: Cadence, fiscal: int, due: date | None) -> Until:
    """Return how long a number observed on a day is fresh and is kept; None for ever.

    Nothing goes stale after an observation in the last period of its window.
    """
    if due is not None and period_of(latest, cadence, fiscal).end >= due:
        return None, None
    return last_day_fresh(latest, cadence, fiscal)


def _judged_period(metric: Metric, points: Points, period: Period, day: date) -> Period | None:
    """Return the period whose sum is judged: the latest complete one, unless a limit is broken already.

    Complete is what has ended and lies wholly in the window: a part is not held against a whole target.
    """
    cadence, fiscal = metric.cadence, metric.fiscal
    assert cadence is not None
    if period.end > (day if metric.due is None else min(day, metric.due)):
        if isinstance(metric.measure, AtMost) and _broken(metric, points, period):
            return period
        earlier = until(points, previous(period, cadence, fiscal).end)
        if not earlier:
            return None
        period = period_of(points[earlier - 1].date, cadence, fiscal)
    return period if metric.start is None or metric.start <= period.start else None


def _broken(metric: Metric, points: Points, period: Period) -> bool:
    """Tell whether the running period is above its limit already."""
    so_far, limit = aggregated(_within(points, period), Aggregate.sum), target_on(metric, period.end)
    return isinstance(so_far, float) and limit is not None and so_far > limit


def _from(points: Points, start: date | None) -> Points:
    if start is None or not points or points[0].date >= start:
        return points
    return between(points, start, points[-1].date)


def _within(points: Points, period: Period) -> Points:
    return between(points, period.start, period.end)


def aggregated(points: Sequence[tuple[date, float | str]], aggregate: Aggregate) -> float | str | None:
    """Return what observations come to, None where there are none; words only have a last.

    A total beyond what a number can hold is none either.
    """
    if not points:
        return None
    latest = points[-1][1]
    if aggregate is Aggregate.last or isinstance(latest, str):
        return latest
    numbers = [value for _, value in points if not isinstance(value, str)]
    if aggregate is Aggregate.min:
        return min(numbers)
    if aggregate is Aggregate.max:
        return max(numbers)
    total = float(sum(numbers))
    if not isfinite(total):
        return None
    return total if aggregate is Aggregate.sum else total / len(numbers)
