"""A plan's cascade as arrays: every node a row, every contribution a slot, in the order they are worked on.

Rows are the nodes that are not archived: first the leaves of the roll-up by family of measures, then the
others by height, policy and fan-out, so that children come before their parents. A block is a run of rows
that are alike in all three; it may hold some with fewer children, whose further slots lead to a row that
never counts.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain, repeat
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from scorecard.domain.measure import AtLeast, AtMost, Bands, Between, Measure, Milestone, Reach, Zones
from scorecard.domain.period import Period
from scorecard.domain.schema import Grade
from scorecard.domain.vocabulary import Lifecycle, Policy
from scorecard.graph.engine_blocks import Block, Links, Slots, blocks_of, in_rows, slots_of
from scorecard.graph.engine_codes import (
    LAST_RANK,
    STATUS_BYTE,
    Bytes,
    Flags,
    Floats,
    Places,
    Ranks,
    threshold,
)
from scorecard.graph.plan import Plan

AVERAGED, WORST, BEST = 0, 1, 2
_WAYS: Mapping[Policy | None, int] = {
    Policy.mean: AVERAGED,
    Policy.judged: AVERAGED,
    Policy.worst: WORST,
    Policy.best: BEST,
}

_LOW = 40
"""Heights up to which all links are looked at together; beyond, a plan is walked node by node."""


class Frozen(NamedTuple):
    """The closed nodes that keep their grade, by row: from which day on (its ordinal), and what it is."""

    row: Places
    since: Places
    score: Floats
    progress: Floats
    status: Bytes


class Structure(NamedTuple):
    """The arrays of a plan's cascade; nothing in them depends on a value or a day.

    Row `len(keys)` is the one that never counts. `families` are the leaves by family of measures. The
    children of a row run from `start[row]` to `start[row + 1]`, those first that have children themselves,
    its parents from `up_start[row]`. `rank` is a key's place in the order of keys, by which ties are broken,
    `cycle` a node's place in `cycles`, the last one where it has none. `bands` has four lines: where on track
    and at risk begin, and the same for scores before they are rounded; one column for all where no node has
    bands of its own. `ungraded` tells whether a node may have a score and no progress, `has_critical` whether
    any child is critical.
    """

    keys: tuple[str, ...]
    rows: dict[str, int]
    leaves: int
    families: tuple[slice, ...]
    start: Places
    child: Places
    weight: Floats
    critical: Flags
    up_start: Places
    up: Places
    up_weight: Floats
    blocks: tuple[Block, ...]
    slots: Slots
    way: Bytes
    rank: Ranks
    by_rank: tuple[str, ...]
    bands: Floats
    cycle: Places
    cycles: tuple[Period | None, ...]
    frozen: Frozen
    ungraded: bool
    has_critical: bool

    @property
    def own_bands(self) -> bool:
        """Tell whether any node has other bands than the plan."""
        return len(self.bands[0]) > 1

    def bands_of(self, rows: slice) -> Floats:
        """Return the four lines of the bands of some rows, to be held against rows by days."""
        return self.bands[:, rows if self.own_bands else _ALL, None]

    def alone(self, row: int) -> tuple[Block, Slots]:
        """Return a row that has children as a block of its own."""
        here = slice(self.start[row], self.start[row + 1])
        child, weight = self.child[here].astype(np.intp), self.weight[here]
        inner = int(np.count_nonzero(child >= self.leaves))
        deep = child[:inner] + (self.size - self.leaves + 1)
        block = Block(row, row + 1, int(self.way[row]), len(child), inner, (0, 0))
        critical = np.append(self.critical[here], np.zeros(inner, np.bool_))
        return block, Slots(np.append(child, deep), np.append(weight, weight[:inner]), critical)

    @property
    def size(self) -> int:
        """Return the number of rows that are nodes."""
        return len(self.keys)

    def taking_part(self, days: Sequence[date]) -> Flags:
        """Return whether a node of each cycle takes part on each day."""
        return np.array([[cycle is None or day in cycle for day in days] for cycle in self.cycles])


_ALL = slice(None)


class _Nodes(NamedTuple):
    """What the cascade needs of the nodes that are not archived, one list for each."""

    keys: tuple[str, ...]
    archived: tuple[bool, ...]
    lifecycles: tuple[Lifecycle, ...]
    policies: tuple[Policy | None, ...]
    bands: tuple[Bands | None, ...]
    cycles: tuple[str | None, ...]
    grades: tuple[Grade | None, ...]
    measures: tuple[Measure | None, ...]


_OF_A_NODE = itemgetter("key", "archived", "lifecycle", "policy", "bands", "cycle", "grade", "measure")
_NONE = _Nodes((), (), (), (), (), (), (), ())
LIMITS, WAYS, ZONES = 0, 1, 2
"""The families of measures: values held against limits, ways from a baseline to a target, and words."""

FAMILY: Mapping[type, int] = {
    AtLeast: LIMITS,
    AtMost: LIMITS,
    Between: LIMITS,
    Reach: WAYS,
    Milestone: WAYS,
    Zones: ZONES,
}


def structure_of(plan: Plan, before: Structure | None = None) -> Structure:
    """Return the arrays of a plan's cascade; what is alike in those of an earlier one is not made again."""
    found = [each for each in map(_OF_A_NODE, map(vars, plan.nodes.values())) if not each[1]]
    nodes = _Nodes(*zip(*found, strict=True)) if found else _NONE
    places = dict(zip(nodes.keys, range(len(found)), strict=True))
    leaf = np.fromiter(map(plan.leaves.__contains__, nodes.keys), np.bool_, len(found))
    links = _links(plan, nodes, places, leaf)
    height = _heights(plan, links, places, len(found))
    fan = np.bincount(links.parent, minlength=len(found))
    policies = {**_WAYS, None: _WAYS[plan.fields.policy]}
    ways = np.fromiter(map(policies.__getitem__, nodes.policies), np.uint8, len(found))
    kinds = map(type, nodes.measures)
    families = np.fromiter(map(FAMILY.get, kinds, repeat(LIMITS)), np.uint8, len(found))
    order = np.lexsort((fan, ways, np.where(leaf, families, height), ~leaf))
    row_of = np.empty(len(found), np.int32)
    row_of[order] = np.arange(len(found), dtype=np.int32)
    links = in_rows(links, row_of, int(leaf.sum()))
    frozen = _frozen(plan, nodes, row_of)
    blocks = blocks_of(height[order], ways[order], fan[order], frozen.row)
    ends = np.cumsum(np.bincount(families[leaf], minlength=len(set(FAMILY.values())))).tolist()
    return _put_together(plan, nodes, order, ends, ways[order], links, blocks, frozen, before)


