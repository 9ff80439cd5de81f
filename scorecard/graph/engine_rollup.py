"""The roll-up over arrays: one block of rows at a time, all days at once.

The same rules in the same order as `rollup.combined`, which says what each is for. There are as few calls as
can be, since for a plan of ordinary size it is the calls that cost.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scorecard.graph.engine_codes import (
    AT_RISK,
    DUE,
    HALF_COVERED,
    HAS_SCORE,
    HEIGHT,
    LOW_COVERAGE,
    NO_DATA,
    NO_VALUE,
    NOT_DUE,
    OFF_TRACK,
    ON_TRACK,
    REASON,
    SCORED,
    STATUS,
    Anything,
    Bytes,
    Flags,
    Floats,
    Places,
    reached,
)
from scorecard.graph.engine_step import Steps
from scorecard.graph.engine_structure import AVERAGED, BEST, Block, Structure
from scorecard.graph.engine_table import Table, freeze, one_day
from scorecard.graph.rollup import ALMOST, CRITICAL_WEIGHT, HALF

ELEMENTS = 24_000
"""How many numbers are worked on at once: what the processor's own memory holds of all arrays in use."""

FEW = 60
"""Below so many numbers the step for one node is quicker than arrays."""

_LAST_RANK = np.int32(np.iinfo(np.int32).max)


class _Below(NamedTuple):
    """The slots of some rows on every day: slots by rows by days.

    `own` is the weight of each slot, `weight` that of those with a score, `total` its sum; `marks` are score
    and progress.
    """

    rows: slice
    child: Places
    own: Floats
    code: Bytes
    weight: Floats
    total: Floats
    marks: Floats
    critical: Flags | None


def roll_up(structure: Structure, table: Table, steps: Steps) -> None:
    """Work out every row that has children, from those that have none."""
    days = range(len(table.days))
    with np.errstate(all="ignore"):
        for block in structure.blocks:
            rows = range(block.first, block.last)
            if len(rows) * len(days) * (2 + block.fan) > FEW:
                _roll_block(structure, table, block)
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
        _roll_block(structure, one_day(table, day), block)


