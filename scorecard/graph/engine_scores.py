"""Progress, score and status of many leaves at once, as `domain.measure` states them for one.

What an expression rounds it rounds there, so that the numbers are the same to the last bit.
"""

from collections.abc import Callable, Mapping

import numpy as np

from scorecard.domain.measure import EARLY, ROUNDING, ZONE_PROGRESS, ZONE_SCORE, reach_progress
from scorecard.graph.engine_codes import HAS_SCORE, REASON, WHOLE, Floats, Places, reached, threshold
from scorecard.graph.engine_leaves import WORDS, Inputs, Kind
from scorecard.graph.engine_structure import Structure
from scorecard.graph.engine_table import Table

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
    progress, score = _SCORES[kind.name](structure, kind, part, value, expected)
    rows = _together(kind.row[part])
    scored = (state & np.uint8(HAS_SCORE)) != 0
    on_track, at_risk = (score >= each for each in structure.bands_of(rows)[2:])
    at_risk |= on_track
    for day in inputs.closing:
        due = kind.due[part] <= table.days[day].toordinal()
        on_track[:, day] &= ~due | (score[:, day] >= _FULL)
    code = reached(at_risk, on_track)
    code *= scored.view(np.uint8)
    code |= state
    table.code[rows] = code
    table.marks[0, rows], table.marks[1, rows] = score * scored, np.clip(progress, 0.0, 1.0) * scored
    fresh = (state & np.uint8(REASON | HAS_SCORE)) == HAS_SCORE
    table.coverage[rows] = fresh * np.uint32(WHOLE)


def _together(rows: Places) -> Places | slice:
    """Return rows as a slice where they follow each other, as leaves of a kind mostly do."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first + 1 == len(rows) else rows


def _reach(structure: Structure, kind: Kind, part: slice, value: Floats, expected: Floats | None) -> Scored:
    low, high = kind.low[part, None], kind.high[part, None]
    progress = (value - low) / (high - low)
    beyond = ~np.isfinite(progress)
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
    word = value.astype(np.intp)
    return _WORD_PROGRESS[word], _WORD_SCORE[word]


_WORD_PROGRESS = np.array([ZONE_PROGRESS[word] for word in WORDS])
_WORD_SCORE = np.array([ZONE_SCORE[word] for word in WORDS])


def _at_least(structure: Structure, kind: Kind, part: slice, value: Floats, _: Floats | None) -> Scored:
    aim = kind.low[part, None]
    return _limited(structure, kind, part, value, aim - value, aim)


def _at_most(structure: Structure, kind: Kind, part: slice, value: Floats, _: Floats | None) -> Scored:
    aim = kind.low[part, None]
    return _limited(structure, kind, part, value, value - aim, aim)


def _between(structure: Structure, kind: Kind, part: slice, value: Floats, _: Floats | None) -> Scored:
    low, high = kind.low[part, None], kind.high[part, None]
    under = value < low
    aim = np.where(under, low, high)
    by = value - aim
    np.negative(by, out=by, where=under)
    return _limited(structure, kind, part, value, by, aim)


def _limited(structure: Structure, kind: Kind, part: slice, value: Floats, by: Floats, aim: Floats) -> Scored:
    """Return what a miss comes to, in distances of the floor; any miss is failure where that is nothing."""
    rounding = np.abs(value)
    rounding += np.abs(aim)
    rounding *= ROUNDING
    missed = by > rounding
    good, fair = structure.bands_of(_together(kind.row[part]))[:2]
    by = np.minimum(by, _HUGE, out=by)
    by *= missed
    x = np.divide(by, np.maximum(kind.floor[part, None], _LEAST), out=by)
    beyond = np.subtract(2.0, x, out=rounding)
    beyond *= fair
    np.maximum(beyond, 0.0, out=beyond)
    score = x * (good - fair)
    np.subtract(good, score, out=score)
    if (good <= 2.0 * fair).all():
        # The two lines meet at the floor, and there the second is the steeper one.
        np.minimum(score, beyond, out=score)
    else:
        score = np.where(x > 1, beyond, score)
    return np.subtract(1.0, x, out=x), np.maximum(score, ~missed, out=score)


_LEAST, _HUGE = 1e-300, 1e300


_SCORES: Mapping[str, Callable[[Structure, Kind, slice, Floats, Floats | None], Scored]] = {
    "reach": _reach,
    "at_least": _at_least,
    "at_most": _at_most,
    "between": _between,
    "milestone": _milestone,
    "zones": _zones,
}