def _put_together(
    plan: Plan,
    nodes: _Nodes,
    order: Places,
    ends: Sequence[int],
    way: Bytes,
    links: Links,
    blocks: Sequence[Block],
    frozen: Frozen,
    before: Structure | None,
) -> Structure:
    keys = tuple(map(nodes.keys.__getitem__, order.tolist()))
    rows = dict(zip(keys, range(len(keys)), strict=True))
    known = before is not None and before.rows.keys() == rows.keys()
    by_rank = before.by_rank if before and known else tuple(sorted(keys))
    rank = np.full(len(keys) + 1, LAST_RANK)
    rank[np.fromiter(map(rows.__getitem__, by_rank), np.int32, len(keys))] = np.arange(len(keys))
    cycles = {key: place for place, key in enumerate((*plan.spans, None))}
    every = np.arange(len(keys) + 1)
    up = np.argsort(links.child, kind="stable")
    measured, slots = slots_of(links, blocks, ends[-1], len(keys))
    return Structure(
        keys=keys,
        rows=rows,
        leaves=ends[-1],
        families=tuple(slice(first, last) for first, last in zip((0, *ends), ends, strict=False)),
        start=np.searchsorted(links.parent, every).astype(np.int32),
        child=links.child,
        weight=links.weight,
        critical=links.critical,
        up_start=np.searchsorted(links.child[up], every).astype(np.int32),
        up=links.parent[up],
        up_weight=links.weight[up],
        blocks=measured,
        slots=slots,
        way=way,
        rank=rank,
        by_rank=by_rank,
        bands=_bands(plan, nodes, order),
        cycle=np.fromiter(map(cycles.__getitem__, nodes.cycles), np.int32, len(keys))[order],
        cycles=(*plan.spans.values(), None),
        frozen=frozen,
        has_critical=bool(links.critical.any()),
        ungraded=bool((np.isnan(frozen.progress) & ~np.isnan(frozen.score)).any()),
    )


