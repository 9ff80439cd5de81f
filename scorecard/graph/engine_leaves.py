"""The leaves of the roll-up as arrays: their last values on many days, and what was due by then.

What most leaves are, a measure judged by its last observation, is read by kind, all days at once. What is
rarer (formulas, aggregates, targets by period) is left to `judgement.judge`, one node and day at a time.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from math import isfinite
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
)
from scorecard.graph.engine_structure import Structure
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

_LIMITS = ("at_least", "at_most", "between")


class Marks(NamedTuple):
    """The days on which something was observed, one entry for each cadence and day; days are ordinals.

    `end` is the last day of the period that holds the day, `fresh` and `kept` say how long the number is so.
    """

    day: Places
    end: Places
    fresh: Places
    kept: Places
    steady: Flags


class Kind(NamedTuple):
    """The leaves of one kind of measure: arrays with an entry for each, and their observations.

    `low` is a baseline or what must be reached, `high` a target or what must not be passed, `floor` the
    distance at which a limit has failed. `row` is ascending. A leaf's observations stand from `first` to
    before the next one's: `value`, and `mark` for the day. Days are ordinals, `way` is a place among paths.
    """

    name: str
    row: Places
    low: Floats
    high: Floats
    floor: Floats
    stretch: Floats
    start: Places
    due: Places
    not_before: Places
    first_due: Places
    drawn: Flags
    way: Places
    first: Places
    mark: Places
    value: Floats


class Inputs(NamedTuple):
    """What leaves of one kind are scored from: leaves by days.

    `value` is 0 where there is none, `expected` None for kinds without a path. `state` is the byte of a
    leaf without its status; `closing` tells on which days anything is due at all.
    """

    kind: Kind
    value: Floats
    expected: Floats | None
    state: Bytes
    closing: Places


class Leaves(NamedTuple):
    """All leaves: those in arrays, by kind, and the rows of the others."""

    kinds: tuple[Kind, ...]
    others: tuple[int, ...]
    marks: Marks
    paths: tuple[Path, ...]

    def bytes_held(self) -> int:
        """Return the room its arrays take."""
        arrays = (*self.marks, *(each for kind in self.kinds for each in kind))
        return sum(each.nbytes for each in arrays if isinstance(each, np.ndarray))


def leaves_of(plan: Plan, structure: Structure) -> Leaves:
    """Return the leaves of a plan as arrays."""
    groups: dict[str, list[tuple[int, Metric]]] = {}
    others = []
    for row, key in enumerate(structure.keys[: structure.leaves]):
        metric = plan.metrics[key]
        if _is_plain(metric):
            assert metric.measure is not None
            groups.setdefault(metric.measure.kind, []).append((row, metric))
        else:
            others.append(row)
    calendar = _Calendar(plan.fields.fiscal_year_start)
    paths: dict[int, tuple[int, Path]] = {}
    kinds = tuple(_kind(name, members, calendar, paths) for name, members in groups.items())
    return Leaves(kinds, tuple(others), calendar.marks(), tuple(path for _, path in paths.values()))


def _is_plain(metric: Metric) -> bool:
    """Tell whether a leaf is judged by its last observation alone, against one target for its whole life."""
    if metric.computed or metric.own or not metric.lasts or metric.targets or metric.measure is None:
        return False
    if metric.reach:
        return metric.target != metric.baseline and _all_float(metric)
    if metric.promise is not None and metric.target is not None and metric.promise.floor is not None:
        return isfinite(metric.target - metric.promise.floor) and _all_float(metric)
    if metric.measure.kind == "zones":
        return all(point.value in WORDS for point in metric.points)
    return _all_float(metric)


def _all_float(metric: Metric) -> bool:
    return {type(value) for _, value in metric.points} <= {float}


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


def _kind(
    name: str, members: Sequence[tuple[int, Metric]], calendar: _Calendar, paths: dict[int, tuple[int, Path]]
) -> Kind:
    metrics = [metric for _, metric in members]
    low, high, floor = _shape(name, metrics)
    points = [point for metric in metrics for point in metric.points]
    words = name == "zones"
    return Kind(
        name=name,
        row=np.array([row for row, _ in members], np.int32),
        low=low,
        high=high,
        floor=floor,
        stretch=np.array([metric.stretch for metric in metrics]),
        start=_days((metric.start for metric in metrics), 0),
        due=_days((metric.due for metric in metrics), NEVER),
        not_before=_days((metric.not_before for metric in metrics), 0),
        first_due=_days((metric.first_due for metric in metrics), 0),
        drawn=np.array([metric.drawn for metric in metrics], np.bool_),
        way=np.array([_way(metric, paths) for metric in metrics], np.int32),
        first=np.cumsum([0, *(len(metric.points) for metric in metrics)], dtype=np.int32),
        mark=np.array([calendar.place(day, each.cadence) for each in metrics for day in each.days], np.int32),
        value=np.array([WORDS.index(str(value)) if words else value for _, value in points], float),
    )


def _shape(name: str, metrics: Sequence[Metric]) -> tuple[Floats, Floats, Floats]:
    """Return the ends and the distance of the floor; empty where a kind has none."""
    none = np.empty(0)
    if name == "reach":
        return _floats(each.baseline for each in metrics), _floats(each.target for each in metrics), none
    if name not in _LIMITS:
        return none, none, none
    promises = [metric.promise for metric in metrics]
    floors = _floats(promise and promise.floor for promise in promises)
    if name == "between":
        return _floats(each.low for each in metrics), _floats(each.high for each in metrics), floors
    aims = _floats(each.target for each in metrics)
    return aims, aims, np.abs(aims - floors)


def _floats(numbers: Iterable[float | None]) -> Floats:
    return np.array(list(numbers), float)


def _days(days: Iterable[date | None], none: int) -> Places:
    return np.array([none if day is None else day.toordinal() for day in days], np.int32)


def _way(metric: Metric, paths: dict[int, tuple[int, Path]]) -> int:
    """Return the place of a leaf's path."""
    if not metric.path:
        return WHOLE_WAY if metric.due is None else UNKNOWN_WAY
    return paths.setdefault(id(metric.path), (len(paths), metric.path))[0]


