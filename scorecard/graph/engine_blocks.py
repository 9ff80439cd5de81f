"""The slots of the roll-up: what the rows with children gather from below, in blocks done at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scorecard.graph.engine_codes import Bytes, Flags, Floats, Places

SPARE = 800
"""How many slots may be filled up in order to work through two runs of rows at once."""


class Block(NamedTuple):
    """Rows from `first` to before `last`, each with `fan` slots of which the first `inner` may have children.

    `way` is how they follow from their children, `frozen` the part of the frozen rows that lies among them,
    `at` where their slots begin.
    """

    first: int
    last: int
    way: int
    fan: int
    inner: int
    frozen: tuple[int, int]
    at: int = 0


class Slots(NamedTuple):
    """What the rows of all blocks gather, one block after the other: each as slots by rows.

    After its `fan` slots of children a block has its first `inner` ones once more, leading to what is worst
    below those children. `critical` is empty where no child is.
    """

    child: Places
    weight: Floats
    critical: Flags

    def of(self, block: Block, rows: slice) -> tuple[Places, Floats, Flags | None]:
        """Return the slots of some rows of a block, their weights as slots by rows by one day."""
        width = block.last - block.first
        end = block.at + (block.fan + block.inner) * width
        here = slice(rows.start - block.first, rows.stop - block.first)
        child = self.child[block.at : end].reshape(-1, width)[:, here]
        weight = self.weight[block.at : end].reshape(-1, width)[:, here, None]
        if not len(self.critical):
            return child, weight, None
        return child, weight, self.critical[block.at : end].reshape(-1, width)[: block.fan, here, None]


class Links(NamedTuple):
    """What counts in what, by places among the nodes that are not archived, ordered by parent."""

    parent: Places
    child: Places
    weight: Floats
    critical: Flags


def blocks_of(height: Places, way: Bytes, fan: Places, frozen: Places) -> list[Block]:
    """Return the runs of rows that are worked through at once, joined where that costs little."""
    rows = np.flatnonzero(fan)
    if not len(rows):
        return []
    first = int(rows[0])
    like = np.stack([height[first:], way[first:], fan[first:]])
    starts = first + np.flatnonzero(np.any(np.diff(like, prepend=-1), axis=0))
    found: list[list[int]] = []
    ends = [*starts[1:].tolist(), len(height)]
    kinds = zip(height[starts].tolist(), way[starts].tolist(), fan[starts].tolist(), strict=True)
    for begins, ends_at, (high, kind, wide) in zip(starts.tolist(), ends, kinds, strict=True):
        joined = found[-1] if found else None
        if joined and joined[2:4] == [high, kind] and (joined[1] - joined[0]) * (wide - joined[4]) <= SPARE:
            joined[1], joined[4] = ends_at, wide
        else:
            found.append([begins, ends_at, high, kind, wide])
    marks = np.searchsorted(frozen, [[begins, ends_at] for begins, ends_at, *_ in found]).tolist()
    return [
        Block(begins, ends_at, kind, wide, wide, (low, after))
        for (begins, ends_at, _, kind, wide), (low, after) in zip(found, marks, strict=True)
    ]


def in_rows(links: Links, row_of: Places, leaves: int) -> Links:
    """Return the links by rows, ordered by parent, in each those first whose child has children."""
    parent, child = row_of[links.parent], row_of[links.child]
    order = np.lexsort((child < leaves, parent))
    return Links(parent[order], child[order], links.weight[order], links.critical[order])


Placed = tuple[tuple[Block, ...], Slots]
"""Blocks that know where their slots begin, and the slots."""


def slots_of(links: Links, blocks: Sequence[Block], leaves: int, size: int) -> Placed:
    """Return the blocks placed, and their slots filled from links by rows."""
    if not blocks:
        return (), Slots(np.empty(0, np.intp), np.empty(0), np.empty(0, np.bool_))
    firsts = np.array([block.first for block in blocks])
    inner = np.bincount(links.parent[links.child >= leaves], minlength=size)
    most = np.maximum.reduceat(inner, firsts)
    width = np.diff(firsts, append=size)
    fan = np.array([block.fan for block in blocks])
    ends = np.cumsum((fan + most) * width)
    at = ends - (fan + most) * width
    child = np.full(ends[-1], size)
    weight = np.zeros(len(child))
    of = np.searchsorted(firsts, links.parent, "right") - 1
    nth = np.arange(len(of)) - np.searchsorted(links.parent, links.parent)
    place = at[of] + nth * width[of] + links.parent - firsts[of]
    above = np.flatnonzero(links.child >= leaves)
    again = (place + fan[of] * width[of])[above]
    child[place], weight[place] = links.child, links.weight
    child[again], weight[again] = links.child[above] + (size - leaves + 1), links.weight[above]
    critical = np.zeros(len(child) if links.critical.any() else 0, np.bool_)
    if len(critical):
        critical[place] = links.critical
    found = zip(blocks, most.tolist(), at.tolist(), strict=True)
    placed = tuple(block._replace(inner=wide, at=first) for block, wide, first in found)
    return placed, Slots(child, weight, critical)
