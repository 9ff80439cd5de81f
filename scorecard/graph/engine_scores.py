"""Progress, score and status of many leaves at once, as `domain.measure` states them for one.

What an expression rounds it rounds there, so that the numbers are the same but for their last bit.
"""

import numpy as np

from scorecard.domain.measure import EARLY, ROUNDING, ZONE_PROGRESS, ZONE_SCORE, reach_progress
from scorecard.graph.engine_codes import HAS_SCORE, REASON, WHOLE, Floats, reached
from scorecard.graph.engine_leaves import WORDS, Inputs
from scorecard.graph.engine_structure import WAYS, Structure
from scorecard.graph.engine_table import Table

ELEMENTS = 24_000
"""How many numbers are worked on at once, so that they stay in the processor's own memory."""


def score_leaves(structure: Structure, table: Table, inputs: Inputs) -> None:
    """Write the standings of the leaves."""
    at_once = max(1, ELEMENTS // len(table.days))
    with np.errstate(all="ignore"):
        for first in range(0, structure.leaves, at_once):
            _score(structure, table, inputs, slice(first, min(first + at_once, structure.leaves)))


def _score(structure: Structure, table: Table, inputs: Inputs, part: slice) -> None:
    progress = table.progress[part]
    score = np.empty_like(progress)
    for family, scored in zip(structure.families, _SCORES, strict=True):
        rows = slice(max(part.start, family.start), min(part.stop, family.stop))
        if rows.start < rows.stop:
            here = slice(rows.start - part.start, rows.stop - part.start)
            scored(structure, inputs, rows, progress[here], score[here])
    _put(structure, table, inputs, part, score)


def _put(structure: Structure, table: Table, inputs: Inputs, part: slice, score: Floats) -> None:
    """Write what follows from scores, leaving out those that do not hold on their day."""
    state, progress = inputs.state[part], table.progress[part]
    _, _, good, fair = structure.bands_of(part)
    on_track, at_risk = score >= good, score >= fair
    for day, least in inputs.late:
        on_track[:, day] &= score[:, day] >= least[part]
    scored = (state & np.uint8(HAS_SCORE)) != 0
    code, gap = reached(at_risk, on_track), table.gap[part]
    np.subtract(1.0, score, out=gap)
    np.minimum(np.maximum(progress, 0.0, out=progress), 1.0, out=progress)
    if np.count_nonzero(scored) < scored.size:
        gap *= scored
        progress *= scored
        code *= scored.view(np.uint8)
    np.bitwise_or(code, state, out=table.code[part])
    fresh = (state & np.uint8(REASON | HAS_SCORE)) == HAS_SCORE
    np.multiply(fresh, np.uint32(WHOLE), out=table.coverage[part])


def _limit(structure: Structure, inputs: Inputs, rows: slice, progress: Floats, score: Floats) -> None:
    """Score what must stay within limits, in distances of the floor; any miss is failure without one."""
    leaves, value = inputs.leaves, inputs.value[rows]
    low, high = leaves.low[rows, None], leaves.high[rows, None]
    good, fair = structure.bands_of(rows)[:2]
    by = low - value
    np.maximum(by, value - high, out=by)
    rounding = np.abs(np.where(value < low, low, high))
    rounding += np.abs(value)
    rounding *= ROUNDING
    missed = by > rounding
    np.minimum(by, _HUGE, out=by)
    by *= missed
    x = np.divide(by, leaves.floor[rows, None], out=by)
    beyond = np.subtract(2.0, x, out=rounding)
    beyond *= fair
    np.maximum(beyond, 0.0, out=beyond)
    np.subtract(good, np.multiply(x, good - fair, out=score), out=score)
    if (good <= 2.0 * fair).all():
        # The two lines meet at the floor, and there the second is the steeper one.
        np.minimum(score, beyond, out=score)
    else:
        np.copyto(score, beyond, where=x > 1)
    np.maximum(score, ~missed, out=score)
    np.subtract(1.0, x, out=progress)


_HUGE = 1e300


def _way(structure: Structure, inputs: Inputs, rows: slice, progress: Floats, score: Floats) -> None:
    """Score the way from a baseline to a target, by how much of it should be behind."""
    leaves, value, first = inputs.leaves, inputs.value[rows], structure.families[WAYS].start
    low, high = leaves.low[rows, None], leaves.high[rows, None]
    expected = inputs.expected[rows.start - first : rows.stop - first]
    np.subtract(value, low, out=progress)
    progress /= high - low
    if not np.isfinite(progress).all():
        for leaf, day in zip(*np.nonzero(~np.isfinite(progress)), strict=True):
            ends = float(low[leaf, 0]), float(high[leaf, 0])
            progress[leaf, day] = reach_progress(float(value[leaf, day]), *ends)
    np.subtract(expected, progress, out=score)
    score /= np.maximum(expected, EARLY)
    np.subtract(1.0, score, out=score)
    np.minimum(np.maximum(score, 0.0, out=score), 1.0, out=score)


def _zone(structure: Structure, inputs: Inputs, rows: slice, progress: Floats, score: Floats) -> None:
    word = inputs.value[rows].astype(np.intp)
    _WORD_PROGRESS.take(word, out=progress, mode="clip")
    _WORD_SCORE.take(word, out=score, mode="clip")


_WORD_PROGRESS = np.array([ZONE_PROGRESS[word] for word in WORDS])
_WORD_SCORE = np.array([ZONE_SCORE[word] for word in WORDS])

_SCORES = (_limit, _way, _zone)
"""How each family is scored, in the order of `Structure.families`."""
