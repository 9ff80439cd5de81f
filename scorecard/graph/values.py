"""What a node's number is on a day: its value, the period it belongs to, and how old it is.

Section 3 and 5 of the measurement rules: observations become one value by the node's aggregation; a formula
aggregates its operands over the period first and computes then. What cannot be known is a `Missing`, never 0.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from scorecard.domain.formula import Formula, Lack, Missing, Read, evaluate
from scorecard.domain.measure import AtMost, Reach
from scorecard.domain.period import Period, last_day_fresh, period_of, previous
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Aggregate, Cadence
from scorecard.graph.plan import Plan, Point, until


class Window(NamedTuple):
    """From when to when a node's number is promised; None where nothing says so."""

    start: date | None
    due: date | None


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


def window(plan: Plan, node: NodeFields) -> Window:
    """Return the window of a node: its measure's own days, else its cycle's."""
    measure = node.measure
    cycle = plan.cycles[node.cycle] if node.cycle else None
    own = Window(None, None) if measure is None else Window(measure.start, measure.due)
    if cycle is None:
        return own
    return Window(own.start or cycle.start, own.due or cycle.end)


def source(plan: Plan, key: str) -> NodeFields:
    """Return the node whose observations a key reads: a formula of one bare key reads that node's."""
    node = plan.nodes[key]
    while node.key in plan.formulas:
        bare = plan.formulas[node.key].bare
        if bare is None:
            break
        node = plan.nodes[bare]
    return node


def cumulates(node: NodeFields, aggregate: Aggregate) -> bool:
    """Tell whether a value is the sum over the whole window: a summed reach, or a budget."""
    if aggregate is not Aggregate.sum:
        return False
    return isinstance(node.measure, Reach) or is_budget(node, aggregate)


def is_budget(node: NodeFields, aggregate: Aggregate) -> bool:
    """Tell whether a node is a sum that may grow to a limit between its own two days."""
    measure = node.measure
    return (
        aggregate is Aggregate.sum
        and isinstance(measure, AtMost)
        and measure.start is not None
        and measure.due is not None
    )


def evidence(plan: Plan, key: str, day: date) -> Evidence:
    """Return the value of a node as of a day."""
    read = source(plan, key)
    if read.key in plan.formulas:
        return _computed(plan, key, read, day)
    return _observed(plan, key, read, day)


def _observed(plan: Plan, key: str, read: NodeFields, day: date) -> Evidence:
    node = plan.nodes[key]
    start, due = window(plan, node)
    points = plan.observations.get(read.key, ())
    count = until(points, day if due is None or due > day else due)
    if not count:
        return Evidence(None, day)
    points = points if count == len(points) else points[:count]
    latest = points[-1].date
    cadence, aggregate, fiscal = read.cadence, read.aggregate, plan.fields.fiscal_year_start
    if cadence is None:
        over = points if aggregate is Aggregate.last else _from(points, start)
        return Evidence(aggregated(over, aggregate), day, latest)
    fresh, kept = freshness(latest, cadence, fiscal, due)
    period = period_of(latest, cadence, fiscal)
    if cumulates(node, aggregate):
        total = aggregated(_from(points, start), Aggregate.sum)
        return Evidence(total, min(period.end, day), latest, period, fresh, kept)
    if aggregate is Aggregate.last:
        return Evidence(points[-1].value, latest, latest, period, fresh, kept)
    on = latest
    if aggregate is Aggregate.sum:
        judged = _judged_period(node, points, period, day, cadence, fiscal)
        if judged is None:
            return Evidence(None, day, latest, None, fresh, kept)
        period, on = judged, min(judged.end, day)
    return Evidence(aggregated(_between(points, period), aggregate), on, latest, period, fresh, kept)


def freshness(
    latest: date, cadence: Cadence, fiscal: int, due: date | None
) -> tuple[date | None, date | None]:
    """Return how long a number observed on a day is fresh and is kept; None for ever.

    Nothing goes stale after an observation in the last period of its window.
    """
    if due is not None and period_of(latest, cadence, fiscal).end >= due:
        return None, None
    return last_day_fresh(latest, cadence, fiscal)


def _judged_period(
    node: NodeFields,
    points: tuple[Point, ...],
    period: Period,
    day: date,
    cadence: Cadence,
    fiscal: int,
) -> Period | None:
    """Return the period whose sum is judged: the latest complete one, unless a limit is broken already."""
    if period.end <= day:
        return period
    if isinstance(node.measure, AtMost):
        so_far = aggregated(_between(points, period), Aggregate.sum)
        if isinstance(so_far, float) and so_far > node.measure.target:
            return period
    earlier = until(points, previous(period, cadence, fiscal).end)
    return period_of(points[earlier - 1].date, cadence, fiscal) if earlier else None


def _from(points: tuple[Point, ...], start: date | None) -> tuple[Point, ...]:
    if start is None or points[0].date >= start:
        return points
    return tuple(point for point in points if point.date >= start)


def _between(points: tuple[Point, ...], period: Period) -> tuple[Point, ...]:
    first = len(points)
    while first and points[first - 1].date >= period.start:
        first -= 1
    return points[first : until(points, period.end)]


def aggregated(points: Sequence[Point], aggregate: Aggregate) -> float | str | None:
    """Return what observations come to, None where there are none; words only have a last."""
    if not points:
        return None
    if aggregate is Aggregate.last or isinstance(points[-1].value, str):
        return points[-1].value
    numbers = [point.value for point in points if not isinstance(point.value, str)]
    if aggregate is Aggregate.sum:
        return float(sum(numbers))
    if aggregate is Aggregate.mean:
        return sum(numbers) / len(numbers)
    return min(numbers) if aggregate is Aggregate.min else max(numbers)


