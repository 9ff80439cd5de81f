"""Formulas over the periods of one cadence: each computed once, for all periods that are wanted of it.

Section 5 of the measurement rules. A formula aggregates its operands over the period and then computes; an
observation of its own replaces that period's result. However long a chain is, nothing here is recursive.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from heapq import heappop, heappush
from itertools import groupby
from math import isfinite
from typing import NamedTuple

from scorecard.domain.formula import Lack, Missing, Read
from scorecard.domain.formula_columns import evaluate_all
from scorecard.domain.period import Period, period_of, previous
from scorecard.domain.vocabulary import Aggregate, Cadence
from scorecard.graph.metric import Metric
from scorecard.graph.path import Points, between, until
from scorecard.graph.plan import Plan, collector_paused
from scorecard.graph.values import Evidence, Until, aggregated, freshness

FOR_EVER: Until = (None, None)

Cell = tuple[str, Period]
"""The value of one node in one period."""


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
        self._values: defaultdict[str, dict[Period, float | Missing]] = defaultdict(dict)
        self._points: dict[str, Points] = {}

    def evidence(self, key: str) -> Evidence:
        """Return the value of a formula on the sheet's day, and what it rests on."""
        survey = self.survey(key)
        if not survey.periods:
            return Evidence(None, self.day)
        latest = survey.last[survey.periods[-1]]
        period, value = self._latest(key, survey.periods)
        if isinstance(value, Missing):
            return Evidence(None, self.day, latest, None, *survey.until, value)
        on = min(period.end, self.day) if survey.sums else survey.last[period]
        return Evidence(value, on, latest, period, *survey.until)

    def _latest(self, key: str, periods: Sequence[Period]) -> tuple[Period, float | Missing]:
        """Return the last period that computes, else the last of all: more and more are tried at once."""
        end, tried = len(periods), 1
        while end > 0:
            some = periods[max(0, end - tried) : end]
            for period, value in zip(reversed(some), reversed(self.values(key, some)), strict=True):
                if not isinstance(value, Missing):
                    return period, value
            end, tried = end - tried, tried * 4
        return periods[-1], self.value(key, periods[-1])

    def value(self, key: str, period: Period) -> float | Missing:
        """Return the value of a node in a period."""
        return self.values(key, (period,))[0]

    def values(self, key: str, periods: Sequence[Period]) -> list[float | Missing]:
        """Return the values of a node in periods, computing first what it reads."""
        known = self._values[key]
        lacking = [(key, period) for period in periods if period not in known]
        if lacking:
            self._know(lacking)
        return [known[period] for period in periods]

    def answers(self, key: str, period: Period) -> list[float | Missing]:
        """Return what a formula reads for a period, in the order of its reads."""
        reads = self.plan.formulas[key].reads
        if self._before_all(key, period):
            return [Missing(Lack.no_value, read.key) for read in reads]
        self._know([cell for read in reads for cell in self._cells(key, read, period)])
        return [self._answer(key, read, period) for read in reads]

    def points(self, key: str) -> Points:
        """Return the observations of a node that count on this sheet."""
        if key not in self.plan.observations:
            return ()
        if key not in self._points:
            points = self.plan.observations[key]
            self._points[key] = points[: until(points, self._last_day)]
        return self._points[key]

    def _know(self, wanted: Iterable[Cell]) -> None:
        """Compute cells, and before them all that they read."""
        with collector_paused():
            for cells in reversed(self._tasks(wanted)):
                self._compute(cells)

    def _tasks(self, wanted: Iterable[Cell]) -> list[list[Cell]]:
        """Return the cells to compute for those wanted, a formula's together and before those it reads.

        Formulas that read each other's past have one place in the order, and come together too.
        """
        order, formulas = self.plan.formula_order, self.plan.formulas
        tasks: dict[int, list[Cell]] = {}
        places: list[int] = []
        asked: set[Cell] = set()

        def want(cells: Iterable[Cell]) -> None:
            for cell in cells:
                if cell in asked or self._settled(*cell):
                    continue
                asked.add(cell)
                place = order[cell[0]]
                if place not in tasks:
                    tasks[place] = []
                    heappush(places, -place)
                tasks[place].append(cell)

        want(wanted)
        found = []
        while places:
            found.append(tasks[-heappop(places)])
            for key, period in found[-1]:  # which grows by what reads its own past
                for read in formulas[key].reads:
                    want(self._cells(key, read, period))
        return found

    def _settled(self, key: str, period: Period) -> bool:
        """Tell whether a value is known without computing, what was observed among them."""
        values = self._values[key]
        if period in values:
            return True
        points = self.points(key)
        observed = between(points, *period) if points else ()
        if observed or key not in self.plan.formulas:
            found = aggregated(observed, self.plan.nodes[key].aggregate)
            values[period] = found if isinstance(found, float) else Missing(Lack.no_value, key)
            return True
        if self._before_all(key, period):
            values[period] = Missing(Lack.no_value, key)
            return True
        return False

    def _compute(self, cells: Sequence[Cell]) -> None:
        """Compute a formula at once in all its periods; where it reads the past of its own, in turn."""
        if len(cells) == 1 or self._is_alone(cells):
            self._at_once(cells[0][0], [period for _, period in cells])
            return
        for cell in sorted(cells, key=_period):
            self._in_turn(cell)

    def _is_alone(self, cells: Sequence[Cell]) -> bool:
        """Tell whether cells are of one formula, and of one that does not read its own past."""
        key, _ = cells[0]
        return key not in self.plan.formulas[key].keys and all(each == key for each, _ in cells)

    def _at_once(self, key: str, periods: Sequence[Period]) -> None:
        """Compute a formula in periods, all at once those in which nothing that it reads is missing."""
        formula, known = self.plan.formulas[key], self._values[key]
        columns = [self._column(key, read, periods) for read in formula.reads]
        lacking = [column for column in columns if Missing in map(type, column)]
        for column in lacking:
            for period, value in zip(periods, column, strict=True):
                if isinstance(value, Missing):
                    known.setdefault(period, value)
        if lacking:
            whole = [place for place, period in enumerate(periods) if period not in known]
            columns = [[column[place] for place in whole] for column in columns]
            periods = [periods[place] for place in whole]
        numbers: Sequence[Sequence[float]] = columns  # type: ignore[assignment]  # without what is missing
        known.update(zip(periods, evaluate_all(formula, numbers, len(periods), key), strict=True))

    def _in_turn(self, cell: Cell) -> None:
        """Compute one cell of formulas that read each other's past, first what it reads of theirs."""
        waiting = [cell]
        while waiting:
            key, period = waiting[-1]
            cells = (
                each for read in self.plan.formulas[key].reads for each in self._cells(key, read, period)
            )
            lacking = [each for each in cells if each[1] not in self._values[each[0]]]
            waiting.extend(lacking)
            if not lacking:
                self._at_once(key, [period])
                waiting.pop()

    def survey(self, key: str) -> Survey:
        """Return when what a formula reads was observed, looking first at the formulas below it."""
        if key not in self._surveys:
            order = self.plan.formula_order.__getitem__
            with collector_paused():
                for _, group in groupby(sorted(self._unknown_below(key), key=order), key=order):
                    self._look_at(sorted(group))
        return self._surveys[key]

    def _unknown_below(self, key: str) -> set[str]:
        found, waiting = {key}, [key]
        while waiting:
            for read in self.plan.formulas[waiting.pop()].reads:
                operand = read.key
                if operand not in found and operand not in self._surveys and operand in self.plan.formulas:
                    found.add(operand)
                    waiting.append(operand)
        return found

    def _look_at(self, group: list[str]) -> None:
        """Survey a formula, or several that read each other through the lag and so share what they read."""
        surveys, formulas = self._surveys, self.plan.formulas
        alike = self._alike(group[0]) if len(group) == 1 else None
        if alike is not None:
            surveys[group[0]] = alike
            return
        read = {read.key for key in group for read in formulas[key].reads}.difference(group)
        for key in read:
            if key not in surveys:
                surveys[key] = self._plain(key)
        below, own = [surveys[key] for key in sorted(read)], [self._plain(key) for key in group]
        last = _joined(each.last for each in (*below, *own))
        periods, sums = tuple(sorted(last)), any(each.sums for each in (*below, *own))
        operands = _stalest(each.until for each in below if each.periods)
        for key, stood_over in zip(group, own, strict=True):
            fresh = _fresher(operands, stood_over.until) if stood_over.periods else operands
            surveys[key] = Survey(periods, last, fresh, sums)

    def _alike(self, key: str) -> Survey | None:
        """Return what is known of the one thing that a formula reads, where it holds for the formula too."""
        reads = self.plan.formulas[key].reads
        if len(reads) > 1 or key in self.plan.observations:
            return None
        below = self._surveys.get(reads[0].key) if reads else None
        sums = self.plan.nodes[key].aggregate is Aggregate.sum
        return None if below is None or (sums and not below.sums) else below

    def _plain(self, key: str) -> Survey:
        """Return when a node itself was observed, be it a formula or not."""
        points, node = self.points(key), self.plan.nodes[key]
        if not points:
            return _SUMS if node.aggregate is Aggregate.sum else _NOTHING
        last = {self.period(point.date): point.date for point in points}
        cadence = node.cadence or self.cadence
        fresh = freshness(points[-1].date, cadence, self.fiscal, self.due) if cadence else FOR_EVER
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

    def _cells(self, key: str, read: Read, period: Period) -> list[Cell]:
        """Return the values that a formula takes for one thing it reads."""
        if read.how == "value":
            return [(read.key, period)]
        if read.how == "ytd":
            return [(read.key, each) for each in self._year_to_date(read.key, period)]
        at = self.earlier(key, period, read.n)
        return [] if at is None else [(read.key, at)]

    def _before_all(self, key: str, period: Period) -> bool:
        """Tell whether a period lies before everything that a formula reads."""
        periods = (self._surveys.get(key) or self.survey(key)).periods
        return not periods or period.end < periods[0].start

    def _column(self, key: str, read: Read, periods: Sequence[Period]) -> list[float | Missing]:
        """Return what was computed for one thing a formula reads, in each period."""
        if read.how == "value":
            return [*map(self._values[read.key].__getitem__, periods)]
        return [self._answer(key, read, period) for period in periods]

    def _answer(self, key: str, read: Read, period: Period) -> float | Missing:
        """Return what was computed for one thing a formula reads; a year to date adds up its periods."""
        values = [self._values[each][at] for each, at in self._cells(key, read, period)]
        if read.how != "ytd":
            return values[0] if values else Missing(Lack.no_value, read.key)
        known = [value for value in values if not isinstance(value, Missing)]
        lacks = (value for value in values if isinstance(value, Missing))
        broken = next((lack for lack in lacks if lack.reason is not Lack.no_value), None)
        if broken or not known:
            return broken or Missing(Lack.no_value, read.key)
        total = float(sum(known))
        return total if isfinite(total) else Missing(Lack.not_finite, read.key)

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


_NOTHING, _SUMS = Survey((), {}, FOR_EVER, False), Survey((), {}, FOR_EVER, True)


def _period(cell: Cell) -> Period:
    return cell[1]


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
