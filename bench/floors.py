"""What the same machine needs for the least that could be done: the yardsticks of the table."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import networkx as nx
import numpy as np
from flask import Flask

from scorecard.domain.measure import EARLY, ZONE_SCORE, quantised, status_of
from scorecard.domain.vocabulary import Status
from scorecard.graph.engine_codes import Anything
from scorecard.graph.engine_leaves import Inputs
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


def judged_pass(plan: Plan, scores: Mapping[str, float]) -> dict[str, Status]:
    """Add up given scores over the cascade with networkx, round them and compare them with the bands."""
    totals: dict[str, float] = {}
    statuses: dict[str, Status] = {}
    for key in nx.topological_sort(plan.cascade):
        edges = plan.cascade.pred[key]
        totals[key] = scores[key]
        if edges:
            weight = sum(edge["weight"] for edge in edges.values())
            totals[key] = sum(totals[child] * edge["weight"] for child, edge in edges.items()) / weight
        statuses[key] = status_of(quantised(totals[key]), plan.bands(plan.nodes[key]))
    return statuses


def element_wise(kinds: Iterable[Inputs]) -> None:
    """Score the values of leaves with NumPy alone, round the scores and compare them with the bands."""
    with np.errstate(all="ignore"):
        for inputs in kinds:
            score = np.round(_score(inputs), 9)
            np.where(score >= 0.9, 1, np.where(score >= 0.75, 2, 3))


def _score(inputs: Inputs) -> Anything:
    kind, value = inputs.kind, inputs.value
    if kind.name == "milestone":
        return np.clip(value, 0.0, 1.0)
    if kind.name == "zones":
        return np.array(list(ZONE_SCORE.values())).take(value.astype(int))
    low, high = kind.low[:, None], kind.high[:, None]
    if inputs.expected is not None:
        late = inputs.expected - (value - low) / (high - low)
        return np.clip(1.0 - late / np.maximum(inputs.expected, EARLY), 0.0, 1.0)
    below = low - value if kind.name != "at_most" else value - low
    x = np.maximum(np.maximum(below, value - high) if kind.name == "between" else below, 0.0)
    x /= kind.floor[:, None]
    return np.where(x <= 1, np.where(x == 0, 1.0, 0.9 - 0.15 * x), np.where(x < 2, 0.75 * (2 - x), 0.0))


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
