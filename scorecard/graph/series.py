"""A measure over its last periods: what came of each, and what each was held against."""

from datetime import date
from typing import NamedTuple

from scorecard.domain.formula import Missing
from scorecard.domain.measure import STRETCH, ZONE_PROGRESS, Reach, Zones
from scorecard.domain.period import Period, along, periods_back
from scorecard.domain.vocabulary import Ambition
from scorecard.graph.formulas import Sheet
from scorecard.graph.metric import Metric, target_on
from scorecard.graph.path import until
from scorecard.graph.plan import Plan
from scorecard.graph.values import observed


class PeriodValue(NamedTuple):
    """The value of one period and its target, None where there is none; words are their share of the way."""

    period: Period
    value: float | None
    target: float | None


def last_periods(plan: Plan, key: str, day: date, count: int = 12) -> list[PeriodValue]:
    """Return a node's last periods up to a day, oldest first; without a cadence, its last observed days.

    A running sum is its total at the end of each period. The period of the day itself is left out while it
    has no value.
    """
    metric = plan.metrics.get(key)
    if metric is None:
        return []
    last = day if metric.due is None or day < metric.due else metric.due
    if metric.cadence is None:
        found = _by_day(plan, metric, last, count)
    else:
        periods = periods_back(last, metric.cadence, count + 1, metric.fiscal)
        values = _computed if metric.computed else _observed
        found = list(zip(periods, values(plan, metric, periods, last), strict=True))
        if found[-1][1] is None:
            found.pop()
    return [PeriodValue(period, value, _target(metric, period.end)) for period, value in found[-count:]]


def _by_day(plan: Plan, metric: Metric, last: date, count: int) -> list[tuple[Period, float | None]]:
    if metric.computed:
        periods = Sheet(plan, None, last, metric.due).survey(metric.key).periods[-count:]
        return list(zip(periods, _computed(plan, metric, [*periods], last), strict=True))
    points = metric.points[: until(metric.points, last)][-count:]
    return [(Period(on, on), _number(value)) for on, value in points]


def _observed(plan: Plan, metric: Metric, periods: list[Period], last: date) -> list[float | None]:
    """Return what the observations gave as of each period's end, where they gave it for that period."""
    ends = [(period, observed(metric, min(period.end, last))) for period in periods]
    return [_number(found.value) if found.period == period else None for period, found in ends]


def _computed(plan: Plan, metric: Metric, periods: list[Period], last: date) -> list[float | None]:
    sheet = Sheet(plan, metric.cadence, last, metric.due)
    if not sheet.survey(metric.key).periods:
        return [None] * len(periods)
    results = sheet.values(metric.key, periods)
    return [None if isinstance(result, Missing) else result for result in results]


def _number(value: float | str | None) -> float | None:
    return ZONE_PROGRESS[value] if isinstance(value, str) else value


def _target(metric: Metric, day: date) -> float | None:
    """Return what a value of the period that ends on a day is held against: a level, or the way to date."""
    if isinstance(metric.measure, Zones):
        return ZONE_PROGRESS["target"]
    if not metric.path:
        return target_on(metric, day)
    if day < metric.path[0][0] or metric.target is None:
        return None
    height = along(metric.path, day)
    way = height - metric.baseline if metric.drawn else (metric.target - metric.baseline) * height
    if isinstance(metric.measure, Reach) and metric.measure.ambition is Ambition.aspirational:
        way *= STRETCH
    return metric.baseline + way
