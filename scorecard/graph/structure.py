"""What a plan's parts owe each other: no key twice, no link into nothing, no circle."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx

from scorecard.domain.errors import N_, Fault
from scorecard.domain.formula import FUNCTIONS, parse
from scorecard.domain.measure import Milestone, Zones
from scorecard.domain.schema import LinkFields, NodeFields, PlanFile
from scorecard.domain.vocabulary import LinkKind
from scorecard.graph.plan import Plan

Place = tuple[str | int, ...]
"""Where in a plan file something stands, such as ("links", 3, "parent")."""


class Problem(NamedTuple):
    """A fault and its place in the file."""

    at: Place
    fault: Fault


class TwiceThere(Fault):
    """One key or row stands twice."""

    sentence = N_("“{key}” stands here a second time.")


class Dangling(Fault):
    """Something names what the plan does not have."""

    sentence = N_("There is no {kind} “{key}” in this plan.")


class Circle(Fault):
    """A link would close a circle."""

    sentence = N_("“{child}” cannot hang below “{parent}”: that closes the circle {path}.")

    def __init__(self, child: str, parent: str, keys: Sequence[str]) -> None:
        super().__init__(child=child, parent=parent, path=" → ".join(keys))
        self.keys = tuple(keys)


class FormulaCircle(Fault):
    """A formula reads itself in the same period."""

    sentence = N_("The formula of “{key}” reads itself: {path}. Use lag() to read an earlier period.")


class PairOfOne(Fault):
    """A guardrail needs two."""

    sentence = N_("“{key}” cannot balance itself.")


class LinkedBothWays(Fault):
    """A child cannot contribute to and merely support the same parent."""

    sentence = N_("“{child}” is linked to “{parent}” already; it either contributes or supports.")


class ReservedKey(Fault):
    """The name of a function is no key."""

    sentence = N_("“{key}” is the name of a function of formulas and cannot be a key.")


class WrongValue(Fault):
    """The value does not fit the measure it is for."""

    sentence = N_("“{value}” is not a value of “{node}”: {wanted}.")


_WORDS = N_("its values are below, commit, target or stretch")
_SHARES = N_("its values are the share done, from 0 to 1")
_NUMBERS = N_("its values are numbers")


def check(file: PlanFile) -> list[Problem]:
    """Return everything that keeps a file from being a plan, in the order of the file's sections."""
    found = [*_twice(file), *_dangling(file), *_values(file)]
    if not found:
        found = list(_circles(file))
    return found


def _twice(file: PlanFile) -> Iterator[Problem]:
    for section in ("perspectives", "units", "people", "cycles", "nodes"):
        keys = [each.key for each in getattr(file, section)]
        yield from _repeated(section, keys, "key")
    for key in (node.key for node in file.nodes if node.key in FUNCTIONS):
        yield Problem(("nodes", _index(file.nodes, key), "key"), ReservedKey(key=key))
    yield from _repeated_links(file.links)
    for section in ("observations", "targets"):
        rows = [(row.node, row.date, row.label) for row in getattr(file, section)]
        yield from _repeated(section, rows, "node")


def _repeated(section: str, keys: Iterable[object], field: str) -> Iterator[Problem]:
    seen = set()
    for index, key in enumerate(keys):
        if key in seen:
            shown = ", ".join(str(part) for part in key if part) if isinstance(key, tuple) else key
            yield Problem((section, index, field), TwiceThere(key=shown))
        seen.add(key)


def _repeated_links(links: Sequence[LinkFields]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], LinkKind] = {}
    for index, link in enumerate(links):
        child, parent = link.child, link.parent
        if link.kind is LinkKind.balances:
            child, parent = sorted((child, parent))
            if child == parent:
                yield Problem(("links", index), PairOfOne(key=child))
        known = seen.get((child, parent, family(link.kind)))
        if known is link.kind:
            yield Problem(("links", index), TwiceThere(key=f"{link.child} → {link.parent}"))
        elif known:
            yield Problem(("links", index), LinkedBothWays(child=link.child, parent=link.parent))
        seen[child, parent, family(link.kind)] = link.kind


def family(kind: LinkKind) -> str:
    """Return the name of the graph that a kind of link belongs to."""
    return "cascade" if kind in (LinkKind.contributes, LinkKind.supports) else kind.value


def _index(nodes: Sequence[NodeFields], key: str) -> int:
    return next(index for index, node in enumerate(nodes) if node.key == key)


def _dangling(file: PlanFile) -> Iterator[Problem]:
    """Yield every reference to what is not there."""
    known = {
        "perspective": {each.key for each in file.perspectives},
        "unit": {each.key for each in file.units},
        "person": {each.key for each in file.people},
        "cycle": {each.key for each in file.cycles},
        "node": {each.key for each in file.nodes},
    }
    for at, kind, key in _references(file):
        if key is not None and key not in known[kind]:
            yield Problem(at, Dangling(kind=kind, key=key))


