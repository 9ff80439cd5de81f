"""Progress, score and status of many leaves at once, as `domain.measure` states them for one.

Every expression keeps the order of its operations there, so that the numbers are the same to the last bit.
"""

from collections.abc import Callable, Mapping

import numpy as np

from scorecard.domain.measure import EARLY, ROUNDING, ZONE_PROGRESS, ZONE_SCORE, reach_progress
from scorecard.graph.engine_codes import (
    NO_DATA,
    NOT_DUE,
    OFF_TRACK,
    REASON,
    WHOLE,
    Floats,
    threshold,
)
from scorecard.graph.engine_leaves import LAPSED, WORDS, Inputs, Kind
from scorecard.graph.engine_structure import Structure
from scorecard.graph.engine_table import Table, counted

ELEMENTS = 24_000
"""How many numbers are worked on at once, so that they stay in the processor's own memory."""

_FULL = threshold(1.0)

Scored = tuple[Floats, Floats]
"""Progress and score."""


def score_leaves(structure: Structure, table: Table, inputs: Inputs) -> None:
    """Write the standings of the leaves of one kind."""
    at_once = max(1, ELEMENTS // len(table.days))
    with np.errstate(all="ignore"):
        for first in range(0, len(inputs.kind.row), at_once):
            _score(structure, table, inputs, slice(first, first + at_once))


def _score(structure: Structure, table: Table, inputs: Inputs, part: slice) -> None:
    kind, value, state = inputs.kind, inputs.value[part], inputs.state[part]
    expected = None if inputs.expected is None else inputs.expected[part]
    rows = kind.row[part]
    progress, score = _SCORES[kind.name](structure, kind, part, value, expected)
    reason = state & np.uint8(REASON)
    unscored = np.isnan(value) | (reason == NOT_DUE) | (state >= LAPSED)
    score[unscored] = np.nan
    days = np.array([day.toordinal() for day in table.days])
    full = np.where(days >= kind.due[part, None], _FULL, structure.on_track[rows, None])
    severity = np.full(score.shape, OFF_TRACK, np.uint8)
    at_risk, on_track = score >= structure.at_risk[rows, None], score >= full
    severity -= at_risk | on_track
    severity -= on_track
    severity[unscored] = NO_DATA
    table.score[rows], table.progress[rows] = score, progress
    table.coverage[rows] = ((reason == 0) & ~unscored) * np.uint32(WHOLE)
    table.code[rows] = counted(structure, table, rows, severity | reason, score)


def _reach(structure: Structure, kind: Kind, part: slice, value: Floats, expected: Floats | None) -> Scored:
    low, high = kind.low[part, None], kind.high[part, None]
    progress = (value - low) / (high - low)
    beyond = ~np.isfinite(progress) & ~np.isnan(value)
    for leaf, day in zip(*np.nonzero(beyond), strict=True):
        progress[leaf, day] = reach_progress(
            float(value[leaf, day]), float(low[leaf, 0]), float(high[leaf, 0])
        )
    assert expected is not None
    return progress, _kept_up(progress, expected)


def _kept_up(progress: Floats, expected: Floats) -> Floats:
    score = expected - progress
    score /= np.maximum(expected, EARLY)
    np.subtract(1.0, score, out=score)
    return np.clip(score, 0.0, 1.0, out=score)


def _milestone(
    structure: Structure, kind: Kind, part: slice, value: Floats, expected: Floats | None
) -> Scored:
    assert expected is not None
    drawn = kind.drawn[part, None]
    score = np.clip(value, 0.0, 1.0)
    if drawn.any():
        score = np.where(drawn, _kept_up(value, expected), score)
    return value, score


def _zones(structure: Structure, kind: Kind, part: slice, value: Floats, expected: Floats | None) -> Scored:
    word = np.where(np.isnan(value), len(WORDS), value).astype(np.intp)
    return _WORD_PROGRESS[word], _WORD_SCORE[word]


_WORD_PROGRESS = np.array([*(ZONE_PROGRESS[word] for word in WORDS), np.nan])
_WORD_SCORE = np.array([*(ZONE_SCORE[word] for word in WORDS), np.nan])


def _at_least(structure: Structure, kind: Kind, part: slice, value: Floats, _: Floats | None) -> Scored:
    aim = kind.low[part, None]
    return _limited(structure, kind, part, value, aim - value, aim)


def _at_most(structure: Structure, kind: Kind, part: slice, value: Floats, _: Floats | None) -> Scored:
    aim = kind.low[part, None]
    return _limited(structure, kind, part, value, value - aim, aim)


def _between(structure: Structure, kind: Kind, part: slice, value: Floats, _: Floats | None) -> Scored:
    low, high = kind.low[part, None], kind.high[part, None]
    under = value < low
    return _limited(
        structure, kind, part, value, np.where(under, low - value, value - high), np.where(under, low, high)
    )


def _limited(structure: Structure, kind: Kind, part: slice, value: Floats, by: Floats, aim: Floats) -> Scored:
    """Return what a miss comes to, in distances of the floor; any miss is failure where that is nothing."""
    floor, rows = kind.floor[part, None], kind.row[part]
    met = (by <= 0.0) | (by <= ROUNDING * (np.abs(aim) + np.abs(value)))
    x = np.where((floor == 0) | np.isinf(by), np.inf, by / floor)
    x[met] = 0.0
    good, fair = structure.bands[:2, rows, None]
    score = np.where(x <= 1, good - (good - fair) * x, np.where(x < 2, fair * (2 - x), 0.0))
    score[met] = 1.0
    progress = np.where(np.isinf(x), 0.0, 1.0 - x)
    return progress, score


_SCORES: Mapping[str, Callable[[Structure, Kind, slice, Floats, Floats | None], Scored]] = {
    "reach": _reach,
    "at_least": _at_least,
    "at_most": _at_most,
    "between": _between,
    "milestone": _milestone,
    "zones": _zones,
}
