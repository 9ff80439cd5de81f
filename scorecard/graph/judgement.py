"""How one node with a number of its own stands on a day: measurement rules, sections 2 and 3."""

from datetime import date
from typing import NamedTuple

from scorecard.domain.formula import Missing
from scorecard.domain.measure import (
    STRETCH,
    ZONE_PROGRESS,
    ZONE_SCORE,
    AtLeast,
    AtMost,
    Between,
    Milestone,
    Reach,
    Threshold,
    Zones,
    clamp,
    proposed_floor,
    quantised,
    reach_progress,
    reach_score,
    shortfall,
    status_of,
    threshold_progress,
    threshold_score,
)
from scorecard.domain.period import Path, along, first_update_due, period_of, steady_path
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Ambition, Lifecycle, Reason, Rule, Status
from scorecard.graph.plan import Plan, Point, until
from scorecard.graph.values import Evidence, Window, cumulates, evidence, is_budget, source, window


class Standing(NamedTuple):
    """How a node stands on a day.

    `score` and `expected` are 0..1, `progress` is unclamped for a leaf, `coverage` the share of the weight
    below that rests on fresh numbers. `computed` is what the rules give beside a person's `status`.
    `worst_at` is what `worst_key` takes from this node's score along its heaviest path. What is not known is
    None, with a `reason`; `missing` says more for a formula.
    """

    key: str
    status: Status = Status.no_data
    computed: Status = Status.no_data
    reason: Reason | None = None
    rule: Rule | None = None
    score: float | None = None
    progress: float | None = None
    coverage: float = 0.0
    worst: Status = Status.no_data
    worst_key: str | None = None
    worst_at: float = 0.0
    value: float | str | None = None
    baseline: float | None = None
    target: float | str | None = None
    low: float | None = None
    high: float | None = None
    floor: float | None = None
    expected: float | None = None
    seen: date | None = None
    missing: Missing | None = None

    @property
    def stale(self) -> bool:
        """Tell whether what is shown rests on an old number and must be hatched."""
        return self.reason is Reason.stale


class _Case(NamedTuple):
    """A leaf on its day: what the rules below are asked about."""

    plan: Plan
    node: NodeFields
    source: NodeFields
    day: date
    span: Window
    found: Evidence


class Promise(NamedTuple):
    """What a number is held against: target and floor in force, expected progress, None where none is."""

    target: float | None = None
    floor: float | None = None
    expected: float | None = None


def judge(plan: Plan, key: str, day: date) -> Standing:
    """Return how a leaf of the roll-up stands: value, expected progress, score, status and reason."""
    node = plan.nodes[key]
    case = _Case(plan, node, source(plan, key), day, window(plan, node), evidence(plan, key, day))
    promised = _promise(case)
    reason = _reason(case, promised)
    progress = score = None
    if case.found.value is not None and reason not in _UNMEASURED:
        progress, score = _scored(case, promised)
    if reason is Reason.not_due or (reason is Reason.stale and _worthless(case)):
        score = None
    status = Status.no_data
    if score is not None:
        due = case.span.due is not None and day >= case.span.due
        status = status_of(quantised(score), plan.bands(node), due)
    return _standing(case, promised, reason, progress, score, status)


_UNMEASURED = (Reason.formula_error, Reason.no_target, Reason.no_range)


def _standing(
    case: _Case,
    promised: Promise,
    reason: Reason | None,
    progress: float | None,
    score: float | None,
    status: Status,
) -> Standing:
    """Return the standing of a leaf, whose worst is its own."""
    key, measure = case.node.key, case.node.measure
    between = measure if isinstance(measure, Between) else None
    return Standing(
        key=key,
        status=status,
        computed=status,
        reason=reason,
        rule=None if score is None else Rule.bands,
        score=score,
        progress=progress,
        coverage=1.0 if score is not None and reason is None else 0.0,
        worst=status,
        worst_key=key,
        worst_at=0.0 if score is None else 1.0 - score,
        value=case.found.value,
        baseline=measure.baseline if isinstance(measure, Reach) else None,
        target=measure.target if isinstance(measure, Zones) else promised.target,
        low=between.low if between else None,
        high=between.high if between else None,
        floor=promised.floor,
        expected=promised.expected,
        seen=case.found.seen,
        missing=case.found.missing,
    )


