"""The roll-up over arrays: one block of rows at a time, all days at once.

The same rules in the same order as `rollup.combined`, which says what each is for. Sums run over the slots of
a row one after another, as those of `engine_step` do, so that one node recomputed gives the same bits.
"""

from typing import NamedTuple

import numpy as np

from scorecard.graph.engine_codes import (
    AT_RISK,
    BANDS,
    BY_BEST,
    BY_WORST,
    CRITICAL_CHILD,
    DUE,
    HALF_COVERED,
    HALF_NOT_ON_TRACK,
    LOW_COVERAGE,
    NO_DATA,
    NO_VALUE,
    NOT_DUE,
    OFF_TRACK,
    OFF_TRACK_CHILDREN,
    OFF_TRACK_WEIGHT,
    ON_TRACK,
    REASON,
    SCORED,
    SEVERITY,
    Bytes,
    Flags,
    Floats,
    Places,
)
from scorecard.graph.engine_step import Steps
from scorecard.graph.engine_structure import AVERAGED, BEST, Block, Structure
from scorecard.graph.engine_table import Table, counted, freeze, one_day
from scorecard.graph.rollup import ALMOST, CRITICAL_WEIGHT, HALF

ELEMENTS = 24_000
"""How many numbers are worked on at once: what the processor's own memory holds of all arrays in use."""

FEW = 60
"""Below so many numbers the step for one node is quicker than arrays."""

_LAST_RANK = np.iinfo(np.int32).max


class _Below(NamedTuple):
    """The slots of some rows on every day: slots by rows by days.

    `weight` is that of the slots with a score, `total` their sum; `score` is 0 where there is none.
    """

    first: int
    last: int
    child: Places
    code: Bytes
    scored: Flags
    whole: bool
    weight: Floats
    total: Floats
    score: Floats
    critical: Flags


def roll_up(structure: Structure, table: Table) -> None:
    """Work out every row that has children, from those that have none."""
    steps, days = Steps(structure, table), range(len(table.days))
    with np.errstate(all="ignore"):
        for block in structure.blocks:
            rows = range(block.first, block.last)
            if len(rows) * len(days) * (2 + block.fan) > FEW:
                roll_rows(structure, table, block, block.first, block.last)
            else:
                for row in rows:
                    for day in days:
                        steps.work_out(row, day)
            freeze(structure, table, block.frozen)


def roll_one(structure: Structure, table: Table, row: int, day: int) -> None:
    """Work out one row on one day; it must not be frozen then."""
    fan = int(structure.start[row + 1] - structure.start[row])
    block = Block(row, row + 1, int(structure.way[row]), fan, fan, (0, 0))
    with np.errstate(all="ignore"):
        _roll(structure, one_day(table, day), block, row, row + 1)


