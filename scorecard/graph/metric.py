"""A node's number made ready to be judged on any day: all of it that does not depend on the day.

Section 2 and 3 of the measurement rules, read once for each plan: the window, where observations come from,
the path of what is expected. What depends on the day stands in `values` and `judgement`.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

import networkx as nx

from scorecard.domain.formula import Formula
from scorecard.domain.measure import (
    STRETCH,
    Bands,
    Measure,
    Threshold,
    proposed_floor,
)
from scorecard.domain.period import (
    ONE_DAY,
    Path,
    Period,
    first_update_due,
    period_of,
)
from scorecard.domain.schema import NodeFields, PlanFields
from scorecard.domain.vocabulary import Aggregate, Ambition, Cadence
from scorecard.graph.path import NO_PATH, Points, Window, expected_path, increments, until


class Promise(NamedTuple):
    """What a number is held against: target and floor in force, expected progress, None where none is.

    The target of zones is a text, that of a band stands in its metric.
    """

    target: float | str | None = None
    floor: float | None = None
    expected: float | None = None


class Metric(NamedTuple):
    """One node's number and what it is held against.

    `points` are the observations of the node that is read in the end, on their `days`; `own` replace the
    results of their periods where a bare key is read. `running` is a value that sums up over the whole window
    (a summed reach, or a `budget`); its `targets` are increments, one a period, and `target` their total.
    `path` is the expected way from `baseline` to `target`: in values where it is `drawn`, by a person or
    through the targets, else in shares of the way; empty without a due date. `promise` is what holds on every
    day, None where that changes; `stretch` the part of the way that was promised. Values are of one `shape`,
    numbers or words. Nothing is due before `not_before`, and up to `first_due` a value may be missing.
    """

    key: str
    measure: Measure | None
    bands: Bands
    percent: bool
    cadence: Cadence | None
    aggregate: Aggregate
    fiscal: int
    start: date | None
    due: date | None
    not_before: date | None
    first_due: date | None
    computed: bool
    running: bool
    sums: bool
    lasts: bool
    budget: bool
    shape: type
    points: Points
    days: tuple[date, ...]
    own: tuple[Points, ...]
    targets: Points
    reach: bool
    baseline: float
    target: float | None
    low: float | None
    high: float | None
    stretch: float
    path: Path
    drawn: bool
    promise: Promise | None


class Sources(NamedTuple):
    """What metrics are made of: the parts of a plan that is being built."""

    fields: PlanFields
    nodes: Mapping[str, NodeFields]
    spans: Mapping[str, Period]
    formulas: Mapping[str, Formula]
    feeds: "nx.DiGraph[str]"
    observations: Mapping[str, Points]
    targets: Mapping[str, Points]


def metrics_of(plan: Sources, keys: Collection[str] | None = None) -> dict[str, Metric]:
    """Return the metric of every node, or of those asked for, that has a measure, formula or observations."""
    return {
        key: _metric(plan, node)
        for key, node in ((key, plan.nodes[key]) for key in (plan.nodes if keys is None else keys))
        if node.measure is not None or node.formula is not None or key in plan.observations
    }


def _metric(plan: Sources, node: NodeFields) -> Metric:
    key, measure = node.key, node.measure
    kind = None if measure is None else measure.kind
    read, own = _read(plan, node)
    window = _window(plan, node, read.cadence)
    sums, lasts = read.aggregate is _SUM, read.aggregate is _LAST
    budget = sums and measure is not None and _is_budget(measure)
    running = budget or (sums and kind == "reach")
    targets = plan.targets.get(key, ()) if kind in _AIMED else ()
    if running and targets:
        targets = increments(targets, window)
    baseline, low, high, stretch = _shape(measure)
    target = _target(measure, targets if running else ())
    percent = (node.format or read.format) == "percent"
    path, drawn = NO_PATH
    if budget or kind in _BY_PATH:
        way = window if window.start or not window.due else window._replace(start=_first_seen(plan, key))
        path, drawn = expected_path(measure, way, running, targets, baseline, target or 0.0)
    points = plan.observations.get(read.key, ())
    return Metric(
        key=key,
        measure=measure,
        bands=node.bands or plan.fields.bands,
        percent=percent,
        cadence=window.cadence,
        aggregate=read.aggregate,
        fiscal=window.fiscal,
        start=window.start,
        due=window.due,
        not_before=window.due if kind == "milestone" and not drawn else None,
        first_due=_first_due(window, sums and not running),
        computed=read.key in plan.formulas,
        running=running,
        sums=sums,
        lasts=lasts,
        budget=budget,
        shape=str if _in_words(measure or read.measure) else float,
        points=points,
        days=tuple([point.date for point in points]),
        own=own,
        targets=targets,
        reach=kind == "reach",
        baseline=baseline,
        target=target,
        low=low,
        high=high,
        stretch=stretch,
        path=path,
        drawn=drawn,
        promise=None if targets or budget else _promise(measure, target, percent),
    )


_SUM, _LAST = Aggregate.sum, Aggregate.last
_AIMED = frozenset({"reach", "at_least", "at_most"})
_BY_PATH = frozenset({"reach", "milestone"})


def _shape(measure: Measure | None) -> tuple[float, float | None, float | None, float]:
    """Return baseline, low, high and stretch."""
    if measure is not None and measure.kind == "reach":
        return measure.baseline, None, None, STRETCH if measure.ambition is Ambition.aspirational else 1.0
    if measure is not None and measure.kind == "between":
        return 0.0, measure.low, measure.high, 1.0
    return 0.0, None, None, 1.0


def _in_words(measure: Measure | None) -> bool:
    """Tell whether values are words, as those of zones are."""
    return measure is not None and measure.kind == "zones"


def _read(plan: Sources, node: NodeFields) -> tuple[NodeFields, tuple[Points, ...]]:
    """Return the node that is read in the end, and the observations that stand over its, weakest first.

    A formula of one bare key inherits that node's aggregation, cadence and unit.
    """
    own: list[Points] = []
    while node.key in plan.formulas and (bare := plan.formulas[node.key].bare):
        if node.key in plan.observations:
            own.insert(0, plan.observations[node.key])
        node = plan.nodes[bare]
    return node, tuple(own)


def _window(plan: Sources, node: NodeFields, cadence: Cadence | None) -> Window:
    measure, fiscal = node.measure, plan.fields.fiscal_year_start
    start, due = (measure.start, measure.due) if measure is not None else (None, None)
    if node.cycle is not None:
        cycle = plan.spans[node.cycle]
        start, due = start or cycle.start, due or cycle.end
    return Window(start, due, cadence, fiscal)


def _is_budget(measure: Measure) -> bool:
    """Tell whether a sum may grow to a limit between the measure's own two days."""
    return measure.kind == "at_most" and measure.start is not None and measure.due is not None