def _roll_block(structure: Structure, table: Table, block: Block) -> None:
    at_once = max(1, ELEMENTS // (block.fan * len(table.days)))
    for first in range(block.first, block.last, at_once):
        below = _gathered(structure, table, block, slice(first, min(first + at_once, block.last)))
        _put_worst(structure, table, below, block.inner)
        _roll(structure, table, block, below)


def _gathered(structure: Structure, table: Table, block: Block, rows: slice) -> _Below:
    slots = slice(structure.start[rows.start], structure.start[rows.stop])
    shape = (-1, block.fan)
    child = np.ascontiguousarray(structure.child[slots].reshape(shape).T)
    own = structure.weight[slots].reshape(shape).T[:, :, None]
    code = table.code.take(child, axis=0)
    weight = own * (code >= SCORED)
    critical = structure.critical[slots].reshape(shape).T if structure.has_critical else None
    marks = table.marks.take(child, axis=1)
    return _Below(rows, child, own, code, weight, np.add.reduce(weight, axis=0), marks, critical)


def _roll(structure: Structure, table: Table, block: Block, below: _Below) -> None:
    rows, due = below.rows, below.total
    if ((below.code & np.uint8(SCORED | DUE)) == DUE).any():
        due = np.add.reduce(below.own * ((below.code & np.uint8(DUE)) != 0), axis=0)
    coverage = np.add.reduce(below.weight * table.coverage.take(below.child, axis=0), axis=0)
    coverage /= due
    np.rint(coverage, out=coverage)
    rolled = _averaged if block.way == AVERAGED else _chosen
    marks, severity, reason = rolled(structure, table, below, block.way)
    low = coverage < HALF_COVERED
    if low.any():
        reason = np.where(low, LOW_COVERAGE, reason).astype(np.uint8)
        severity = np.where(low & (severity == ON_TRACK), NO_DATA, severity).astype(np.uint8)
    code = severity | reason | np.uint8(HAS_SCORE | DUE | SCORED)
    none = below.total == 0.0
    if none.any():
        marks = np.where(none, 0.0, marks)
        coverage[none] = 0.0
        code[none] = np.where(due > 0.0, NO_VALUE | DUE, NOT_DUE)[none]
    if not table.all_take_part:
        away = ~table.taking_part[structure.cycle[rows]]
        code[away] &= np.uint8(~(DUE | SCORED) & 255)
    table.marks[:, rows], table.coverage[rows], table.code[rows] = marks, coverage, code


_Rolled = tuple[Floats, Bytes, Bytes | int]
"""Score and progress of every row in one array, the status, and why there is none."""


def _averaged(structure: Structure, table: Table, below: _Below, way: int) -> _Rolled:
    parts = below.marks
    if structure.ungraded:
        known = np.where(np.isnan(parts[1]), 0.0, below.weight)
        np.copyto(parts, 0.0, where=np.isnan(parts))
        total = np.array([below.total, np.add.reduce(known, axis=0)])
    else:
        total = below.total
    parts *= below.weight
    marks = np.add.reduce(parts, axis=1)
    marks /= total
    on_track, at_risk = (marks[0] >= each for each in structure.bands_of(below.rows)[2:])
    return marks, _capped(below, reached(at_risk, on_track)), 0


def _capped(below: _Below, status: Bytes) -> Bytes:
    """Return the status that children impose where they are behind, over what the bands say."""
    behind = below.code >= np.uint8(SCORED | AT_RISK)
    if not behind.any():
        return status
    off = below.code >= np.uint8(SCORED | OFF_TRACK)
    held = np.add.reduce(below.weight * behind, axis=0)
    too_much = held >= HALF * below.total * ALMOST
    if off.any():
        held = np.add.reduce(below.weight * off, axis=0)
        too_much |= held >= CRITICAL_WEIGHT * below.total * ALMOST
        too_much |= np.add.reduce(off, axis=0, dtype=np.uint8 if len(off) < 256 else np.int32) >= 2
    too_much &= status == ON_TRACK
    status = status + too_much.view(np.uint8) * np.uint8(AT_RISK - ON_TRACK)
    if below.critical is not None:
        critical = np.logical_or.reduce(off & below.critical[:, :, None], axis=0)
        status = np.where(critical, np.uint8(OFF_TRACK), status)
    return status


def _chosen(structure: Structure, table: Table, below: _Below, way: int) -> _Rolled:
    """Return what the child with the lowest or highest score hands on; ties by key."""
    sign = -1.0 if way == BEST else 1.0
    scored = below.weight > 0
    ordered = np.where(scored, sign * quantised_all(below.marks[0]), np.inf)
    first = scored & (ordered == np.minimum.reduce(ordered, axis=0))
    rank = np.where(first, structure.rank[below.child][:, :, None], _LAST_RANK)
    slot = np.argmin(rank, axis=0)
    row = below.child[slot, np.arange(slot.shape[0])[:, None]]
    day = np.arange(slot.shape[1])
    code = table.code[row, day]
    severity = code & np.uint8(STATUS)
    reason = np.where(severity == NO_DATA, code & REASON, 0).astype(np.uint8)
    return table.marks[:, row, day], severity, reason


def quantised_all(scores: Floats) -> Floats:
    """Return scores to 1e-9, each exactly as `measure.quantised` gives it."""
    billionths = scores * 1e9
    whole = np.rint(billionths)
    found: Floats = whole / 1e9
    # Where the product lies within its own rounding of a half, only the decimal digits can tell.
    for place in zip(*np.nonzero(np.abs(billionths - whole) > 0.499999), strict=True):
        found[place] = round(float(scores[place]), 9)
    return found


def _put_worst(structure: Structure, table: Table, below: _Below, inner: int) -> None:
    """Write the worst status below, how much it takes from the score, and the first key that takes it."""
    place = np.maximum(below.child[:inner] - (structure.leaves - 1), 0)
    heights = below.code & np.uint8(HEIGHT)
    deep = table.worst.take(place, axis=0) * (heights[:inner] >= SCORED)
    top = np.maximum.reduce(heights, axis=0)
    lost = 1.0 - below.marks[0]
    lost *= below.weight
    ranks = structure.rank.take(below.child)[:, :, None]
    found = [_Candidates(heights, lost, ranks)]
    if inner:
        top = np.maximum(top, np.maximum.reduce(deep, axis=0))
        deep_lost = below.weight[:inner] * table.lost.take(place, axis=0)
        found.append(_Candidates(deep, deep_lost, table.worst_rank.take(place, axis=0)))
    most, rank = _largest(found, top)
    first = 1 - structure.leaves
    rows = slice(below.rows.start + first, below.rows.stop + first)
    table.worst[rows] = top * (top >= SCORED)
    table.worst_rank[rows], table.total[rows] = rank, below.total
    table.lost[rows] = np.divide(most, below.total, out=np.zeros_like(most), where=below.total > 0.0)


class _Candidates(NamedTuple):
    """Nodes below that may be the worst: how bad they are, what they take from the score, and their ranks."""

    height: Bytes
    lost: Floats
    rank: Places


def _largest(candidates: Sequence[_Candidates], top: Bytes) -> tuple[Floats, Places]:
    """Return the most that is taken by one as bad as the worst, and the first key that takes it.

    Arithmetic stands for every choice between two numbers: a branch guessed wrong costs five times as much.
    """
    worst = [each.height == top for each in candidates]
    lost = [each.lost * bad for each, bad in zip(candidates, worst, strict=True)]
    most = _best(np.maximum, [np.maximum.reduce(each, axis=0) for each in lost])
    least = most * ALMOST
    firsts = []
    for each, bad, taken in zip(candidates, worst, lost, strict=True):
        bad &= taken >= least
        beyond = np.subtract(bad, 1, dtype=np.int32) & _LAST_RANK
        firsts.append(np.minimum.reduce(each.rank | beyond, axis=0))
    return most, _best(np.minimum, firsts)


def _best(choose: np.ufunc, parts: Sequence[Anything]) -> Anything:
    best: Anything = parts[0] if len(parts) == 1 else choose(*parts)
    return best
