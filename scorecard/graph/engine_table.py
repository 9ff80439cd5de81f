"""What the engine works out, row by row and day by day, and how one node's standing is read from it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from scorecard.graph.engine_codes import (
    DUE,
    HAS_SCORE,
    LAST_RANK,
    NO_TARGET,
    NO_VALUE,
    SCORED,
    WHOLE,
    Bytes,
    Flags,
    Floats,
    Ranks,
    Shares,
)
from scorecard.graph.engine_structure import Structure


class Table(NamedTuple):
    """How every row stands on every day: arrays of rows by days.

    `gap` is what is missing from a score of 1, `progress` what parents take of it, 0..1; both are 0 without a
    score, and a progress that is missing beside one is NaN. Coverage is in billionths. The row after all
    nodes never counts. What only nodes with children have stands in arrays that begin with an empty row and
    have no leaves: the weight with a score `total`, and the worst below as `worst` (the byte of a scored one,
    0 for none), `lost` and `worst_rank`. The first two are the ends of `code` and `gap`, to be gathered
    together with them. `taking_part` tells for each cycle on which days its nodes count.
    """

    days: tuple[date, ...]
    gap: Floats
    progress: Floats
    coverage: Shares
    code: Bytes
    total: Floats
    worst: Bytes
    lost: Floats
    worst_rank: Ranks
    taking_part: Flags
    all_take_part: bool

    def bytes_held(self) -> int:
        """Return the room its arrays take."""
        return sum(each.nbytes for each in self if isinstance(each, np.ndarray) and each.base is None)


def empty_table(structure: Structure, days: Sequence[date]) -> Table:
    """Return a table in which nothing has been judged; nodes without children have no target already."""
    size, above = structure.size, structure.size - structure.leaves + 1
    taking_part = structure.taking_part(days)
    gap, code = np.zeros((size + above, len(days))), np.zeros((size + above, len(days)), np.uint8)
    table = Table(
        days=tuple(days),
        gap=gap,
        progress=np.zeros((size + 1, len(days))),
        coverage=np.zeros((size + 1, len(days)), np.uint32),
        code=code,
        total=np.zeros((above, len(days))),
        worst=code[size:],
        lost=gap[size:],
        worst_rank=np.full((above, len(days)), LAST_RANK),
        taking_part=taking_part,
        all_take_part=bool(taking_part.all()),
    )
    # What never counts must not stand out among what does: it has no weight, and no child is less bad.
    table.code[size], table.coverage[size] = SCORED | DUE, WHOLE
    first = structure.blocks[0].first if structure.blocks else size
    childless = slice(structure.leaves, first)
    table.code[childless] = NO_TARGET | (DUE * taking_part[structure.cycle[childless]])
    low = int(np.searchsorted(structure.frozen.row, structure.leaves))
    freeze(structure, table, (low, int(np.searchsorted(structure.frozen.row, first))))
    return table


def one_day(table: Table, day: int) -> Table:
    """Return the part of a table that is one of its days; what is written there is written to the whole."""
    parts: dict[str, Any] = {
        name: each[..., day : day + 1]
        for name, each in table._asdict().items()
        if isinstance(each, np.ndarray)
    }
    return table._replace(days=table.days[day : day + 1], **parts)


def freeze(structure: Structure, table: Table, part: tuple[int, int]) -> None:
    """Put the grades of closed nodes, a part of them all, in the place of what was computed."""
    low, high = part
    if low == high:
        return
    frozen = structure.frozen
    days = np.array([day.toordinal() for day in table.days])
    where, at = np.nonzero(days >= frozen.since[low:high, None])
    where += low
    row = frozen.row[where]
    score, status = frozen.score[where], frozen.status[where]
    graded = ~np.isnan(score)
    gap, progress = np.where(graded, [1.0 - score, np.clip(frozen.progress[where], 0.0, 1.0)], 0.0)
    table.gap[row, at], table.progress[row, at] = gap, progress
    table.coverage[row, at] = graded * np.uint32(WHOLE)
    code = status | np.where(graded | (status > 0), 0, NO_VALUE).astype(np.uint8)
    due = table.taking_part[structure.cycle[row], at]
    code |= due * np.uint8(DUE) | (due & graded) * np.uint8(SCORED) | graded * np.uint8(HAS_SCORE)
    table.code[row, at] = code
    above = row >= structure.leaves
    row, at = row[above], at[above]
    place = row - structure.leaves + 1
    table.worst[place, at] = status[above] | SCORED
    table.lost[place, at] = gap[above]
    table.worst_rank[place, at] = structure.rank[row]