def _bands(plan: Plan, nodes: _Nodes, order: Places) -> Floats:
    """Return the bands of every row: on track and at risk as they stand, then before rounding."""
    usual = np.array(_limits(plan.fields.bands))[:, None]
    if not any(nodes.bands):
        return usual
    found = np.repeat(usual, len(order), axis=1)
    for row, place in enumerate(order.tolist()):
        bands = nodes.bands[place]
        if bands is not None:
            found[:, row] = _limits(bands)
    return found


def _limits(bands: Bands) -> tuple[float, float, float, float]:
    return bands.on_track, bands.at_risk, threshold(bands.on_track), threshold(bands.at_risk)


def _links(plan: Plan, nodes: _Nodes, places: dict[str, int], leaf: Flags) -> Links:
    """Return the contributions that may count on some day: not those of drafts, nor those below a leaf."""
    found = [*map(plan.contributions.__getitem__, nodes.keys)]
    parent = np.repeat(np.arange(len(found), dtype=np.int32), [*map(len, found)])
    rows = [*chain.from_iterable(found)]
    names, weights, marks = zip(*rows, strict=True) if rows else ((), (), ())
    child = np.fromiter(map(places.get, names, repeat(-1)), np.int32, len(rows))
    counting = np.array([each is _ACTIVE or each is _CLOSED for each in nodes.lifecycles], np.bool_)
    counts = (child >= 0) & ~leaf[parent]
    counts[counts] = counting[child[counts]]
    weight, critical = np.array(weights, float), np.array(marks, np.bool_)
    return Links(parent[counts], child[counts], weight[counts], critical[counts])


_ACTIVE, _CLOSED = Lifecycle.active, Lifecycle.closed


def _heights(plan: Plan, links: Links, places: dict[str, int], size: int) -> Places:
    """Return how many levels lie below each node."""
    height = np.zeros(size, np.int32)
    if not len(links.parent):
        return height
    starts = np.flatnonzero(np.diff(links.parent, prepend=-1))
    parents = links.parent[starts]
    for _ in range(_LOW):
        found = np.maximum.reduceat(height[links.child], starts) + 1
        if np.array_equal(found, height[parents]):
            return height
        height[parents] = found
    return _heights_one_by_one(plan, links, places, size)


def _heights_one_by_one(plan: Plan, links: Links, places: dict[str, int], size: int) -> Places:
    height = [0] * size
    starts = np.searchsorted(links.parent, np.arange(size + 1)).tolist()
    children = links.child.tolist()
    for key in plan.order:
        place = places.get(key)
        if place is not None and starts[place] < starts[place + 1]:
            height[place] = 1 + max([height[child] for child in children[starts[place] : starts[place + 1]]])
    return np.array(height, np.int32)


def _frozen(plan: Plan, nodes: _Nodes, row_of: Places) -> Frozen:
    closed = [
        (
            int(row_of[place]),
            plan.spans[cycle].end.toordinal() if (cycle := nodes.cycles[place]) else 0,
            grade,
        )
        for place, grade in enumerate(nodes.grades)
        if grade is not None and nodes.lifecycles[place] is _CLOSED
    ]
    closed.sort(key=itemgetter(0))
    nan = np.nan
    return Frozen(
        np.array([row for row, _, _ in closed], np.int32),
        np.array([since for _, since, _ in closed], np.int32),
        np.array([nan if grade.score is None else grade.score for *_, grade in closed], float),
        np.array([nan if grade.progress is None else grade.progress for *_, grade in closed], float),
        np.array([STATUS_BYTE[grade.status] for *_, grade in closed], np.uint8),
    )
