"""How one node with a number of its own stands on a day: measurement rules, sections 2 and 3."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from scorecard.domain.formula import Missing
from scorecard.domain.measure import (
    ZONE_PROGRESS,
    ZONE_SCORE,
    AtLeast,
    AtMost,
    Between,
    Milestone,
    Reach,
    Zones,
    clamp,
    quantised,
    reach_progress,
    reach_score,
    shortfall,
    status_of,
    threshold_progress,
    threshold_score,
)
from scorecard.domain.period import along
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Lifecycle, Reason, Rule, Status
from scorecard.graph.formulas import Sheets
from scorecard.graph.metric import Metric, Promise, floor_of, target_on
from scorecard.graph.path import made
from scorecard.graph.plan import Plan
from scorecard.graph.values import Evidence, observed


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


def judge(plan: Plan, key: str, day: date, sheets: Sheets | None = None) -> Standing:
    """Return how a node with a number of its own stands; its worst is its own.

    What observations say of a metric on a day is worked out once, for all the plans that share it. `sheets`
    are formulas computed for the same plan and day, to be shared by many.
    """
    metric = plan.metrics[key]
    if metric.computed:
        return _standing(metric, evidence(plan, metric, day, sheets), day)
    judged = plan.judged.get(day) or _judged_on(plan, day)
    known = judged.get(key)
    if known is not None and known[0] is metric:
        return known[1]
    standing = _standing(metric, observed(metric, day), day)
    judged[key] = metric, standing
    return standing


DAYS_JUDGED = 4
"""Days for which leaves already judged are kept: those that readers come back to."""


def _judged_on(plan: Plan, day: date) -> dict[str, tuple[Metric, Standing]]:
    for old in [*plan.judged][: max(0, len(plan.judged) - DAYS_JUDGED + 1)]:
        plan.judged.pop(old, None)
    return plan.judged.setdefault(day, {})


def _standing(metric: Metric, found: Evidence, day: date) -> Standing:
    key, kind = metric.key, type(metric.measure)
    if found.value is not None and type(found.value) is not metric.shape:
        found = found._replace(value=None)
    promise = metric.promise or _PROMISES[kind](metric, found)
    reason = _reason(metric, found, promise, day)
    progress = score = None
    status, worst_at, coverage = _NO_DATA, 0.0, 0.0
    if found.value is not None and (reason is None or reason not in _UNMEASURED):
        progress, score = _SCORES[kind](metric, found, promise)
        if reason is _NOT_DUE or (found.kept_until is not None and day > found.kept_until):
            score = None
        else:
            due = metric.due is not None and day >= metric.due
            status = status_of(quantised(score), metric.bands, due)
            worst_at, coverage = 1.0 - score, 1.0 if reason is None else 0.0
    return made(Standing, (
        key, status, status, reason, None if score is None else _BANDS, score, progress, coverage,
        status, key, worst_at,
        found.value, metric.baseline if metric.reach else None, promise.target, metric.low, metric.high,
        promise.floor, promise.expected, found.seen, found.missing,
    ))  # fmt: skip


_UNMEASURED = (Reason.formula_error, Reason.no_target, Reason.no_range)
_NO_DATA, _NOT_DUE, _BANDS = Status.no_data, Reason.not_due, Rule.bands


def evidence(plan: Plan, metric: Metric, day: date, sheets: Sheets | None = None) -> Evidence:
    """Return the value of a metric as of a day, and what it rests on."""
    if metric.computed:
        return (sheets or Sheets(plan, day)).evidence(metric)
    return observed(metric, day)


def _limit_promise(metric: Metric, found: Evidence) -> Promise:
    """Return target and floor in force; a budget's are whole, its `expected` says how much of them is due."""
    measure = metric.measure
    assert isinstance(measure, _LIMITS)
    if metric.budget:
        expected = _expected(metric, found, metric.target)
        return Promise(metric.target, floor_of(measure, metric.target, metric.percent), expected)
    target = _in_force(metric, found)
    return Promise(target, floor_of(measure, target, metric.percent))


_LIMITS = (AtLeast, AtMost)


def _milestone_promise(metric: Metric, found: Evidence) -> Promise:
    return Promise(1.0, None, _expected(metric, found, 1.0))


def _reach_promise(metric: Metric, found: Evidence) -> Promise:
    """Return the target in force and the progress expected; a period's target at the baseline is none."""
    target = _in_force(metric, found) if metric.targets else metric.target
    if target == metric.baseline:
        target = metric.target
    if target == metric.baseline:
        return Promise(target)
    expected = _expected(metric, found, target)
    return Promise(target, None, expected and expected * metric.stretch)


