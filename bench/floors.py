"""What the same machine needs for the least that could be done: the yardsticks of the table."""

from collections.abc import Sequence

import networkx as nx

from scorecard.graph.plan import Plan


def topological_pass(plan: Plan) -> dict[str, float]:
    """Add up scores over the cascade with networkx alone: no dates, no targets, no rules."""
    totals = dict.fromkeys(plan.cascade, 1.0)
    for key in nx.topological_sort(plan.cascade):
        edges = plan.cascade.pred[key]
        if edges:
            weight = sum(edge["weight"] for edge in edges.values())
            totals[key] = sum(totals[child] * edge["weight"] for child, edge in edges.items()) / weight
    return totals


def bare_graph(links: Sequence[tuple[str, str]]) -> "nx.DiGraph[str]":
    """Build a graph of links that carry nothing."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from(links)
    return graph


def ancestors(plan: Plan, key: str) -> set[str]:
    """Find everything below a node with networkx alone."""
    return set(nx.ancestors(plan.cascade, key))
