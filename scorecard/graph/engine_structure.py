"""A plan's cascade as arrays: every node a row, every contribution a slot, in the order they are worked on.

Rows are the nodes that are not archived: first the leaves of the roll-up by kind, then the others by height,
policy and fan-out, so that children come before their parents. A block is a run of rows that are alike in all
three; it may hold some with fewer children, whose further slots lead to a row that never counts.
"""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from operator import attrgetter, itemgetter
from typing import NamedTuple, get_args

import numpy as np

from scorecard.domain.measure import Bands, Measure
from scorecard.domain.period import Period
from scorecard.domain.schema import Grade
from scorecard.domain.vocabulary import Lifecycle, Policy
from scorecard.graph.engine_codes import STATUS_BYTE, Bytes, Flags, Floats, Places, threshold
from scorecard.graph.plan import Plan

AVERAGED, WORST, BEST = 0, 1, 2
_WAYS = {Policy.mean: AVERAGED, Policy.judged: AVERAGED, Policy.worst: WORST, Policy.best: BEST}

SPARE = 800
"""How many slots may be filled up in order to work through two runs of rows at once."""

_LOW = 40
"""Heights up to which all links are looked at together; beyond, a plan is walked node by node."""


class Block(NamedTuple):
    """Rows from `first` to before `last`, each with `fan` slots of which the first `inner` may have children.

    `way` is how they follow from their children, `frozen` the part of the frozen rows that lies among them.
    """

    first: int
    last: int
    way: int
    fan: int
    inner: int
    frozen: tuple[int, int]


class Frozen(NamedTuple):
    """The closed nodes that keep their grade, by row: from which day on (its ordinal), and what it is."""

    row: Places
    since: Places
    score: Floats
    progress: Floats
    status: Bytes


class Structure(NamedTuple):
    """The arrays of a plan's cascade; nothing in them depends on a value or a day.

    Row `len(keys)` is the one that never counts. The slots of a row run from `start[row]` to
    `start[row + 1]`, its parents from `up_start[row]`. `rank` is a key's place in the order of keys, by which
    ties are broken, `cycle` a node's place in `cycles`, the last one where it has none. `bands` has four
    lines: where on track and at risk begin, and the same for scores before they are rounded. `own_bands`
    tells whether any node has other bands than the plan, `ungraded` whether a node may have a score and no
    progress, `has_critical` whether any child is critical.
    """

    keys: tuple[str, ...]
    rows: dict[str, int]
    leaves: int
    start: Places
    child: Places
    weight: Floats
    critical: Flags
    up_start: Places
    up: Places
    up_weight: Floats
    blocks: tuple[Block, ...]
    way: Bytes
    rank: Places
    by_rank: tuple[str, ...]
    bands: Floats
    cycle: Places
    cycles: tuple[Period | None, ...]
    frozen: Frozen
    own_bands: bool
    ungraded: bool
    has_critical: bool

    def bands_of(self, rows: Places | slice) -> Floats:
        """Return the four lines of the bands of some rows, to be held against rows by days."""
        found: Floats = self.bands[:, rows, None] if self.own_bands else self.bands[:, :1, None]
        return found

    @property
    def size(self) -> int:
        """Return the number of rows that are nodes."""
        return len(self.keys)

    def taking_part(self, days: Sequence[date]) -> Flags:
        """Return whether a node of each cycle takes part on each day."""
        return np.array([[cycle is None or day in cycle for day in days] for cycle in self.cycles])


class _Links(NamedTuple):
    """What counts in what, by places among the nodes that are not archived, ordered by parent."""

    parent: Places
    child: Places
    weight: Floats
    critical: Flags


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


_OF_A_NODE = attrgetter("key", "archived", "lifecycle", "policy", "bands", "cycle", "grade", "measure")
_NONE = _Nodes((), (), (), (), (), (), (), ())
_KINDS = {kind: place for place, kind in enumerate(get_args(get_args(Measure)[0]))}


def structure_of(plan: Plan) -> Structure:
    """Return the arrays of a plan's cascade."""
    found = [each for each in map(_OF_A_NODE, plan.nodes.values()) if not each[1]]
    nodes = _Nodes(*zip(*found, strict=True)) if found else _NONE
    places = {key: place for place, key in enumerate(nodes.keys)}
    leaf = np.fromiter(map(plan.leaves.__contains__, nodes.keys), np.bool_, len(found))
    links = _links(plan, nodes, places, leaf)
    height = _heights(plan, links, places, len(found))
    fan = np.bincount(links.parent, minlength=len(found))
    usual = _WAYS[plan.fields.policy]
    ways = np.array([usual if each is None else _WAYS[each] for each in nodes.policies], np.uint8)
    kinds = np.array([_KINDS.get(type(measure), 0) for measure in nodes.measures], np.uint8)
    order = np.lexsort((fan, ways, np.where(leaf, kinds, height), ~leaf))
    row_of = np.empty(len(found), np.int32)
    row_of[order] = np.arange(len(found), dtype=np.int32)
    frozen = _frozen(plan, nodes, row_of)
    blocks = _blocks(height[order], ways[order], fan[order], frozen.row)
    slots = _slots(links, row_of, blocks, int(leaf.sum()), len(found))
    return _put_together(plan, nodes, order, int(leaf.sum()), ways[order], slots, frozen)