def _first_due(window: Window, whole_periods: bool) -> date | None:
    """Return the last day on which a number may still be missing: its first period's end, plus grace.

    What is judged by whole periods has its first in the first that lies wholly in the window.
    """
    start, _, cadence, fiscal = window
    if start is None or cadence is None:
        return start
    first = period_of(start, cadence, fiscal)
    if whole_periods and first.start < start:
        start = first.end + ONE_DAY
    return first_update_due(start, cadence, fiscal)


def _target(measure: Measure | None, summed: Points) -> float | None:
    if summed:
        return float(sum(float(point.value) for point in summed))
    if measure is None or measure.kind == "between" or measure.kind == "zones":
        return None
    return 1.0 if measure.kind == "milestone" else measure.target


def _first_seen(plan: Sources, key: str) -> date | None:
    """Return the day of the first observation, from which a due date without a start counts."""
    read = nx.ancestors(plan.feeds, key) | {key} if key in plan.formulas else {key}
    found = (plan.observations[each][0].date for each in read if each in plan.observations)
    return min(found, default=None)


def _promise(measure: Measure | None, target: float | None, percent: bool) -> Promise | None:
    """Return what a measure is held against on every day, None where it is a matter of the day."""
    if measure is None:
        return Promise()
    if measure.kind == "reach" or measure.kind == "milestone":
        return None
    if measure.kind == "zones":
        return Promise(measure.target)
    return Promise(target, floor_of(measure, target, percent))


def floor_of(measure: Threshold, target: float | None, percent: bool) -> float:
    """Return the line of failure for a target, or for a band its distance.

    It is the one proposed where none is named, or where a period's target has passed the one named.
    """
    named = measure.floor
    if named is None:
        return proposed_floor(measure, target, percent)
    if measure.kind == "between" or target is None:
        return named
    passed = named > target if measure.kind == "at_least" else named < target
    return proposed_floor(measure, target, percent) if passed else named


def target_on(metric: Metric, day: date) -> float | None:
    """Return the target in force for the period that ends on a day, else the latest before, else the own."""
    if metric.targets and not metric.running:
        count = until(metric.targets, day)
        if count:
            return float(metric.targets[count - 1].value)
    return metric.target
