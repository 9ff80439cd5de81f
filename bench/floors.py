"""What the same machine needs for the least that could be done: the yardsticks of the table."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import networkx as nx
from flask import Flask

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


def bare_flask() -> Flask:
    """Return an application that greets and does nothing else."""
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "hello")
    return app


def fetched(path: Path) -> list[list[tuple[object, ...]]]:
    """Fetch the nodes, links and check-ins of a database with sqlite3 alone."""
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES]


_TABLES = ("node", "link", "observation")


def durable_edit(path: Path) -> Callable[[], object]:
    """Return the change of one row with sqlite3 alone, on the disk when it returns."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return lambda: connection.execute("UPDATE plan SET revision = revision + 1")