class _Slots(NamedTuple):
    start: Places
    child: Places
    weight: Floats
    critical: Flags
    up_start: Places
    up: Places
    up_weight: Floats
    blocks: tuple[Block, ...]


def _put_together(
    plan: Plan, nodes: _Nodes, order: Places, leaves: int, way: Bytes, slots: _Slots, frozen: Frozen
) -> Structure:
    keys = tuple([nodes.keys[place] for place in order.tolist()])
    by_rank = tuple(sorted(keys))
    rows = {key: row for row, key in enumerate(keys)}
    rank = np.zeros(len(keys) + 1, np.int32)
    rank[np.fromiter(map(rows.__getitem__, by_rank), np.int32, len(keys))] = np.arange(len(keys))
    cycles = {key: place for place, key in enumerate((*plan.spans, None))}
    return Structure(
        keys=keys,
        rows=rows,
        leaves=leaves,
        start=slots.start,
        child=slots.child,
        weight=slots.weight,
        critical=slots.critical,
        up_start=slots.up_start,
        up=slots.up,
        up_weight=slots.up_weight,
        blocks=slots.blocks,
        way=way,
        rank=rank,
        by_rank=by_rank,
        bands=_bands(plan, nodes)[:, order],
        cycle=np.fromiter(map(cycles.__getitem__, nodes.cycles), np.int32, len(keys))[order],
        cycles=(*plan.spans.values(), None),
        frozen=frozen,
        own_bands=any(nodes.bands),
        has_critical=bool(slots.critical.any()),
        ungraded=bool((np.isnan(frozen.progress) & ~np.isnan(frozen.score)).any()),
    )


def _bands(plan: Plan, nodes: _Nodes) -> Floats:
    """Return the bands of every node: on track and at risk as they stand, then before rounding."""
    usual = plan.fields.bands
    found = np.empty((4, len(nodes.keys)))
    found[:] = np.array(_limits(usual))[:, None]
    for place, bands in enumerate(nodes.bands):
        if bands is not None:
            found[:, place] = _limits(bands)
    return found


def _limits(bands: Bands) -> tuple[float, float, float, float]:
    return bands.on_track, bands.at_risk, threshold(bands.on_track), threshold(bands.at_risk)


def _links(plan: Plan, nodes: _Nodes, places: dict[str, int], leaf: Flags) -> _Links:
    """Return the contributions that may count on some day: not those of drafts, nor those below a leaf."""
    found = [*map(plan.contributions.__getitem__, nodes.keys)]
    parent = np.repeat(np.arange(len(found), dtype=np.int32), [*map(len, found)])
    rows = [*chain.from_iterable(found)]
    names, weights, marks = zip(*rows, strict=True) if rows else ((), (), ())
    child = np.fromiter((places.get(name, -1) for name in names), np.int32, len(rows))
    counting = np.array([each in _COUNTING for each in nodes.lifecycles], np.bool_)
    counts = (child >= 0) & ~leaf[parent]
    counts[counts] = counting[child[counts]]
    weight, critical = np.array(weights, float), np.array(marks, np.bool_)
    return _Links(parent[counts], child[counts], weight[counts], critical[counts])


_COUNTING = frozenset((Lifecycle.active, Lifecycle.closed))


def _heights(plan: Plan, links: _Links, places: dict[str, int], size: int) -> Places:
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


def _heights_one_by_one(plan: Plan, links: _Links, places: dict[str, int], size: int) -> Places:
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
        (int(row_of[place]), plan.spans[cycle].end.toordinal() if cycle else 0, grade)
        for place, (cycle, grade) in enumerate(zip(nodes.cycles, nodes.grades, strict=True))
        if grade is not None and nodes.lifecycles[place] is Lifecycle.closed
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


def _blocks(height: Places, way: Bytes, fan: Places, frozen: Places) -> list[Block]:
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


def _slots(links: _Links, row_of: Places, blocks: Sequence[Block], leaves: int, size: int) -> _Slots:
    """Return the slots of all rows, in each those first whose child has children."""
    fans = np.zeros(size, np.int64)
    for block in blocks:
        fans[block.first : block.last] = block.fan
    start = np.zeros(size + 1, np.int32)
    np.cumsum(fans, out=start[1:])
    parent, below = row_of[links.parent], row_of[links.child]
    order = np.lexsort((below < leaves, parent))
    parent, below = parent[order], below[order]
    place = start[parent] + (np.arange(len(parent)) - np.searchsorted(parent, parent))
    child = np.full(start[-1], size, np.int32)
    weight = np.zeros(len(child))
    critical = np.zeros(len(child), np.bool_)
    child[place], weight[place], critical[place] = below, links.weight[order], links.critical[order]
    inner = np.bincount(parent[below >= leaves], minlength=size)
    up = np.argsort(below, kind="stable")
    up_start = np.searchsorted(below[up], np.arange(size + 1)).astype(np.int32)
    firsts = [block.first for block in blocks]
    most = np.maximum.reduceat(inner, firsts).tolist() if firsts else []
    measured = [block._replace(inner=wide) for block, wide in zip(blocks, most, strict=True)]
    return _Slots(
        start, child, weight, critical, up_start, parent[up], links.weight[order][up], tuple(measured)
    )
