"""The roll-up over arrays: one block of rows at a time, all days at once.

The same rules in the same order as `rollup.combined`, which says what each is for. There are as few calls as
can be, since for a plan of ordinary size it is the calls that cost.
"""

from typing import NamedTuple

import numpy as np

from scorecard.graph.engine_blocks import Block, Slots
from scorecard.graph.engine_codes import (
    AT_RISK,
    DUE,
    HALF_COVERED,
    HAS_SCORE,
    HEIGHT,
    LAST_RANK,
    LOW_COVERAGE,
    NO_DATA,
    NO_VALUE,
    NOT_DUE,
    OFF_TRACK,
    ON_TRACK,
    REASON,
    SCORED,
    STATUS,
    WHOLE,
    Bytes,
    Flags,
    Floats,
    Places,
    Shares,
    reached,
)
from scorecard.graph.engine_step import Steps
from scorecard.graph.engine_structure import AVERAGED, BEST, Structure
from scorecard.graph.engine_table import Table, freeze, one_day
from scorecard.graph.rollup import ALMOST, CRITICAL_WEIGHT, HALF

ELEMENTS = 24_000
"""How many numbers are worked on at once: what the processor's own memory holds of all arrays in use."""

FEW = 50
"""Below so many numbers the step for one node is quicker than arrays."""


class _Below(NamedTuple):
    """The slots of some rows on every day: slots by rows by days.

    `weight` is that of slots with a score, `total` its sum over the children, by rows by days; where all
    children have a score on all days, `complete`, it has a single day. The first `fan` slots are the
    children; the others lead to what is worst below the first of them. `lost` is what each takes from the
    score, weighted.
    """

    rows: slice
    fan: int
    child: Places
    own: Floats
    critical: Flags | None
    complete: bool
    code: Bytes
    weight: Floats
    total: Floats
    lost: Floats


