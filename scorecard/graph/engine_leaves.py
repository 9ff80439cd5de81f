"""The leaves of the roll-up as arrays: their last values on many days, and what was due by then.

What most leaves are, a measure judged by its last observation, is read all at once, on all days. What is
rarer (formulas, aggregates, targets by period) is left to `judgement.judge`, one node and day at a time.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from math import inf, isfinite
from typing import Any, NamedTuple

import numpy as np

from scorecard.domain.measure import ZONE_SCORE, clamp, reach_progress
from scorecard.domain.period import Path, along, last_day_fresh, period_of
from scorecard.domain.vocabulary import Cadence
from scorecard.graph.engine_codes import (
    DUE,
    HAS_SCORE,
    NO_VALUE,
    NOT_DUE,
    REASON,
    SCORED,
    STALE,
    Bytes,
    Flags,
    Floats,
    Places,
    threshold,
)
from scorecard.graph.engine_structure import FAMILY, WAYS, ZONES, Structure
from scorecard.graph.metric import Metric
from scorecard.graph.plan import Plan

NEVER = 1 << 20
"""A number above the ordinal of every day: a day that does not come."""

LAPSED = 128
"""Marks a value that is too old to give a score."""

WORDS = tuple(ZONE_SCORE)
"""The words of zones; among numbers, a word's place stands for it."""

WHOLE_WAY, UNKNOWN_WAY = -1, -2
"""Stand for no path: all is expected at once, or nobody can know how much, which is not held against it."""

_FULL = threshold(1.0)

_LEAST = 1e-300
"""In the place of a floor that is at its target: any miss is many times as much."""


class Marks(NamedTuple):
    """The days on which something was observed, one entry for each cadence and day; days are ordinals.

    `end` is the last day of the period that holds the day, `fresh` and `kept` say how long the number is so.
    """

    day: Places
    end: Places
    fresh: Places
    kept: Places
    steady: Flags


class Leaves(NamedTuple):
    """All leaves by row; of those that are not in arrays, the `others`, the arrays say nothing.

    `low` is a baseline or what must be reached, `high` a target or what must not be passed, infinite where
    there is none; `floor` is the distance at which a limit has failed. Days are ordinals. `way` is a place
    among `paths`, `paced` tells whether a way is held against it, `drawn` whether it is drawn in values. A
    leaf's observations stand from `first` to before the next one's: `value`, and `mark` for the day.
    """

    low: Floats
    high: Floats
    floor: Floats
    stretch: Floats
    start: Places
    due: Places
    not_before: Places
    first_due: Places
    paced: Flags
    drawn: Flags
    way: Places
    first: Places
    mark: Places
    value: Floats
    marks: Marks
    paths: tuple[Path, ...]
    others: tuple[int, ...]

    def bytes_held(self) -> int:
        """Return the room its arrays take."""
        return sum(each.nbytes for each in (*self, *self.marks) if isinstance(each, np.ndarray))


class Inputs(NamedTuple):
    """What leaves are scored from: leaves by days.

    `value` is 0 where there is none, `expected` stands for the family of ways only. `state` is the byte of a
    leaf without its status. `late` gives, for the days on which anything is due at all, the least score with
    which each leaf is still on track.
    """

    leaves: Leaves
    value: Floats
    expected: Floats
    state: Bytes
    late: tuple[tuple[int, Floats], ...]


