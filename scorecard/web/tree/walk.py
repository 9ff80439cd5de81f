"""Which part of the cascade a reader looks at, and the flat walk over it.

Nothing here recurses, so that a plan may be as deep as it likes; all that is folded is never walked.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from scorecard.domain.errors import NotFound
from scorecard.domain.schema import NodeFields
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan
from scorecard.web.reading import View

PAGE = 200
"""Rows on one page; the tree opens as deep as they reach."""


@dataclass(frozen=True, slots=True)
class Look:
    """The part of the tree that an address asks for.

    `depth` is how many levels stand open, None as many as one page holds; `opened` and `shut` are the nodes
    folded by hand.
    """

    depth: int | None = None
    root: str = ""
    opened: frozenset[str] = frozenset()
    shut: frozenset[str] = frozenset()
    q: str = ""
    unit: str = ""
    status: str = ""
    archived: bool = False
    page: int = 1

    @property
    def filtered(self) -> bool:
        """Tell whether only some nodes are asked for, wherever they hang."""
        return bool(self.q or self.unit or self.status)

    def args(self) -> dict[str, str]:
        """Return the parameters that lead here again, those at rest left out."""
        given = {
            "depth": "" if self.depth is None else str(self.depth),
            "root": self.root,
            "open": ".".join(sorted(self.opened)),
            "shut": ".".join(sorted(self.shut)),
            "q": self.q,
            "unit": self.unit,
            "status": self.status,
            "archived": "1" if self.archived else "",
            "page": "" if self.page == 1 else str(self.page),
        }
        return {name: value for name, value in given.items() if value}

    def showing(self, *keys: str) -> "Look":
        """Return the same look with some nodes unfolded."""
        return replace(self, opened=self.opened | set(keys), shut=self.shut - set(keys))

    def hiding(self, key: str) -> "Look":
        """Return the same look with a node folded."""
        return replace(self, opened=self.opened - {key}, shut=self.shut | {key})


def look(args: "MultiDict[str, str]") -> Look:
    """Read a look off an address; what cannot be read is as if it were not there."""
    depth = args.get("depth", type=int)
    return Look(
        depth=None if depth is None else max(depth, 1),
        root=args.get("root", ""),
        opened=frozenset(filter(None, args.get("open", "").split("."))),
        shut=frozenset(filter(None, args.get("shut", "").split("."))),
        q=args.get("q", "").strip(),
        unit=args.get("unit", ""),
        status=args.get("status", ""),
        archived=args.get("archived") == "1",
        page=max(args.get("page", 1, type=int), 1),
    )


class Place(NamedTuple):
    """A node at one of the places where it hangs, the `nth` of its `siblings`.

    `open` is None where there is nothing to unfold: no children, or they stand where it was met before.
    """

    key: str
    parent: str | None
    level: int
    nth: int
    siblings: int
    open: bool | None
    repeated: bool
    below: int


def places(plan: Plan, look: Look, shown: Mapping[str, bool]) -> list[Place]:
    """Walk the cascade from the top, a node at each place where it hangs.

    A node's own subtree is walked where it is met first only, so that the walk stays as long as the plan.

    Raises:
        NotFound: for a root that is not there.
    """
    depth, below = _depth(plan, look, shown), plan.cascade.pred
    found: list[Place] = []
    met: set[str] = set()
    walked: set[str] = set()
    waiting = _siblings(tops(plan, look, shown), None, 1)
    while waiting:
        key, parent, level, nth, siblings = waiting.pop()
        children = [child for child in below[key] if child in shown]
        is_open = None if key in walked or not children else _is_open(key, level, depth, look)
        found.append(Place(key, parent, level, nth, siblings, is_open, key in met, len(children)))
        met.add(key)
        if is_open:
            walked.add(key)
            waiting += _siblings(children, key, level + 1)
    return found


_Waiting = tuple[str, str | None, int, int, int]


def _siblings(keys: list[str], parent: str | None, level: int) -> list[_Waiting]:
    """Return siblings for the stack, the first of them on top."""
    count = len(keys)
    return [(keys[i], parent, level, i + 1, count) for i in range(count - 1, -1, -1)]


def _is_open(key: str, level: int, depth: int, look: Look) -> bool:
    return key not in look.shut and (level < depth or key in look.opened)


def tops(plan: Plan, look: Look, shown: Iterable[str]) -> list[str]:
    """Return the nodes that hang below none that is shown, or the one the look is on."""
    if look.root:
        if look.root not in plan.nodes:
            raise NotFound(kind="node", key=look.root)
        return [look.root]
    above = plan.cascade.succ
    return [key for key in shown if not any(parent in shown for parent in above[key])]


def shown_nodes(view: View, look: Look) -> Mapping[str, bool]:
    """Return the nodes to show, in the plan's order: True if asked for, False if they only lead there."""
    plan = view.plan
    there = {key: True for key, node in plan.nodes.items() if look.archived or not node.archived}
    if not look.filtered:
        return there
    wanted = {key for key in there if _matches(view, look, plan.nodes[key])}
    above = set(wanted)
    waiting = deque(wanted)
    while waiting:
        for parent in plan.cascade.succ[waiting.popleft()]:
            if parent in there and parent not in above:
                above.add(parent)
                waiting.append(parent)
    return {key: key in wanted for key in there if key in above}


def _matches(view: View, look: Look, node: NodeFields) -> bool:
    text = look.q.casefold()
    if text and text not in node.title.casefold() and text != node.key:
        return False
    if look.unit and look.unit not in _units_up(view.plan, node.unit):
        return False
    return not look.status or view.standings.get(node.key, Standing(node.key)).status == look.status


def _units_up(plan: Plan, unit: str | None) -> Iterator[str]:
    """Yield a unit and those it is part of."""
    while unit is not None:
        yield unit
        unit = plan.units[unit].parent


def _depth(plan: Plan, look: Look, shown: Mapping[str, bool]) -> int:
    """Return how many levels stand open: as asked, all where a filter cuts, else what one page holds."""
    if look.depth is not None:
        return look.depth
    if look.filtered:
        return len(plan.nodes)
    level, depth, rows = tops(plan, look, shown), 0, 0
    seen = set(level)
    while level and rows + len(level) <= PAGE:
        rows, depth = rows + len(level), depth + 1
        below = [child for key in level for child in plan.cascade.pred[key] if child in shown]
        level = [child for child in dict.fromkeys(below) if child not in seen]
        seen.update(level)
    return max(depth, 1)