def inputs_on(leaves: Leaves, structure: Structure, days: Sequence[date]) -> list[Inputs]:
    """Return what the leaves in arrays are scored from on each day."""
    return [_inputs(leaves, structure, kind, days) for kind in leaves.kinds]


def _inputs(leaves: Leaves, structure: Structure, kind: Kind, days: Sequence[date]) -> Inputs:
    marks = leaves.marks
    at = np.array([day.toordinal() for day in days], np.int32)
    last = _latest(kind, marks.day[kind.mark], np.minimum(at, kind.due[:, None]))
    none = last < 0
    value = np.where(none, 0.0, kind.value[last]) if len(kind.value) else np.zeros(last.shape)
    mark = np.where(none, -1, kind.mark[last]) if len(kind.mark) else np.full(last.shape, -1)
    state = _state(kind, marks, mark, at)
    expected = None
    if kind.name in ("reach", "milestone"):
        steady = none | marks.steady[mark] if len(marks.day) else none
        on = np.where(steady, at, marks.day[mark] if len(marks.day) else at)
        expected = _expected(kind, leaves.paths, on)
        state[(state == 0) & (expected == 0)] = NOT_DUE
    reason = state & REASON
    due = structure.taking_part(days)[structure.cycle[kind.row]] & (reason != NOT_DUE)
    scored = ~none & (reason != NOT_DUE) & (state < LAPSED)
    state = reason | due * np.uint8(DUE) | (due & scored) * np.uint8(SCORED) | scored * np.uint8(HAS_SCORE)
    return Inputs(kind, value, expected, state, np.flatnonzero(at >= kind.due.min()))


def _latest(kind: Kind, day: Places, until: Places) -> Any:
    """Return the place of each leaf's last observation up to a day, -1 where there is none."""
    counts = np.diff(kind.first)
    leaf = np.arange(len(counts), dtype=np.int64)
    known = np.repeat(leaf * NEVER * 2, counts) + day
    wanted = (leaf * NEVER * 2)[:, None] + until
    last = np.searchsorted(known, wanted.ravel(), "right").reshape(wanted.shape) - 1
    return np.where(last >= kind.first[:-1, None], last, -1)


def _state(kind: Kind, marks: Marks, mark: Any, at: Places) -> Bytes:
    """Return why there is no colour, or why it must not be trusted, as `judgement` does; 0 for neither."""
    state = np.where(at < kind.start[:, None], NOT_DUE, 0).astype(np.uint8)
    if len(marks.day):
        for_ever = marks.end[mark] >= kind.due[:, None]
        state[(at > marks.fresh[mark]) & ~for_ever] = STALE
        state[(at > marks.kept[mark]) & ~for_ever] = STALE | LAPSED
    none = mark < 0
    state[none] = np.where(at <= kind.first_due[:, None], NOT_DUE, NO_VALUE)[none]
    state[at < kind.not_before[:, None]] = NOT_DUE
    return state


def _expected(kind: Kind, paths: Sequence[Path], on: Any) -> Floats:
    """Return the part of the way that should be behind each leaf on its day; 1 where nobody can know."""
    way = np.broadcast_to(kind.way[:, None], on.shape)
    pairs, where = np.unique(way.astype(np.int64) * NEVER + on, return_inverse=True)
    ways, days = np.divmod(pairs, NEVER)
    heights = [
        along(paths[way], date.fromordinal(day)) if way >= 0 else 1.0
        for way, day in zip(ways.tolist(), days.tolist(), strict=True)
    ]
    height = np.array(heights)[where.reshape(on.shape)]
    for leaf in np.flatnonzero(kind.drawn).tolist():
        ends = (float(kind.low[leaf]), float(kind.high[leaf])) if len(kind.low) else (0.0, 1.0)
        height[leaf] = [clamp(reach_progress(each, *ends)) for each in height[leaf].tolist()]
    return np.asarray(np.where(way == UNKNOWN_WAY, 1.0, height * kind.stretch[:, None]))