def leaves_of(plan: Plan, structure: Structure) -> Leaves:
    """Return the leaves of a plan as arrays."""
    metrics = [*map(plan.metrics.__getitem__, structure.keys[: structure.leaves])]
    family = [place for place, rows in enumerate(structure.families) for _ in range(rows.start, rows.stop)]
    plain = [_is_plain(metric, place) for metric, place in zip(metrics, family, strict=True)]
    calendar = _Calendar(plan.fields.fiscal_year_start)
    paths: dict[int, tuple[int, Path]] = {}
    read = [metric if good else None for metric, good in zip(metrics, plain, strict=True)]
    shapes = np.array([_NONE if each is None else _shape(each) for each in read], float).reshape(-1, 3)
    low, high, floor = shapes.T.copy()
    points = [() if each is None else each.points for each in read]
    words = structure.families[ZONES].start
    values = [value for each in points[:words] for _, value in each]
    values += [WORDS.index(str(value)) for each in points[words:] for _, value in each]
    marks = [calendar.place(day, each.cadence) for each in read if each for day in each.days]
    return Leaves(
        low=low,
        high=high,
        floor=np.maximum(floor, _LEAST),
        stretch=np.array([metric.stretch for metric in metrics]),
        start=_days((metric.start for metric in metrics), 0),
        due=_days((metric.due for metric in metrics), NEVER),
        not_before=_days((metric.not_before for metric in metrics), 0),
        first_due=_days((metric.first_due for metric in metrics), 0),
        paced=np.array([metric.reach or metric.drawn for metric in metrics], np.bool_),
        drawn=np.array([metric.drawn for metric in metrics], np.bool_),
        way=np.array([_way(metric, paths) for metric in metrics], np.int32),
        first=np.cumsum([0, *map(len, points)], dtype=np.int32),
        mark=np.array(marks, np.min_scalar_type(len(calendar.places))),
        value=np.array(values, float),
        marks=calendar.marks(),
        paths=tuple(path for _, path in paths.values()),
        others=tuple(row for row, good in enumerate(plain) if not good),
    )


def _is_plain(metric: Metric, family: int) -> bool:
    """Tell whether a leaf is judged by its last observation alone, against one target for its whole life."""
    if metric.computed or metric.own or not metric.lasts or metric.targets or metric.measure is None:
        return False
    if FAMILY[type(metric.measure)] != family:
        return False
    if metric.reach and not 0.0 < abs((metric.target or 0.0) - metric.baseline) < inf:
        return False
    if family == ZONES:
        return all(point.value in WORDS for point in metric.points)
    return isfinite(_shape(metric)[2]) and {type(value) for _, value in metric.points} <= {float}


def _shape(metric: Metric) -> tuple[float, float, float]:
    """Return the two ends of a leaf in arrays, and the distance of its floor."""
    measure, floor = metric.measure, metric.promise and metric.promise.floor
    assert measure is not None
    if measure.kind == "between":
        return measure.low, measure.high, floor or 0.0
    if measure.kind == "reach":
        return metric.baseline, measure.target, 0.0
    if measure.kind == "at_least" or measure.kind == "at_most":
        aim, distance = measure.target, 0.0 if floor is None else abs(measure.target - floor)
        return (aim, inf, distance) if measure.kind == "at_least" else (-inf, aim, distance)
    return _NONE


_NONE = (0.0, 1.0, 0.0)


class _Calendar:
    """The marks of a plan, numbered as they are met."""

    def __init__(self, fiscal: int) -> None:
        self.fiscal = fiscal
        self.places: dict[tuple[date, Cadence | None], int] = {}

    def place(self, day: date, cadence: Cadence | None) -> int:
        """Return the number of a day under a cadence."""
        return self.places.setdefault((day, cadence), len(self.places))

    def marks(self) -> Marks:
        """Return all of them as arrays."""
        rows = [self._mark(day, cadence) for day, cadence in self.places]
        day, end, fresh, kept, steady = np.array(rows, np.int32).reshape(-1, 5).T
        return Marks(day, end, fresh, kept, steady.astype(np.bool_))

    def _mark(self, day: date, cadence: Cadence | None) -> tuple[int, int, int, int, bool]:
        at = day.toordinal()
        if cadence is None:
            return at, at, NEVER, NEVER, True
        fresh, kept = last_day_fresh(day, cadence, self.fiscal)
        end = period_of(day, cadence, self.fiscal).end
        return at, end.toordinal(), fresh.toordinal(), kept.toordinal(), False


def _days(days: Iterable[date | None], none: int) -> Places:
    return np.array([none if day is None else day.toordinal() for day in days], np.int32)


def _way(metric: Metric, paths: dict[int, tuple[int, Path]]) -> int:
    """Return the place of a leaf's path."""
    if not metric.path:
        return WHOLE_WAY if metric.due is None else UNKNOWN_WAY
    return paths.setdefault(id(metric.path), (len(paths), metric.path))[0]