def roll_rows(structure: Structure, table: Table, block: Block, first: int, last: int) -> None:
    """Work out rows of one block, a handful of arrays at a time; closed ones are not frozen yet."""
    at_once = max(1, ELEMENTS // (block.fan * len(table.days)))
    for begin in range(first, last, at_once):
        _roll(structure, table, block, begin, min(begin + at_once, last))


def _roll(structure: Structure, table: Table, block: Block, first: int, last: int) -> None:
    below = _gathered(structure, table, block, first, last)
    due, coverage = _coverage(structure, table, below, block.fan)
    if block.way == AVERAGED:
        score, progress, severity, rule = _averaged(structure, table, below)
        reason = np.zeros_like(severity)
    else:
        score, progress, severity, rule, reason = _chosen(structure, table, below, block.way)
    low = coverage < HALF_COVERED
    if low.any():
        reason[low] = LOW_COVERAGE
        withheld = low & (severity == ON_TRACK)
        severity[withheld] = NO_DATA
        rule[withheld] = 0
    none = np.isnan(score)
    if none.any():
        severity[none] = NO_DATA
        rule[none] = 0
        reason[none] = np.where(due, NO_VALUE, NOT_DUE)[none] if due is not None else NO_VALUE
        coverage[none] = 0
    rows = slice(first, last)
    table.score[rows], table.progress[rows], table.coverage[rows] = score, progress, coverage
    table.code[rows] = counted(structure, table, rows, severity | reason, score)
    table.rule[first - structure.leaves : last - structure.leaves] = rule
    _put_worst(structure, table, below, block.inner, none)


def _gathered(structure: Structure, table: Table, block: Block, first: int, last: int) -> _Below:
    slots = slice(int(structure.start[first]), int(structure.start[last]))
    shape = (last - first, block.fan)
    child = np.ascontiguousarray(structure.child[slots].reshape(shape).T)
    code = table.code.take(child, axis=0)
    scored = (code & SCORED) != 0
    whole = bool(scored.all())
    score = table.score.take(child, axis=0)
    weight = np.empty(score.shape)
    weight[...] = structure.weight[slots].reshape(shape).T[:, :, None]
    if not whole:
        weight *= scored
        np.copyto(score, 0.0, where=~scored)
    critical = structure.critical[slots].reshape(shape).T
    total = np.add.reduce(weight, axis=0)
    return _Below(first, last, child, code, scored, whole, weight, total, score, critical)


def _coverage(structure: Structure, table: Table, below: _Below, fan: int) -> tuple[Flags | None, Bytes]:
    """Return which rows have a child that is due (None where all have), and what fresh numbers cover."""
    cover = table.coverage.take(below.child, axis=0)
    weight, total, due = below.weight, below.total, None
    if not below.whole:
        counting = (below.code & DUE) != 0
        due = np.logical_or.reduce(counting, axis=0)
        if not np.array_equal(counting, below.scored):
            slots = slice(int(structure.start[below.first]), int(structure.start[below.last]))
            own = structure.weight[slots].reshape(-1, fan).T[:, :, None]
            weight = counting * own
            total = np.add.reduce(weight, axis=0)
    share = np.add.reduce(weight * cover, axis=0)
    share /= total
    np.rint(share, out=share)
    if due is not None:
        share[~due] = 0.0
    return due, share.astype(np.uint32)


def _averaged(structure: Structure, table: Table, below: _Below) -> tuple[Floats, Floats, Bytes, Bytes]:
    score = np.add.reduce(below.weight * below.score, axis=0)
    score /= below.total
    progress = _progress(structure, table, below)
    rows = slice(below.first, below.last)
    severity = np.full(score.shape, OFF_TRACK, np.uint8)
    severity -= score >= structure.at_risk[rows, None]
    severity -= score >= structure.on_track[rows, None]
    rule = np.full(score.shape, BANDS, np.uint8)
    _cap(below, severity, rule)
    return score, progress, severity, rule


def _progress(structure: Structure, table: Table, below: _Below) -> Floats:
    ways = table.progress.take(below.child, axis=0)
    np.clip(ways, 0.0, 1.0, out=ways)
    weight, total = below.weight, below.total
    if structure.ungraded:
        weight = np.where(np.isnan(ways), 0.0, weight)
        total = np.add.reduce(weight, axis=0)
    if structure.ungraded or not below.whole:
        np.copyto(ways, 0.0, where=weight == 0)
    ways *= weight
    progress: Floats = np.add.reduce(ways, axis=0)
    progress /= total
    return progress


def _cap(below: _Below, severity: Bytes, rule: Bytes) -> None:
    """Put what children that are behind impose in the place of what the bands say."""
    behind = ((below.code & SEVERITY) >= AT_RISK) & below.scored
    if not behind.any():
        return
    off = behind & ((below.code & SEVERITY) == OFF_TRACK)
    many = np.uint8 if len(off) < 256 else np.int32
    heavy = np.add.reduce(below.weight * off, axis=0) >= CRITICAL_WEIGHT * below.total * ALMOST
    half = np.add.reduce(below.weight * behind, axis=0) >= HALF * below.total * ALMOST
    several = np.add.reduce(off, axis=0, dtype=many) >= 2
    green = severity == ON_TRACK
    for breaks, name in ((half, HALF_NOT_ON_TRACK), (heavy, OFF_TRACK_WEIGHT), (several, OFF_TRACK_CHILDREN)):
        rule[breaks & green] = name
    severity[(half | heavy | several) & green] = AT_RISK
    if below.critical.any():
        critical = np.logical_or.reduce(off & below.critical[:, :, None], axis=0) & (severity != OFF_TRACK)
        severity[critical], rule[critical] = OFF_TRACK, CRITICAL_CHILD


def _chosen(
    structure: Structure, table: Table, below: _Below, way: int
) -> tuple[Floats, Floats, Bytes, Bytes, Bytes]:
    """Return what the child with the lowest or highest score hands on."""
    sign = -1.0 if way == BEST else 1.0
    ordered = np.where(below.scored, sign * quantised_all(below.score), np.inf)
    first = ordered == np.minimum.reduce(ordered, axis=0)
    rank = np.where(first, structure.rank[below.child][:, :, None], _LAST_RANK)
    slot = np.argmin(rank, axis=0)
    row = below.child[slot, np.arange(below.last - below.first)[:, None]]
    day = np.arange(len(table.days))
    none = below.total == 0
    score = np.where(none, np.nan, table.score[row, day])
    progress = np.where(none, np.nan, np.clip(table.progress[row, day], 0.0, 1.0))
    code = table.code[row, day]
    severity = code & np.uint8(SEVERITY)
    reason = np.where(severity == NO_DATA, code & REASON, 0).astype(np.uint8)
    return (
        score,
        progress,
        severity,
        np.full(score.shape, BY_BEST if way == BEST else BY_WORST, np.uint8),
        reason,
    )


def quantised_all(scores: Floats) -> Floats:
    """Return scores to 1e-9, each exactly as `measure.quantised` gives it."""
    billionths = scores * 1e9
    whole = np.rint(billionths)
    found: Floats = whole / 1e9
    # Where the product lies within its own rounding of a half, only the decimal digits can tell.
    for place in zip(*np.nonzero(np.abs(billionths - whole) > 0.499999), strict=True):
        found[place] = round(float(scores[place]), 9)
    return found


def _put_worst(structure: Structure, table: Table, below: _Below, inner: int, none: Flags) -> None:
    """Write the worst status below, how much it takes from the score, and the first key that takes it."""
    leaves = structure.leaves
    lost = below.weight * (1.0 - below.score)
    heights = ((below.code & np.uint8(SEVERITY)) + np.uint8(1)) * below.scored
    ranks = structure.rank[below.child][:, :, None]
    top = np.maximum.reduce(heights, axis=0)
    if inner:
        place = below.child[:inner] - leaves
        inside = (place >= 0) & (place < len(table.worst))
        place = np.where(inside, place, 0)
        deep = table.worst.take(place, axis=0) * below.scored[:inner] * inside[:, :, None]
        top = np.maximum(top, np.maximum.reduce(deep, axis=0))
        deep_lost = below.weight[:inner] * table.lost.take(place, axis=0)
        np.copyto(deep_lost, -1.0, where=deep != top)
    np.copyto(lost, -1.0, where=heights != top)
    most = np.maximum.reduce(lost, axis=0)
    if inner:
        most = np.maximum(most, np.maximum.reduce(deep_lost, axis=0))
    least = most * ALMOST
    rank = np.minimum.reduce(np.where(lost >= least, ranks, _LAST_RANK), axis=0)
    if inner:
        deep_rank = np.where(deep_lost >= least, table.worst_rank.take(place, axis=0), _LAST_RANK)
        rank = np.minimum(rank, np.minimum.reduce(deep_rank, axis=0))
    rows = slice(below.first - leaves, below.last - leaves)
    table.total[rows] = below.total
    most /= below.total
    if none.any():
        top[none], most[none] = 0, 0.0
    table.worst[rows], table.lost[rows], table.worst_rank[rows] = top, most, rank