def _promise(case: _Case) -> Promise:
    measure = case.node.measure
    if isinstance(measure, AtLeast | AtMost):
        target = _target_in_force(case, measure.target)
        expected = _steady(case) if is_budget(case.node, case.source.aggregate) else None
        return Promise(target, _floor(case, measure, target), expected)
    if isinstance(measure, Between):
        return Promise(None, _floor(case, measure, None), None)
    if isinstance(measure, Milestone):
        return Promise(1.0, None, _on_path(case, _drawn(case, measure, 0.0, 1.0), 0.0, 1.0))
    if isinstance(measure, Reach):
        return _reach_promise(case, measure)
    return Promise()


def _reach_promise(case: _Case, measure: Reach) -> Promise:
    """Return the target in force and the progress expected: by the path drawn, by targets, or steadily."""
    target = measure.target
    path = _drawn(case, measure, measure.baseline, target)
    points = case.plan.targets.get(case.node.key, ())
    if points:
        path = _path_of_targets(case, measure, points)
        target = (
            path[-1][1] if cumulates(case.node, case.source.aggregate) else _target_in_force(case, target)
        )
    if target == measure.baseline:
        return Promise(target)
    expected = _on_path(case, path, measure.baseline, target)
    if expected is not None and measure.ambition is Ambition.aspirational:
        expected *= STRETCH
    return Promise(target, None, expected)


def _on_path(case: _Case, path: Path, baseline: float, target: float) -> float | None:
    if not path:
        return _steady(case)
    return clamp(reach_progress(along(path, case.found.on), baseline, target))


def _steady(case: _Case) -> float | None:
    """Return the expected progress of a plan without a path of its own, None before it can be known."""
    start, due = case.span
    if due is None:
        return 1.0
    start = start or _first_seen(case)
    if start is None:
        return None
    fiscal = case.plan.fields.fiscal_year_start
    return along(steady_path(start, due, case.source.cadence, fiscal), case.found.on)


def _first_seen(case: _Case) -> date | None:
    points = case.plan.observations.get(case.source.key, ())
    return points[0].date if points else None


def _drawn(case: _Case, measure: Reach | Milestone, baseline: float, target: float) -> Path:
    """Return the path a person drew, led from the window's start to its due date; empty without one."""
    if not measure.path:
        return ()
    points = sorted((point.date, point.value) for point in measure.path)
    start, due = case.span
    before = ((start, baseline),) if start is not None and start < points[0][0] else ()
    after = ((due, target),) if due is not None and due > points[-1][0] else ()
    return (*before, *points, *after)


def _path_of_targets(case: _Case, measure: Reach, points: tuple[Point, ...]) -> Path:
    """Return the path through the targets of the periods; those of a sum are increments."""
    start, due = case.span
    adds = cumulates(case.node, case.source.aggregate)
    reached = 0.0
    path: list[tuple[date, float]] = []
    for day, value in points:
        if adds and ((start is not None and day < start) or (due is not None and day > due)):
            continue
        reached = reached + float(value) if adds else float(value)
        path.append((_period_end(case, day), reached))
    if start is not None and (not path or start < path[0][0]):
        path.insert(0, (start, measure.baseline))
    return tuple(dict(path).items()) or ((case.day, measure.target),)


def _period_end(case: _Case, day: date) -> date:
    cadence = case.source.cadence
    return period_of(day, cadence, case.plan.fields.fiscal_year_start).end if cadence else day


