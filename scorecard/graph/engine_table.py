"""What the engine works out, row by row and day by day, and how one node's standing is read from it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from scorecard.graph.engine_codes import (
    DUE,
    NO_TARGET,
    NO_VALUE,
    NOT_DUE,
    REASON,
    SCORED,
    WHOLE,
    Bytes,
    Flags,
    Floats,
    Places,
    Shares,
)
from scorecard.graph.engine_structure import Structure


class Table(NamedTuple):
    """How every row stands on every day: two-dimensional arrays, rows by days.

    `score` and `progress` are NaN where there is none. Coverage is in billionths. The last row never counts.
    What only nodes with children have stands in arrays without the leaves: `rule`, the weight with a score
    `total`, and the worst below as
    `worst` (its severity plus 1, 0 for none), `lost` and `worst_rank`. `taking_part` tells for each cycle
    on which days its nodes count.
    """

    days: tuple[date, ...]
    score: Floats
    progress: Floats
    coverage: Shares
    code: Bytes
    rule: Bytes
    total: Floats
    worst: Bytes
    lost: Floats
    worst_rank: Places
    taking_part: Flags

    def bytes_held(self) -> int:
        """Return the room its arrays take."""
        return sum(each.nbytes for each in self if isinstance(each, np.ndarray))


def empty_table(structure: Structure, days: Sequence[date]) -> Table:
    """Return a table in which nothing has been judged; nodes without children have no target already."""
    shape = (structure.size + 1, len(days))
    above = (structure.size - structure.leaves, len(days))
    table = Table(
        days=tuple(days),
        score=np.full(shape, np.nan),
        progress=np.full(shape, np.nan),
        coverage=np.zeros(shape, np.uint32),
        code=np.zeros(shape, np.uint8),
        rule=np.zeros(above, np.uint8),
        total=np.zeros(above),
        worst=np.zeros(above, np.uint8),
        lost=np.zeros(above),
        worst_rank=np.zeros(above, np.int32),
        taking_part=structure.taking_part(days),
    )
    first = structure.blocks[0].first if structure.blocks else structure.size
    childless = slice(structure.leaves, first)
    table.code[childless] = NO_TARGET | (DUE * table.taking_part[structure.cycle[childless]])
    low = int(np.searchsorted(structure.frozen.row, structure.leaves))
    freeze(structure, table, (low, int(np.searchsorted(structure.frozen.row, first))))
    return table


def one_day(table: Table, day: int) -> Table:
    """Return the part of a table that is one of its days; what is written there is written to the whole."""
    at = slice(day, day + 1)
    parts = {name: each[:, at] for name, each in table._asdict().items() if name != "days"}
    return Table(days=table.days[at], **parts)


def counted(structure: Structure, table: Table, rows: Places | slice, code: Bytes, score: Floats) -> Bytes:
    """Return bytes of status and reason together with whether they count in a parent, and with a score."""
    due = table.taking_part[structure.cycle[rows]] & ((code & REASON) != NOT_DUE)
    found: Bytes = code | (due * np.uint8(DUE)) | ((due & ~np.isnan(score)) * np.uint8(SCORED))
    return found


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
    score, severity = frozen.score[where], frozen.severity[where]
    table.score[row, at], table.progress[row, at] = score, frozen.progress[where]
    graded = ~np.isnan(score)
    table.coverage[row, at] = graded * np.uint32(WHOLE)
    coloured = graded | (severity > 0)
    code = severity | np.where(coloured, 0, NO_VALUE).astype(np.uint8)
    due = table.taking_part[structure.cycle[row], at]
    table.code[row, at] = code | due * np.uint8(DUE) | (due & graded) * np.uint8(SCORED)
    _freeze_worst(structure, table, row, at)


def _freeze_worst(structure: Structure, table: Table, row: Places, at: Places) -> None:
    """Make closed nodes with children the worst of all below themselves."""
    above = row >= structure.leaves
    row, at = row[above], at[above]
    place = row - structure.leaves
    table.rule[place, at] = 0
    table.worst[place, at] = (table.code[row, at] & 3) + 1
    table.lost[place, at] = 1.0 - table.score[row, at]
    table.worst_rank[place, at] = structure.rank[row]