def inputs_on(leaves: Leaves, structure: Structure, days: Sequence[date]) -> Inputs:
    """Return what the leaves are scored from on each day."""
    marks, at = leaves.marks, np.array([day.toordinal() for day in days], np.int32)
    last = _latest(leaves, np.minimum(at, leaves.due[:, None]))
    none = last < 0
    value = np.where(none, 0.0, leaves.value[last]) if len(leaves.value) else np.zeros(last.shape)
    mark = leaves.mark[last].astype(np.int32) if len(leaves.mark) else np.zeros(last.shape, np.int32)
    mark[none] = -1
    state = _state(leaves, mark, at)
    ways = structure.families[WAYS]
    steady = none[ways] | marks.steady[mark[ways]] if len(marks.day) else none[ways]
    on = np.where(steady, at, marks.day[mark[ways]] if len(marks.day) else at)
    expected = _expected(leaves, ways, on)
    state[ways][(state[ways] == 0) & (expected == 0)] = NOT_DUE
    expected[~leaves.paced[ways]] = 1.0
    reason = state & REASON
    due = structure.taking_part(days)[structure.cycle[: structure.leaves]] & (reason != NOT_DUE)
    scored = ~none & (reason != NOT_DUE) & (state < LAPSED)
    state = reason | due * np.uint8(DUE) | (due & scored) * np.uint8(SCORED) | scored * np.uint8(HAS_SCORE)
    closing = np.flatnonzero(at >= leaves.due.min(initial=NEVER)).tolist()
    late = tuple((day, np.where(leaves.due <= at[day], _FULL, -inf)) for day in closing)
    return Inputs(leaves, value, expected, state, late)


def _latest(leaves: Leaves, until: Places) -> Any:
    """Return the place of each leaf's last observation up to a day, -1 where there is none."""
    counts = np.diff(leaves.first)
    leaf = np.arange(len(counts), dtype=np.int64)
    known = np.repeat(leaf * NEVER * 2, counts) + leaves.marks.day[leaves.mark]
    wanted = (leaf * NEVER * 2)[:, None] + until
    last = np.searchsorted(known, wanted.ravel(), "right").reshape(wanted.shape) - 1
    return np.where(last >= leaves.first[:-1, None], last, -1)


def _state(leaves: Leaves, mark: Places, at: Places) -> Bytes:
    """Return why there is no colour, or why it must not be trusted, as `judgement` does; 0 for neither."""
    marks = leaves.marks
    state = np.where(at < leaves.start[:, None], NOT_DUE, 0).astype(np.uint8)
    if len(marks.day):
        for_ever = marks.end[mark] >= leaves.due[:, None]
        state[(at > marks.fresh[mark]) & ~for_ever] = STALE
        state[(at > marks.kept[mark]) & ~for_ever] = STALE | LAPSED
    none = mark < 0
    state[none] = np.where(at <= leaves.first_due[:, None], NOT_DUE, NO_VALUE)[none]
    state[at < leaves.not_before[:, None]] = NOT_DUE
    return state


def _expected(leaves: Leaves, ways: slice, on: Any) -> Floats:
    """Return the part of the way that should be behind each leaf on its day; 1 where nobody can know."""
    way = np.broadcast_to(leaves.way[ways, None], on.shape)
    pairs, where = np.unique(way.astype(np.int64) * NEVER + on, return_inverse=True)
    places, days = np.divmod(pairs, NEVER)
    heights = [
        along(leaves.paths[place], date.fromordinal(day)) if place >= 0 else 1.0
        for place, day in zip(places.tolist(), days.tolist(), strict=True)
    ]
    height = np.array(heights, float)[where.reshape(on.shape)]
    for leaf in np.flatnonzero(leaves.drawn[ways]).tolist():
        ends = float(leaves.low[ways][leaf]), float(leaves.high[ways][leaf])
        height[leaf] = [clamp(reach_progress(each, *ends)) for each in height[leaf].tolist()]
    return np.asarray(np.where(way == UNKNOWN_WAY, 1.0, height * leaves.stretch[ways, None]))
