"""The frozen plan: networkx knows who is connected, everything above it is a pure function of this.

Edges run from child to parent, from cause to effect, from operand to formula. The graphs hold keys and
weights only; what a node is stands in `Plan.nodes`.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter, lt
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import networkx as nx

from scorecard.domain.formula import Formula, parse
from scorecard.domain.measure import Bands
from scorecard.domain.period import Period
from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PerspectiveFields,
    PlanFields,
    PlanFile,
    TargetFields,
    UnitFields,
)
from scorecard.domain.vocabulary import Lifecycle, LinkKind, Policy
from scorecard.graph.metric import Metric, Sources, metrics_of
from scorecard.graph.path import Point, Points, made


class Contribution(NamedTuple):
    """One child that takes part in its parent's roll-up."""

    child: str
    weight: float
    critical: bool


class Seen(NamedTuple):
    """A check-in as far as scores need it: in place of `ObservationFields`, at a tenth of its cost."""

    node: str
    date: date
    label: str | None
    value: float | str


Judged = dict[date, dict[str, tuple[Metric, Any]]]
"""Standings by day and node, each beside the metric it was found for."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Plan:
    """One organisation's strategy at one revision.

    `cascade` holds `contributes` and `supports` (edge data `kind`, `weight`, `critical`), `drives` the map's
    arrows (`sign`, `lag`), `balances` guardrail pairs, `feeds` what formulas read (`lagged`: only earlier).
    `observations` and `targets` are one for each node and day, by day; `metrics` is what they amount to for
    each node that has a number, `leaves` those judged by it. `order` gives every node its place, children
    before parents, `formula_order` every formula its place after what it reads, alike for those that read
    each other's past. `spans` are the days of each cycle. `judged` is what `judgement.judge` found so far, by
    day and node: it goes on to later revisions, since it names the metric that each standing is true of.
    """

    fields: PlanFields
    perspectives: Mapping[str, PerspectiveFields]
    units: Mapping[str, UnitFields]
    people: Mapping[str, PersonFields]
    cycles: Mapping[str, CycleFields]
    nodes: Mapping[str, NodeFields]
    spans: Mapping[str, Period]
    cascade: "nx.DiGraph[str]"
    drives: "nx.DiGraph[str]"
    balances: "nx.Graph[str]"
    feeds: "nx.DiGraph[str]"
    formulas: Mapping[str, Formula]
    contributions: Mapping[str, tuple[Contribution, ...]]
    order: Mapping[str, int]
    formula_order: Mapping[str, int]
    observations: Mapping[str, Points]
    targets: Mapping[str, Points]
    metrics: Mapping[str, Metric]
    leaves: frozenset[str]
    revision: int
    judged: Judged = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """Return the plan's key."""
        return self.fields.plan

    @property
    def title(self) -> str:
        """Return the plan's title."""
        return self.fields.title

    def today(self) -> date:
        """Return the day it is now in the plan's time zone."""
        return datetime.now(ZoneInfo(self.fields.timezone)).date()

    def bands(self, node: NodeFields) -> Bands:
        """Return the bands a node is judged by."""
        return node.bands or self.fields.bands

    def parents(self, key: str) -> list[str]:
        """Return the nodes that a node contributes to or supports."""
        return list(self.cascade.succ[key])

    def children(self, key: str) -> list[str]:
        """Return what contributes to or supports a node, in the order of the links."""
        return list(self.cascade.pred[key])

    def is_leaf(self, key: str) -> bool:
        """Tell whether a node is judged by a number of its own, not by its children."""
        return key in self.leaves

    def policy(self, key: str) -> Policy:
        """Return how a node's status follows from its children."""
        return self.nodes[key].policy or self.fields.policy

    def counts(self, key: str) -> bool:
        """Tell whether a node may take part at all: active or closed, and not archived."""
        node = self.nodes[key]
        return not node.archived and node.lifecycle in _COUNTED

    def takes_part(self, key: str, day: date) -> bool:
        """Tell whether a node counts on a day: it may, and its cycle, if any, holds the day."""
        cycle = self.nodes[key].cycle
        return self.counts(key) and (cycle is None or day in self.spans[cycle])

    def taking_part(self, day: date) -> set[str]:
        """Return every node that counts on a day."""
        cycles = {None, *(key for key, span in self.spans.items() if day in span)}
        return {
            key
            for key, node in self.nodes.items()
            if node.cycle in cycles and node.lifecycle in _COUNTED and not node.archived
        }


_COUNTED = (Lifecycle.active, Lifecycle.closed)