def _in_force(metric: Metric, found: Evidence) -> float | None:
    return target_on(metric, found.period.end if found.period else found.seen or found.on)


def _expected(metric: Metric, found: Evidence, target: float | None) -> float | None:
    """Return the share of the way to a target that should be behind us, None where nobody can know yet.

    A way without a start begins with the first observation, of which no earlier day knows.
    """
    begun = metric.start is not None or metric.due is None or found.seen is not None
    if not metric.path or not begun:
        return 1.0 if metric.due is None else None
    height = along(metric.path, found.on)
    if not metric.drawn or target is None:
        return height
    return clamp(reach_progress(height, metric.baseline, target))


def _reason(metric: Metric, found: Evidence, promise: Promise, day: date) -> Reason | None:
    """Return why there is no colour, or why it must not be trusted; the first that holds."""
    measure, value = metric.measure, found.value
    if value is None and found.missing is not None:
        return Reason.formula_error
    if measure is None:
        return Reason.no_target
    if metric.reach and promise.target == metric.baseline:
        return Reason.no_range
    if metric.not_before is not None and day < metric.not_before:
        return Reason.not_due
    if value is None:
        return Reason.not_due if metric.first_due is not None and day <= metric.first_due else Reason.no_value
    if found.fresh_until is not None and day > found.fresh_until:
        return Reason.stale
    if promise.expected == 0 or (metric.start is not None and day < metric.start):
        return Reason.not_due
    return None


def _reach_scored(metric: Metric, found: Evidence, promise: Promise) -> tuple[float, float]:
    target, expected = promise.target, promise.expected
    assert isinstance(target, float)
    progress = reach_progress(_number(found), metric.baseline, target)
    return progress, reach_score(progress, 1.0 if expected is None else expected)


def _milestone_scored(metric: Metric, found: Evidence, promise: Promise) -> tuple[float, float]:
    share = _number(found)
    return share, reach_score(share, promise.expected or 0.0) if metric.drawn else clamp(share)


def _zone_scored(metric: Metric, found: Evidence, promise: Promise) -> tuple[float, float]:
    word = str(found.value)
    return ZONE_PROGRESS[word], ZONE_SCORE[word]


def _threshold_scored(metric: Metric, found: Evidence, promise: Promise) -> tuple[float, float]:
    """Return progress and score of a limit; of a budget, against as much of it as is due."""
    target, floor, due = promise
    assert floor is not None
    assert not isinstance(target, str)
    if due is not None and target is not None:
        target, floor = target * due, floor * due
    x = shortfall(metric.measure, _number(found), target, floor)  # type: ignore[arg-type]
    return (threshold_progress(x), threshold_score(x, metric.bands)) if x else _MET


_MET = (1.0, 1.0)


def _number(found: Evidence) -> float:
    assert isinstance(found.value, float)
    return found.value


_PROMISES: Mapping[type, Callable[[Metric, Evidence], Promise]] = {
    Reach: _reach_promise,
    AtLeast: _limit_promise,
    AtMost: _limit_promise,
    Milestone: _milestone_promise,
}
_SCORES: Mapping[type, Callable[[Metric, Evidence, Promise], tuple[float, float]]] = {
    Reach: _reach_scored,
    AtLeast: _threshold_scored,
    AtMost: _threshold_scored,
    Between: _threshold_scored,
    Milestone: _milestone_scored,
    Zones: _zone_scored,
}


def is_frozen(plan: Plan, node: NodeFields, day: date) -> bool:
    """Tell whether a closed node keeps the grade it was given, as from its cycle's end on."""
    if node.lifecycle is not Lifecycle.closed or node.grade is None:
        return False
    return node.cycle is None or day >= plan.spans[node.cycle].end


def frozen(plan: Plan, node: NodeFields, day: date, sheets: Sheets | None = None) -> Standing:
    """Return the standing of a closed node: its grade, fresh for ever."""
    grade, key = node.grade, node.key
    assert grade is not None
    current = judge(plan, key, day, sheets) if key in plan.metrics else Standing(key)
    graded = grade.score is not None
    coloured = graded or grade.status is not Status.no_data
    return current._replace(
        status=grade.status,
        computed=grade.status,
        reason=None if coloured else Reason.no_value,
        rule=Rule.bands if coloured else None,
        score=grade.score,
        progress=grade.progress,
        coverage=1.0 if graded else 0.0,
        worst=grade.status,
        worst_key=key,
        worst_at=1.0 - grade.score if grade.score is not None else 0.0,
    )
