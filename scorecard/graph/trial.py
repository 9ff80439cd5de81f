"""A formula tried before it is kept: whether its plan can hold it, and what it would come to."""

from dataclasses import replace

import networkx as nx

from scorecard.domain.formula import Formula, parse
from scorecard.domain.schema import NodeFields
from scorecard.graph.metric import Sources, metrics_of
from scorecard.graph.plan import Plan, edges_of, order_of
from scorecard.graph.structure import Dangling, FormulaCircle


def refuse_formula(plan: Plan, key: str, formula: Formula) -> None:
    """Refuse a formula for a node, be it in the plan or not.

    Raises:
        Dangling: at the first key that the plan does not have.
        FormulaCircle: where what it reads would read it, in one and the same period.
    """
    for operand in formula.keys:
        if operand not in plan.nodes and operand != key:
            raise Dangling(kind="node", key=operand)
    for operand in formula.operands:
        path = reading_path(plan, operand, key)
        if path:
            raise FormulaCircle(key=key, path=" → ".join([key, *path]))


def reading_path(plan: Plan, reader: str, read: str) -> list[str]:
    """Return how a node reads another in the same period, from one to the other; empty where it does not."""
    if reader == read:
        return [reader]
    now = _now(plan)
    if read not in now or not nx.has_path(now, read, reader):
        return []
    return list(nx.shortest_path(now, read, reader))[::-1]


def readers_of(plan: Plan, key: str) -> set[str]:
    """Return a node and all whose formulas read it in the same period, directly or not."""
    return {key} | (nx.descendants(_now(plan), key) if key in plan.nodes else set())


def _now(plan: Plan) -> "nx.DiGraph[str]":
    """Return what feeds what in the same period, as a view."""
    edges = plan.feeds.edges
    now: nx.DiGraph[str] = nx.subgraph_view(
        plan.feeds, filter_edge=lambda one, other: not edges[one, other]["lagged"]
    )
    return now


def tried(plan: Plan, node: NodeFields) -> Plan:
    """Return a plan in which a node is another or a new one, whole as far as that node's formula reaches.

    The formula must have passed `refuse_formula`.
    """
    assert node.formula is not None
    formula = parse(node.formula)
    nodes, formulas = {**plan.nodes, node.key: node}, {**plan.formulas, node.key: formula}
    feeds = _feeds(plan, node.key, formula)
    sources = Sources(plan.fields, nodes, plan.spans, formulas, feeds, plan.observations, plan.targets)
    return replace(
        plan,
        nodes=nodes,
        formulas=formulas,
        feeds=feeds,
        formula_order=order_of(feeds, {key: formulas[key] for key in feeds if key in formulas}),
        metrics={**plan.metrics, **metrics_of(sources, [node.key])},
    )


def unobserved(plan: Plan, key: str) -> Plan:
    """Return a plan without the observations of a node, which stand over what its formula comes to."""
    return replace(plan, observations={each: seen for each, seen in plan.observations.items() if each != key})


def _feeds(plan: Plan, key: str, formula: Formula) -> "nx.DiGraph[str]":
    """Return what feeds a node once it has this formula, and nothing else."""
    found = {key, *formula.keys}
    waiting = list(formula.keys)
    while waiting:
        fresh = set(plan.feeds.pred.get(waiting.pop(), ())) - found
        found |= fresh
        waiting.extend(fresh)
    feeds: nx.DiGraph[str] = nx.DiGraph()
    feeds.add_nodes_from(found)
    for each in found:
        own = formula if each == key else plan.formulas.get(each)
        if own is not None:
            feeds.add_edges_from(edges_of(each, own))
    return feeds