def build(file: PlanFile, revision: int = 0, seen: Mapping[str, Points] | None = None) -> Plan:
    """Return the plan that a file describes; the file must have passed `structure.check`.

    Parameters:
        seen: the points of its check-ins where they are known already; the file's own are passed over.
    """
    with collector_paused():
        nodes = {node.key: node for node in file.nodes}
        cascade, drives, balances = _linked(nodes, file)
        formulas = {key: parse(node.formula) for key, node in nodes.items() if node.formula is not None}
        feeds = _fed(nodes, formulas)
        spans = {each.key: Period(each.start, each.end) for each in file.cycles}
        observations = points_of(file.observations) if seen is None else seen
        targets = points_of(file.targets)
        return Plan(
            fields=file,
            perspectives={each.key: each for each in file.perspectives},
            units={each.key: each for each in file.units},
            people={each.key: each for each in file.people},
            cycles={each.key: each for each in file.cycles},
            nodes=nodes,
            spans=spans,
            cascade=cascade,
            drives=drives,
            balances=balances,
            feeds=feeds,
            formulas=formulas,
            contributions=_contributions(nodes, file.links),
            order={key: place for place, key in enumerate(nx.topological_sort(cascade))},
            formula_order=order_of(feeds, formulas),
            observations=observations,
            targets=targets,
            metrics=metrics_of(Sources(file, nodes, spans, formulas, feeds, observations, targets)),
            leaves=frozenset(node.key for node in file.nodes if node.measure or node.formula),
            revision=revision,
        )


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from walking a graph again and again while it grows."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _linked(
    nodes: Mapping[str, NodeFields], file: PlanFile
) -> "tuple[nx.DiGraph[str], nx.DiGraph[str], nx.Graph[str]]":
    cascade: nx.DiGraph[str] = nx.DiGraph()
    drives: nx.DiGraph[str] = nx.DiGraph()
    balances: nx.Graph[str] = nx.Graph()
    for graph in (cascade, drives, balances):
        graph.add_nodes_from(nodes)
    for link in file.links:
        kind = link.kind
        if kind is LinkKind.drives:
            drives.add_edge(link.child, link.parent, sign=link.sign, lag=link.lag)
        elif kind is LinkKind.balances:
            balances.add_edge(link.child, link.parent)
        else:
            cascade.add_edge(link.child, link.parent, kind=kind, weight=link.weight, critical=link.critical)
    return cascade, drives, balances


def _fed(nodes: Mapping[str, NodeFields], formulas: Mapping[str, Formula]) -> "nx.DiGraph[str]":
    feeds: nx.DiGraph[str] = nx.DiGraph()
    feeds.add_nodes_from(nodes)
    for key, formula in formulas.items():
        feeds.add_edges_from(edges_of(key, formula))
    return feeds


def edges_of(key: str, formula: Formula) -> "list[tuple[str, str, dict[str, bool]]]":
    """Return what a node's formula draws into `feeds`."""
    now = set(formula.operands)
    return [(operand, key, {"lagged": operand not in now}) for operand in formula.keys]


def order_of(feeds: "nx.DiGraph[str]", formulas: Mapping[str, Formula]) -> dict[str, int]:
    """Return a number for each formula, higher than those of the formulas it reads."""
    if not formulas:
        return {}
    groups = nx.condensation(feeds.subgraph(formulas))
    return {
        key: place
        for place, group in enumerate(nx.topological_sort(groups))
        for key in groups.nodes[group]["members"]
    }


def _contributions(nodes: Iterable[str], links: Iterable[LinkFields]) -> dict[str, tuple[Contribution, ...]]:
    found: dict[str, list[Contribution]] = {key: [] for key in nodes}
    for link in links:
        if link.kind is LinkKind.contributes:
            found[link.parent].append(Contribution(link.child, link.weight, link.critical))
    return {parent: tuple(children) for parent, children in found.items()}


def points_of(rows: Iterable[ObservationFields | TargetFields | Seen]) -> dict[str, Points]:
    """Choose the one value that counts for each node and day.

    The unlabelled one, else the one labelled total, else the last: parts are never summed on a guess.
    """
    found: dict[str, list[ObservationFields | TargetFields | Seen]] = {}
    for node, run in groupby(rows, key=attrgetter("node")):
        found.setdefault(node, []).extend(run)
    return {node: tuple(_one_a_day(each)) for node, each in found.items()}


def _one_a_day(rows: list[ObservationFields | TargetFields | Seen]) -> list[Point]:
    days = [row.date for row in rows]
    if all(map(lt, days, days[1:])):
        return [made(Point, (row.date, row.value)) for row in rows]
    chosen: dict[date, tuple[int, Point]] = {}
    for row in rows:
        rank = 2 if row.label is None else int(row.label.casefold() == "total")
        if row.date not in chosen or rank >= chosen[row.date][0]:
            chosen[row.date] = (rank, Point(row.date, row.value))
    return [chosen[day][1] for day in sorted(chosen)]


def tree_order(plan: Plan) -> Iterator[tuple[str, int, str | None]]:
    """Walk the cascade from the top as (key, depth, parent), a node at each place where it hangs.

    A node's own subtree is walked at its first place only, so that the walk stays as long as the plan.
    Archived nodes are passed over; what hangs below nothing else stands at the top.
    """
    live = {key for key, node in plan.nodes.items() if not node.archived}
    seen: set[str] = set()
    tops = [key for key in plan.nodes if key in live and live.isdisjoint(plan.cascade.successors(key))]
    stack: list[tuple[str, int, str | None]] = [(key, 0, None) for key in reversed(tops)]
    while stack:
        key, depth, parent = stack.pop()
        yield key, depth, parent
        if key not in seen:
            seen.add(key)
            below = [child for child in plan.cascade.predecessors(key) if child in live]
            stack.extend((child, depth + 1, key) for child in reversed(below))