def _computed(plan: Plan, key: str, read: NodeFields, day: date) -> Evidence:
    """Return the value of a formula in the latest period of its cadence for which it computes."""
    _, due = window(plan, plan.nodes[key])
    periods = Periods(plan, read.key, day if due is None or due > day else due)
    if not periods.days:
        return Evidence(None, day)
    fresh, kept = periods.freshness(due)
    latest = periods.days[-1]
    lack: Missing | None = None
    for period in reversed(periods.observed):
        value = periods.value(read.key, period)
        if not isinstance(value, Missing):
            seen = max(each for each in periods.days if each <= period.end)
            on = min(period.end, day) if periods.sums else seen
            return Evidence(value, on, latest, period, fresh, kept)
        lack = lack or value
    return Evidence(None, day, latest, None, fresh, kept, lack)


class Periods:
    """The values of a formula and of all it reads, a period at a time, each computed once.

    `days` are the days on which anything it reads was observed, `observed` the periods that hold one,
    oldest first.
    """

    def __init__(self, plan: Plan, key: str, last_day: date) -> None:
        self.plan = plan
        self.cadence = plan.nodes[key].cadence
        self.fiscal = plan.fields.fiscal_year_start
        self.last_day = last_day
        read = _read_by(plan, key)
        seen = {each: plan.observations.get(each, ())[: _count(plan, each, last_day)] for each in read}
        self.points = {each: points for each, points in seen.items() if points}
        self.days = sorted({point.date for points in self.points.values() for point in points})
        self.observed = list(dict.fromkeys(self.period(day) for day in self.days))
        self.sums = any(plan.nodes[each].aggregate is Aggregate.sum for each in read)
        self._memo: dict[tuple[str, Period], float | Missing] = {}

    def period(self, day: date) -> Period:
        """Return the period of the formula that holds a day; without a cadence it is the day."""
        return period_of(day, self.cadence, self.fiscal) if self.cadence else Period(day, day)

    def freshness(self, due: date | None) -> tuple[date | None, date | None]:
        """Return how long the formula is fresh and kept: as its stalest operand is, by its own cadence."""
        found = [
            freshness(points[-1].date, cadence, self.fiscal, due)
            for key, points in self.points.items()
            if key not in self.plan.formulas and (cadence := self.plan.nodes[key].cadence or self.cadence)
        ]
        ends = [(fresh, kept) for fresh, kept in found if fresh is not None and kept is not None]
        return min(ends, default=(None, None))

    def value(self, key: str, period: Period) -> float | Missing:
        """Return the value of a node in a period, computing first what it reads, without recursion."""
        waiting = [(key, period)]
        while waiting:
            wanted = waiting[-1]
            if wanted in self._memo:
                waiting.pop()
                continue
            lacking = [each for each in self._reads(*wanted) if each not in self._memo]
            if lacking:
                waiting.extend(lacking)
            else:
                self._memo[wanted] = self._compute(*wanted)
                waiting.pop()
        return self._memo[key, period]

    def _formula(self, key: str, period: Period) -> Formula | None:
        """Return the formula that gives a node's value here; an observation stands over it."""
        formula = self.plan.formulas.get(key)
        if formula is None or _between(self.points.get(key, ()), period):
            return None
        return formula

    def _reads(self, key: str, period: Period) -> list[tuple[str, Period]]:
        formula = self._formula(key, period)
        if formula is None or period.end < self.days[0]:
            return []
        reads = ((read, self._earlier(period, read.n)) for read in formula.reads if read.how != "ytd")
        return [(read.key, at) for read, at in reads if at is not None]

    def _compute(self, key: str, period: Period) -> float | Missing:
        formula = self._formula(key, period)
        if formula is not None:
            if period.end < self.days[0]:
                return Missing(Lack.no_value, key)
            return evaluate(formula, lambda read: self._answer(read, period), key)
        node = self.plan.nodes[key]
        found = aggregated(_between(self.points.get(key, ()), period), node.aggregate)
        return found if isinstance(found, float) else Missing(Lack.no_value, key)

    def _answer(self, read: Read, period: Period) -> float | Missing:
        if read.how == "ytd":
            return self._to_date(read.key, period)
        at = self._earlier(period, read.n)
        return Missing(Lack.no_value, read.key) if at is None else self._memo[read.key, at]

    def _earlier(self, period: Period, count: int) -> Period | None:
        """Return the period `count` before, None where the calendar or the observed days end."""
        if self.cadence is None:
            place = self.observed.index(period) - count if count else 0
            return period if not count else self.observed[place] if place >= 0 else None
        for _ in range(count):
            if period.end < self.days[0]:
                return None
            period = previous(period, self.cadence, self.fiscal)
        return period

    def _to_date(self, key: str, period: Period) -> float | Missing:
        """Return the running total of the fiscal year up to the period's end."""
        year = period_of(period.end, Cadence.yearly, self.fiscal)
        found = aggregated(_between(self.points.get(key, ()), Period(year.start, period.end)), Aggregate.sum)
        return found if isinstance(found, float) else Missing(Lack.no_value, key)


def _count(plan: Plan, key: str, last_day: date) -> int:
    return until(plan.observations.get(key, ()), last_day)


def _read_by(plan: Plan, key: str) -> list[str]:
    """Return a formula and every node it reads, directly or through other formulas."""
    found = {key: None}
    waiting = [key]
    while waiting:
        for operand in plan.feeds.pred[waiting.pop()]:
            if operand not in found:
                found[operand] = None
                waiting.append(operand)
    return list(found)
