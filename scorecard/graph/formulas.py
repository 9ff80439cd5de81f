"""Formulas over the periods of one cadence: each value computed once, whoever reads it, without recursion.

Section 5 of the measurement rules. A formula aggregates its operands over the period and then computes; an
observation of its own replaces that period's result.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import NamedTuple

from scorecard.domain.formula import Formula, Lack, Missing, Read, evaluate
from scorecard.domain.period import Period, period_of, previous
from scorecard.domain.vocabulary import Aggregate, Cadence
from scorecard.graph.metric import Metric
from scorecard.graph.path import Points, between, until
from scorecard.graph.plan import Plan
from scorecard.graph.values import Evidence, Until, aggregated, freshness

FOR_EVER: Until = (None, None)


class Survey(NamedTuple):
    """When what a formula reads was observed.

    `periods` are those that hold an observation, oldest first, `last` the last day observed in each; `sums`
    tells whether a sum is among what it reads.
    """

    periods: tuple[Period, ...]
    last: Mapping[Period, date]
    until: Until
    sums: bool


class Sheets:
    """The sheets of a plan on a day, one for each cadence and due date, filled in as they are asked for."""

    def __init__(self, plan: Plan, day: date) -> None:
        self.plan, self.day = plan, day
        self._sheets: dict[tuple[Cadence | None, date | None], Sheet] = {}

    def evidence(self, metric: Metric) -> Evidence:
        """Return the value of a formula in the latest period of its cadence for which it computes."""
        place = metric.cadence, metric.due
        if place not in self._sheets:
            self._sheets[place] = Sheet(self.plan, metric.cadence, self.day, metric.due)
        return self._sheets[place].evidence(metric.key)


class Sheet:
    """The values of formulas, and of all they read, in the periods of one cadence up to a day."""

    def __init__(self, plan: Plan, cadence: Cadence | None, day: date, due: date | None = None) -> None:
        self.plan, self.cadence, self.day, self.due = plan, cadence, day, due
        self.fiscal = plan.fields.fiscal_year_start
        self._last_day = day if due is None or due > day else due
        self._surveys: dict[str, Survey] = {}
        self._values: dict[tuple[str, Period], float | Missing] = {}
        self._points: dict[str, Points] = {}

    def evidence(self, key: str) -> Evidence:
        """Return the value of a formula on the sheet's day, and what it rests on."""
        survey = self.survey(key)
        if not survey.periods:
            return Evidence(None, self.day)
        latest = survey.last[survey.periods[-1]]
        lack: Missing | None = None
        for period in reversed(survey.periods):
            value = self.value(key, period)
            if not isinstance(value, Missing):
                on = min(period.end, self.day) if survey.sums else survey.last[period]
                return Evidence(value, on, latest, period, *survey.until)
            lack = lack or value
        return Evidence(None, self.day, latest, None, *survey.until, lack)

    def value(self, key: str, period: Period) -> float | Missing:
        """Return the value of a node in a period, computing first what it reads."""
        waiting = [(key, period)]
        while waiting:
            wanted = waiting[-1]
            lacking = [] if wanted in self._values else [*self._lacking(*wanted)]
            waiting.extend(lacking)
            if not lacking:
                waiting.pop()
                if wanted not in self._values:
                    self._values[wanted] = self._compute(*wanted)
        return self._values[key, period]

    def answers(self, key: str, period: Period) -> list[float | Missing]:
        """Return what a formula reads for a period, in the order of its reads."""
        reads = self.plan.formulas[key].reads
        if self._before_all(key, period):
            return [Missing(Lack.no_value, read.key) for read in reads]
        for read in reads:
            for wanted in self._wanted(key, read, period):
                self.value(*wanted)
        return [self._answer(key, read, period) for read in reads]

    def points(self, key: str) -> Points:
        """Return the observations of a node that count on this sheet."""
        if key not in self._points:
            points = self.plan.observations.get(key, ())
            self._points[key] = points[: until(points, self._last_day)]
        return self._points[key]

    def survey(self, key: str) -> Survey:
        """Return when what a formula reads was observed, looking first at the formulas below it."""
        if key not in self._surveys:
            order, groups = self.plan.formula_order.__getitem__, sorted(self._unknown_below(key))
            for _, group in groupby(sorted((order(each), each) for each in groups), key=_number):
                self._look_at([each for _, each in group])
        return self._surveys[key]

    def _unknown_below(self, key: str) -> set[str]:
        found, waiting = {key}, [key]
        while waiting:
            for operand in self.plan.feeds.pred[waiting.pop()]:
                known = operand in found or operand in self._surveys
                if operand in self.plan.formulas and not known:
                    found.add(operand)
                    waiting.append(operand)
        return found

    def _look_at(self, group: list[str]) -> None:
        """Survey a formula, or several that read each other through the lag and so share what they read."""
        read = {operand for key in group for operand in self.plan.feeds.pred[key]}.difference(group)
        formulas = self.plan.formulas
        below = [self._surveys[key] if key in formulas else self._plain(key) for key in sorted(read)]
        own = [self._plain(key) for key in group]
        last = _joined(each.last for each in (*below, *own))
        periods, sums = tuple(sorted(last)), any(each.sums for each in (*below, *own))
        operands = _stalest(each.until for each in below if each.periods)
        for key, stood_over in zip(group, own, strict=True):
            fresh = _fresher(operands, stood_over.until) if stood_over.periods else operands
            self._surveys[key] = Survey(periods, last, fresh, sums)

    def _plain(self, key: str) -> Survey:
        """Return when a node itself was observed, be it a formula or not."""
        points, node = self.points(key), self.plan.nodes[key]
        last = {self.period(point.date): point.date for point in points}
        cadence = node.cadence or self.cadence
        fresh = freshness(points[-1].date, cadence, self.fiscal, self.due) if points and cadence else FOR_EVER
        return Survey(tuple(last), last, fresh, node.aggregate is Aggregate.sum)

    def period(self, day: date) -> Period:
        """Return the period of the sheet that holds a day; without a cadence it is the day."""
        return period_of(day, self.cadence, self.fiscal) if self.cadence else Period(day, day)

    def earlier(self, key: str, period: Period, count: int = 1) -> Period | None:
        """Return the period `count` before, None where the calendar or what a formula reads ends."""
        periods = self.survey(key).periods
        if self.cadence is None and count:
            place = bisect_left(periods, period) - count
            return periods[place] if place >= 0 else None
        for _ in range(count):
            if not periods or period.end < periods[0].start or self.cadence is None:
                return None
            period = previous(period, self.cadence, self.fiscal)
        return period

    def _formula(self, key: str, period: Period) -> Formula | None:
        """Return the formula that gives a node's value here; an observation stands over it."""
        formula = self.plan.formulas.get(key)
        if formula is None or between(self.points(key), *period):
            return None
        return formula

    def _lacking(self, key: str, period: Period) -> Iterator[tuple[str, Period]]:
        """Yield what must be computed before a value, in so far as it is not yet."""
        formula = self._formula(key, period)
        if formula is None or self._before_all(key, period):
            return
        for read in formula.reads:
            for wanted in self._wanted(key, read, period):
                if wanted not in self._values:
                    yield wanted

    def _wanted(self, key: str, read: Read, period: Period) -> list[tuple[str, Period]]:
        """Return the values that a formula takes for one thing it reads."""
        if read.how == "ytd":
            return [(read.key, each) for each in self._year_to_date(read.key, period)]
        at = self.earlier(key, period, read.n)
        return [] if at is None else [(read.key, at)]

    def _before_all(self, key: str, period: Period) -> bool:
        """Tell whether a period lies before everything that a formula reads."""
        periods = self.survey(key).periods
        return not periods or period.end < periods[0].start

    def _compute(self, key: str, period: Period) -> float | Missing:
        formula = self._formula(key, period)
        if formula is not None:
            if self._before_all(key, period):
                return Missing(Lack.no_value, key)
            return evaluate(formula, lambda read: self._answer(key, read, period), key)
        found = aggregated(between(self.points(key), *period), self.plan.nodes[key].aggregate)
        return found if isinstance(found, float) else Missing(Lack.no_value, key)

    def _answer(self, key: str, read: Read, period: Period) -> float | Missing:
        """Return what was computed for one thing a formula reads; a year to date adds up its periods."""
        values = [self._values[wanted] for wanted in self._wanted(key, read, period)]
        if read.how != "ytd":
            return values[0] if values else Missing(Lack.no_value, read.key)
        known = [value for value in values if not isinstance(value, Missing)]
        lacks = (value for value in values if isinstance(value, Missing))
        broken = (lack for lack in lacks if lack.reason is not Lack.no_value)
        return next(broken, float(sum(known)) if known else Missing(Lack.no_value, read.key))

    def _year_to_date(self, key: str, period: Period) -> Iterator[Period]:
        """Yield the periods of the fiscal year up to this one in which a node may have a value."""
        start = period_of(period.end, Cadence.yearly, self.fiscal).start
        if key not in self.plan.formulas:
            yield from self._runs(between(self.points(key), start, period.end))
            return
        for each in self.survey(key).periods:
            if start <= each.end and each <= period:
                yield each

    def _runs(self, points: Points) -> Iterator[Period]:
        """Yield from the first to the last day observed in each period."""
        for _, run in groupby(points, key=lambda point: self.period(point.date)):
            days = [point.date for point in run]
            yield Period(days[0], days[-1])


def _number(place: tuple[int, str]) -> int:
    return place[0]


def _joined(parts: Iterable[Mapping[Period, date]]) -> Mapping[Period, date]:
    """Return the last day of each period; the same object where one holds all, as in long chains."""
    joined: Mapping[Period, date] = {}
    for part in parts:
        if part.items() <= joined.items():
            continue
        if not joined or joined.items() <= part.items():
            joined = part
        else:
            later = {period: max(day, joined.get(period, day)) for period, day in part.items()}
            joined = {**joined, **later}
    return joined


def _stalest(ends: Iterable[Until]) -> Until:
    known = [(fresh, kept) for fresh, kept in ends if fresh is not None and kept is not None]
    return min(known, default=FOR_EVER)


def _fresher(first: Until, second: Until) -> Until:
    """Return the later of two ends; for ever is later than any day."""
    return FOR_EVER if FOR_EVER in (first, second) else max(first, second)