def roll_up(structure: Structure, table: Table, steps: Steps) -> None:
    """Work out every row that has children, from those that have none."""
    days = range(len(table.days))
    with np.errstate(all="ignore"):
        for block in structure.blocks:
            rows = range(block.first, block.last)
            if len(rows) * len(days) * (2 + block.fan) > FEW:
                at_once = max(1, ELEMENTS // (block.fan * len(days)))
                for first in range(block.first, block.last, at_once):
                    some = slice(first, min(first + at_once, block.last))
                    _roll_block(structure, table, structure.slots, block, some)
            else:
                for row in rows:
                    for day in days:
                        steps.work_out(row, day)
            if block.frozen[0] < block.frozen[1]:
                freeze(structure, table, block.frozen)


def roll_one(structure: Structure, table: Table, row: int, day: int) -> None:
    """Work out one row on one day; it must not be frozen then."""
    block, slots = structure.alone(row)
    with np.errstate(all="ignore"):
        _roll_block(structure, one_day(table, day), slots, block, slice(row, row + 1))


def _roll_block(structure: Structure, table: Table, slots: Slots, block: Block, rows: slice) -> None:
    below = _gathered(table, slots, block, rows)
    _put_worst(structure, table, below)
    rolled = _averaged if block.way == AVERAGED else _chosen
    table.gap[rows], table.progress[rows], code = rolled(structure, table, below, block.way)
    coverage = table.coverage.take(below.child[: block.fan], axis=0)
    fresh = np.minimum.reduce(coverage, axis=None) == WHOLE
    if fresh and below.complete:
        table.coverage[rows] = WHOLE
    else:
        code = _put_coverage(table, below, coverage, code)
    if not table.all_take_part:
        away = ~table.taking_part[structure.cycle[rows]]
        code[away] &= np.uint8(~(DUE | SCORED) & 255)
    table.code[rows] = code


def _gathered(table: Table, slots: Slots, block: Block, rows: slice) -> _Below:
    fan = block.fan
    child, own, critical = slots.of(block, rows)
    code = table.code.take(child, axis=0)
    complete = bool(np.minimum.reduce(code[:fan], axis=None) >= SCORED)
    if complete:
        total = np.add.reduce(own[:fan], axis=0)
        # Three products with a weight for each day take less time than with one that stands for all of them.
        weight = np.repeat(own, code.shape[2], axis=2) if code.shape[2] > 1 else own
    else:
        code[fan:] *= code[: block.inner] >= SCORED
        weight = own * (code >= SCORED)
        total = np.add.reduce(weight[:fan], axis=0)
    lost = table.gap.take(child, axis=0)
    lost *= weight
    return _Below(rows, fan, child, own, critical, complete, code, weight, total, lost)


def _put_coverage(table: Table, below: _Below, coverage: Shares, code: Bytes) -> Bytes:
    """Write the coverage of rows below which something is missing or old; return what that makes of them."""
    fan, due = below.fan, below.total
    counts = below.code[:fan] & np.uint8(SCORED | DUE)
    if (counts == DUE).any():
        due = np.add.reduce(below.own[:fan] * (counts != 0), axis=0)
    covered = np.add.reduce(below.weight[:fan] * coverage, axis=0)
    covered /= due
    np.rint(covered, out=covered)
    low = covered < HALF_COVERED
    # A low coverage withholds green alone, whatever reason stood there.
    green = low & ((code & np.uint8(STATUS)) == ON_TRACK)
    code = np.where(low, code & np.uint8(~REASON & 255) | np.uint8(LOW_COVERAGE), code)
    code = np.where(green, code & np.uint8(~STATUS & 255), code)
    none = below.total == 0.0
    table.coverage[below.rows] = np.where(none, 0.0, covered)
    return np.where(none, np.where(due > 0.0, np.uint8(NO_VALUE | DUE), np.uint8(NOT_DUE)), code)


_Rolled = tuple[Floats, Floats, Bytes]
"""What is missing from the score, the progress, and the byte as far as it follows from them."""


def _averaged(structure: Structure, table: Table, below: _Below, way: int) -> _Rolled:
    fan, total = below.fan, below.total
    parts, known = table.progress.take(below.child[:fan], axis=0), total
    if structure.ungraded:
        missing = np.isnan(parts)
        known = np.add.reduce(np.where(missing, 0.0, below.weight[:fan]), axis=0)
        np.copyto(parts, 0.0, where=missing)
    parts *= below.weight[:fan]
    gap, progress = np.add.reduce(below.lost[:fan], axis=0), np.add.reduce(parts, axis=0)
    gap /= total
    progress /= known
    if not below.complete:
        none = total == 0.0
        gap[none] = progress[none] = 0.0
    score = 1.0 - gap
    _, _, good, fair = structure.bands_of(below.rows)
    return gap, progress, _capped(below, score >= good, score >= fair)


def _capped(below: _Below, on_track: Flags, at_risk: Flags) -> Bytes:
    """Return the bytes that the bands give, less what children that are behind take away from them."""
    behind = below.code[: below.fan] >= _BEHIND
    if np.count_nonzero(behind[0]):
        held = np.add.reduce(behind * below.weight[: below.fan], axis=1)
        too_much = np.logical_or.reduce(held >= _TOO_MUCH * below.total, axis=0)
        many = np.uint8 if below.fan < 256 else np.int32
        too_much |= np.add.reduce(behind[1], axis=0, dtype=many) >= 2
        on_track = on_track > too_much
        if below.critical is not None:
            critical = np.logical_or.reduce(behind[1] & below.critical, axis=0)
            on_track, at_risk = on_track > critical, at_risk > critical
    return reached(at_risk, on_track, HAS_SCORE | DUE | SCORED)


_BEHIND = np.array([SCORED | AT_RISK, SCORED | OFF_TRACK], np.uint8)[:, None, None, None]
_TOO_MUCH = np.array([HALF * ALMOST, CRITICAL_WEIGHT * ALMOST])[:, None, None]
"""The share of the weight that may not be behind, and that may not be off track."""


def _chosen(structure: Structure, table: Table, below: _Below, way: int) -> _Rolled:
    """Return what the child with the lowest or highest score hands on; ties by key."""
    child = below.child[: below.fan]
    sign = -1.0 if way == BEST else 1.0
    scored = (below.weight[: below.fan] > 0) & np.ones(table.code.shape[1], np.bool_)
    ordered = np.where(scored, sign * quantised_all(1.0 - table.gap.take(child, axis=0)), np.inf)
    first = scored & (ordered == np.minimum.reduce(ordered, axis=0))
    rank = np.where(first, structure.rank.take(child)[:, :, None], LAST_RANK)
    slot = np.argmin(rank, axis=0)
    row = child[slot, np.arange(slot.shape[0])[:, None]]
    day = np.arange(slot.shape[1])
    code = table.code[row, day]
    kept = np.where((code & np.uint8(STATUS)) == NO_DATA, np.uint8(REASON), np.uint8(STATUS))
    gap, progress = table.gap[row, day], table.progress[row, day]
    none = below.total == 0.0
    gap[np.broadcast_to(none, gap.shape)] = progress[np.broadcast_to(none, gap.shape)] = 0.0
    return gap, progress, code & kept | np.uint8(HAS_SCORE | DUE | SCORED)


def quantised_all(scores: Floats) -> Floats:
    """Return scores to 1e-9, each exactly as `measure.quantised` gives it."""
    billionths = scores * 1e9
    whole = np.rint(billionths)
    found: Floats = whole / 1e9
    # Where the product lies within its own rounding of a half, only the decimal digits can tell.
    for place in zip(*np.nonzero(np.abs(billionths - whole) > 0.499999), strict=True):
        found[place] = round(float(scores[place]), 9)
    return found


def _put_worst(structure: Structure, table: Table, below: _Below) -> None:
    """Write the worst status below, how much it takes from the score, and the first key that takes it.

    Arithmetic stands for every choice between two numbers: a branch guessed wrong costs five times as much.
    """
    fan, first = below.fan, 1 - structure.leaves
    rows = slice(below.rows.start + first, below.rows.stop + first)
    height = below.code & np.uint8(HEIGHT)
    top = np.maximum.reduce(height, axis=0)
    bad = height == top
    lost = below.lost * bad
    most = np.maximum.reduce(lost, axis=0)
    bad &= lost >= most * ALMOST
    # What is not as bad gets the last rank of all.
    beyond = np.subtract(bad, 1, dtype=np.uint32)
    ranks = structure.rank.take(below.child[:fan])[:, :, None] | beyond[:fan]
    rank = np.minimum.reduce(ranks, axis=0)
    if fan < len(beyond):
        deep = table.worst_rank.take(below.child[fan:] - structure.size, axis=0) | beyond[fan:]
        np.minimum(rank, np.minimum.reduce(deep, axis=0), out=rank)
    most /= below.total
    if not below.complete:
        none = below.total == 0.0
        top[none], most[none] = 0, 0.0
    table.worst[rows], table.worst_rank[rows] = top, rank
    table.lost[rows], table.total[rows] = most, below.total