def _references(file: PlanFile) -> Iterator[tuple[Place, str, str | None]]:
    for i, unit in enumerate(file.units):
        yield ("units", i, "parent"), "unit", unit.parent
    for i, cycle in enumerate(file.cycles):
        yield ("cycles", i, "parent"), "cycle", cycle.parent
    for i, person in enumerate(file.people):
        yield ("people", i, "unit"), "unit", person.unit
        for j, assignment in enumerate(person.roles):
            yield ("people", i, "roles", j, "unit"), "unit", assignment.unit
    for i, node in enumerate(file.nodes):
        yield from _references_of(i, node)
    for i, link in enumerate(file.links):
        yield ("links", i, "child"), "node", link.child
        yield ("links", i, "parent"), "node", link.parent
    for i, seen in enumerate(file.observations):
        yield ("observations", i, "node"), "node", seen.node
        yield ("observations", i, "by"), "person", seen.by
    for i, target in enumerate(file.targets):
        yield ("targets", i, "node"), "node", target.node


def _references_of(i: int, node: NodeFields) -> Iterator[tuple[Place, str, str | None]]:
    yield ("nodes", i, "perspective"), "perspective", node.perspective
    yield ("nodes", i, "unit"), "unit", node.unit
    yield ("nodes", i, "owner"), "person", node.owner
    yield ("nodes", i, "cycle"), "cycle", node.cycle
    yield ("nodes", i, "replaced_by"), "node", node.replaced_by
    if node.judged:
        yield ("nodes", i, "judged", "by"), "person", node.judged.by
    for j, action in enumerate(node.actions):
        yield ("nodes", i, "actions", j, "owner"), "person", action.owner
    if node.formula is not None:
        for operand in parse(node.formula).keys:
            yield ("nodes", i, "formula"), "node", operand


def _values(file: PlanFile) -> Iterator[Problem]:
    """Yield observations that their node's measure cannot read."""
    measures = {node.key: node.measure for node in file.nodes}
    for index, seen in enumerate(file.observations):
        measure = measures.get(seen.node)
        wanted = _mismatch(seen.value, isinstance(measure, Zones), isinstance(measure, Milestone))
        if wanted:
            fault = WrongValue(value=seen.value, node=seen.node, wanted=wanted)
            yield Problem(("observations", index, "value"), fault)


def _mismatch(value: float | str, zones: bool, milestone: bool) -> str | None:
    if zones:
        return None if isinstance(value, str) else _WORDS
    if isinstance(value, str):
        return _NUMBERS
    return _SHARES if milestone and not 0 <= value <= 1 else None


def _circles(file: PlanFile) -> Iterator[Problem]:
    """Yield one problem for each graph that runs in a circle, at the last of the circle's lines."""
    for section in ("units", "cycles"):
        up = [(each.key, each.parent) for each in getattr(file, section) if each.parent]
        yield from _circle((section,), "parent", up, [each.key for each in getattr(file, section)])
    for name in ("cascade", "drives"):
        rows = [(i, link) for i, link in enumerate(file.links) if family(link.kind) == name]
        circle = _find_circle((link.child, link.parent) for _, link in rows)
        if circle:
            edges = set(pairwise(circle))
            last = max(i for i, link in rows if (link.child, link.parent) in edges)
            link = file.links[last]
            yield Problem(("links", last), Circle(link.child, link.parent, _turned(circle, link.parent)))
    yield from _formula_circles(file.nodes)


def _circle(
    section: Place, field: str, up: Sequence[tuple[str, str]], keys: Sequence[str]
) -> Iterator[Problem]:
    circle = _find_circle(up)
    if circle:
        child = max(circle[:-1], key=keys.index)
        parent = dict(up)[child]
        yield Problem((*section, keys.index(child), field), Circle(child, parent, _turned(circle, parent)))


def _formula_circles(nodes: Sequence[NodeFields]) -> Iterator[Problem]:
    formulas = {node.key: parse(node.formula) for node in nodes if node.formula is not None}
    circle = _find_circle((read, key) for key, formula in formulas.items() for read in formula.operands)
    if circle:
        key = circle[0]
        path = " → ".join(reversed(circle))
        yield Problem(("nodes", _index(nodes, key), "formula"), FormulaCircle(key=key, path=path))


def _find_circle(edges: Iterable[tuple[str, str]]) -> list[str]:
    """Return the keys of one circle, first and last alike, or nothing."""
    graph: nx.DiGraph[str] = nx.DiGraph(edges)
    if nx.is_directed_acyclic_graph(graph):
        return []
    found = [edge[0] for edge in nx.find_cycle(graph)]
    return [*found, found[0]]


def _turned(circle: Sequence[str], start: str) -> list[str]:
    """Return the same circle, told from `start`."""
    turn = circle.index(start)
    return [*circle[turn:-1], *circle[:turn], start]


def refuse_circle(plan: Plan, child: str, parent: str, kind: LinkKind) -> None:
    """Refuse a link that would close a circle, naming the whole path.

    Raises:
        Circle: with the keys from `parent` up to `child` and back.
        PairOfOne: for a guardrail pair of one.
    """
    if kind is LinkKind.balances:
        if child == parent:
            raise PairOfOne(key=child)
        return
    graph = plan.drives if kind is LinkKind.drives else plan.cascade
    if child == parent or nx.has_path(graph, parent, child):
        path = nx.shortest_path(graph, parent, child) if child != parent else [child]
        raise Circle(child, parent, [*path, parent])