def _target_in_force(case: _Case, own: float) -> float:
    """Return the target of the period the value belongs to, else the latest before it, else the own."""
    points = case.plan.targets.get(case.node.key)
    if not points:
        return own
    found = case.found
    last = found.period.end if found.period else found.seen or case.day
    count = until(points, last)
    return float(points[count - 1].value) if count else own


def _floor(case: _Case, measure: Threshold, target: float | None) -> float:
    """Return the line of failure, the proposed one where none is named or a period's target passed it."""
    named = measure.floor
    if named is not None and (target is None or isinstance(measure, Between)):
        return named
    wrong = named is None or (named > target if isinstance(measure, AtLeast) else named < target)  # type: ignore[operator]
    unit = case.node.format or case.source.format
    return proposed_floor(measure, target, unit == "percent") if wrong or named is None else named


def _reason(case: _Case, promised: Promise) -> Reason | None:
    """Return why there is no colour, or why it must not be trusted; the first that holds."""
    measure, found = case.node.measure, case.found
    if found.value is None and found.missing is not None:
        return Reason.formula_error
    if measure is None:
        return Reason.no_target
    if isinstance(measure, Reach) and measure.baseline == promised.target:
        return Reason.no_range
    if isinstance(measure, Milestone) and not measure.path and case.day < measure.due:
        return Reason.not_due
    if found.value is None:
        return Reason.not_due if _first_update_to_come(case) else Reason.no_value
    stale = found.fresh_until is not None and case.day > found.fresh_until
    if promised.expected == 0 and not stale:
        return Reason.not_due
    return Reason.stale if stale else None


def _first_update_to_come(case: _Case) -> bool:
    start, cadence = case.span.start, case.source.cadence
    if start is None:
        return False
    if cadence is None:
        return case.day <= start
    return case.day <= first_update_due(start, cadence, case.plan.fields.fiscal_year_start)


def _worthless(case: _Case) -> bool:
    """Tell whether a stale number is too old for any score."""
    return case.found.kept_until is not None and case.day > case.found.kept_until


def _scored(case: _Case, promised: Promise) -> tuple[float, float]:
    """Return unclamped progress and the score 0..1 of a value against its promise."""
    measure, value = case.node.measure, case.found.value
    if isinstance(measure, Zones) or isinstance(value, str):
        return ZONE_PROGRESS[str(value)], ZONE_SCORE[str(value)]
    assert measure is not None
    assert value is not None
    if isinstance(measure, Reach):
        assert promised.target is not None
        progress = reach_progress(value, measure.baseline, promised.target)
        return progress, reach_score(progress, 1.0 if promised.expected is None else promised.expected)
    if isinstance(measure, Milestone):
        kept_up = reach_score(value, promised.expected or 0.0) if measure.path else clamp(value)
        return value, kept_up
    so_far = 1.0 if promised.expected is None else promised.expected
    target = None if promised.target is None else promised.target * so_far
    assert promised.floor is not None
    x = shortfall(measure, value, target, promised.floor * so_far)
    return threshold_progress(x), threshold_score(x, case.plan.bands(case.node))


def frozen(plan: Plan, key: str, day: date) -> Standing | None:
    """Return the standing a closed node keeps from its cycle's end on, None while it is still judged."""
    node = plan.nodes[key]
    if node.lifecycle is not Lifecycle.closed or node.grade is None:
        return None
    if node.cycle is not None and day < plan.cycles[node.cycle].end:
        return None
    grade = node.grade
    current = judge(plan, key, day) if plan.is_leaf(key) else Standing(key)
    return current._replace(
        status=grade.status,
        computed=grade.status,
        reason=None if grade.score is not None else Reason.no_value,
        rule=None if grade.score is None else Rule.bands,
        score=grade.score,
        progress=grade.progress,
        coverage=1.0 if grade.score is not None else 0.0,
        worst=grade.status,
        worst_key=key,
        worst_at=0.0 if grade.score is None else 1.0 - grade.score,
    )
