"""What the same machine needs for the least that could be done: the yardsticks of the table."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from flask import Flask

from scorecard.domain.formula import Formula, Read
from scorecard.domain.measure import EARLY, ZONE_PROGRESS, ZONE_SCORE
from scorecard.domain.vocabulary import Reason
from scorecard.graph.engine_codes import Anything
from scorecard.graph.engine_leaves import Inputs
from scorecard.graph.engine_structure import Structure
from scorecard.graph.formulas import Sheets
from scorecard.graph.judgement import Standing, judge
from scorecard.graph.metric import Metric
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import ALMOST, CRITICAL_WEIGHT, HALF


def topological_pass(plan: Plan) -> dict[str, float]:
    """Add up scores over the cascade with networkx alone: no dates, no targets, no rules."""
    totals = dict.fromkeys(plan.cascade, 1.0)
    for key in nx.topological_sort(plan.cascade):
        edges = plan.cascade.pred[key]
        if edges:
            weight = sum(edge["weight"] for edge in edges.values())
            totals[key] = sum(totals[child] * edge["weight"] for child, edge in edges.items()) / weight
    return totals


def networkx_cascade(plan: Plan, day: date) -> "nx.DiGraph[str]":
    """Return the cascade with all that a day's roll-up starts from as attributes of nodes and links."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    sheets = Sheets(plan, day)
    for key, node in plan.nodes.items():
        bands = plan.bands(node)
        graph.add_node(key, kind=None, on_track=bands.on_track, at_risk=bands.at_risk)
        if key in plan.leaves:
            graph.nodes[key].update(_to_judge(plan.metrics[key], judge(plan, key, day, sheets), day))
    for key, children in plan.contributions.items():
        for child, weight, critical in children:
            graph.add_edge(child, key, weight=weight, critical=critical)
    return graph


def _to_judge(metric: Metric, standing: Standing, day: date) -> dict[str, object]:
    assert metric.measure is not None
    low, high, floor = standing.low, standing.high, standing.floor
    if metric.measure.kind != "between":
        low = high = metric.target
        floor = None if floor is None or high is None else abs(high - floor)
    return {
        "kind": metric.measure.kind,
        "value": standing.value,
        "low": metric.baseline if metric.reach else low,
        "high": high,
        "floor": floor,
        "expected": standing.expected,
        "reason": standing.reason,
        "late": metric.due is not None and day >= metric.due,
    }


def networkx_pass(graph: "nx.DiGraph[str]") -> None:
    """Judge every leaf from its value and roll up score, progress, coverage, status and worst, node by node.

    What a program on networkx does that is written for speed: one topological order, one loop over the
    children, attributes in the dictionaries of nodes and links. Statuses are 0 (no data) to 3 (off track).
    """
    nodes = graph.nodes
    for key in nx.topological_sort(graph):
        node = nodes[key]
        if node["kind"] is None:
            _roll_up(node, [(child, nodes[child], link) for child, link in graph.pred[key].items()])
        else:
            _judge(key, node)


_Node = dict[str, Any]


def _judge(key: str, node: _Node) -> None:
    value, reason = node["value"], node["reason"]
    if value is None or reason is Reason.not_due:
        node.update(score=None, progress=None, coverage=0.0, status=0, worst=0, worst_key=key, lost=0.0)
        return
    progress, score = _scored(node, value)
    status = _status(node, score, node["late"])
    coverage = 1.0 if reason is None else 0.0
    node["score"], node["progress"], node["coverage"], node["status"] = score, progress, coverage, status
    node["worst"], node["worst_key"], node["lost"] = status, key, 1.0 - score


def _scored(node: _Node, value: Any) -> tuple[float, float]:
    kind = node["kind"]
    if kind == "zones":
        return ZONE_PROGRESS[value], ZONE_SCORE[value]
    if kind == "milestone":
        return value, min(max(value, 0.0), 1.0)
    if kind == "reach":
        expected = node["expected"]
        progress = (value - node["low"]) / (node["high"] - node["low"])
        return progress, min(max(1.0 - (expected - progress) / max(expected, EARLY), 0.0), 1.0)
    if kind == "at_most" or (kind == "between" and value > node["high"]):
        miss = value - node["high"]
    else:
        miss = node["low"] - value
    if miss <= 0.0:
        return 1.0, 1.0
    x, good, fair = miss / node["floor"], node["on_track"], node["at_risk"]
    return 1.0 - x, good - (good - fair) * x if x <= 1.0 else max(fair * (2.0 - x), 0.0)


def _status(node: _Node, score: float, late: bool) -> int:
    score = round(score, 9)
    return 1 if score >= (1.0 if late else node["on_track"]) else 2 if score >= node["at_risk"] else 3


def _roll_up(node: _Node, below: Sequence[tuple[str, _Node, _Node]]) -> None:
    due = total = summed = way = covered = off = behind = most = 0.0
    offs = worst = 0
    worst_key, critical = "", False
    for key, child, link in below:
        if child["reason"] is Reason.not_due:
            continue
        weight, score, status = link["weight"], child["score"], child["status"]
        due += weight
        if score is None:
            continue
        total += weight
        summed += weight * score
        way += weight * min(max(child["progress"], 0.0), 1.0)
        covered += weight * child["coverage"]
        if status >= 2:
            behind += weight
            if status == 3:
                off, offs, critical = off + weight, offs + 1, critical or link["critical"]
        found = status, weight * (1.0 - score), key
        deep = child["worst"], weight * child["lost"], child["worst_key"]
        for bad, lost, at in (found,) if child["kind"] else (found, deep):
            nearly = bad == worst and lost >= most * ALMOST and (lost * ALMOST > most or at < worst_key)
            if not worst_key or bad > worst or nearly:
                worst, most, worst_key = bad, lost, at
    if not total:
        node.update(score=None, progress=None, coverage=0.0, status=0, worst=0, worst_key=None, lost=0.0)
        node["reason"] = Reason.no_value if due else Reason.not_due
        return
    score, coverage = summed / total, round(covered / due, 9)
    status = _status(node, score, False)
    if critical:
        status = 3
    elif status == 1 and (offs >= 2 or off >= CRITICAL_WEIGHT * total or behind >= HALF * total):
        status = 2
    node["reason"] = Reason.low_coverage if coverage < HALF else None
    node["score"], node["progress"], node["coverage"] = score, way / total, coverage
    node["status"] = 0 if coverage < HALF and status == 1 else status
    node["worst"], node["worst_key"], node["lost"] = worst, worst_key, most / total


class Kind(NamedTuple):
    """The leaves of one kind of measure, as columns; their values as leaves by days."""

    name: str
    low: Anything
    high: Anything
    floor: Anything
    value: Anything
    expected: Anything | None


def by_kind(structure: Structure, inputs: Inputs) -> list[Kind]:
    """Return what leaves are scored from, by kind of measure, each with its own arithmetic."""
    leaves, (limits, ways, zones) = inputs.leaves, structure.families
    below, above = np.isinf(leaves.high[limits]), np.isinf(leaves.low[limits])
    paced = leaves.paced[ways]
    chosen = {
        "at_least": np.flatnonzero(below),
        "at_most": np.flatnonzero(above),
        "between": np.flatnonzero(~(below | above)),
        "reach": np.flatnonzero(paced) + ways.start,
        "milestone": np.flatnonzero(~paced) + ways.start,
        "zones": np.arange(zones.start, zones.stop),
    }
    return [
        Kind(
            name,
            leaves.low[rows, None],
            leaves.high[rows, None],
            leaves.floor[rows, None],
            inputs.value[rows],
            inputs.expected[rows - ways.start] if name == "reach" else None,
        )
        for name, rows in chosen.items()
    ]


def element_wise(kinds: Iterable[Kind]) -> None:
    """Score the values of leaves with NumPy alone, round the scores and compare them with the bands."""
    with np.errstate(all="ignore"):
        for kind in kinds:
            score = np.round(_scores(kind), 9)
            np.where(score >= 0.9, 1, np.where(score >= 0.75, 2, 3))


def _scores(kind: Kind) -> Any:
    name, low, high, floor, value, expected = kind
    if name == "milestone":
        return np.clip(value, 0.0, 1.0)
    if name == "zones":
        return np.array(list(ZONE_SCORE.values())).take(value.astype(int))
    if expected is not None:
        late = expected - (value - low) / (high - low)
        return np.clip(1.0 - late / np.maximum(expected, EARLY), 0.0, 1.0)
    below = value - high if name == "at_most" else low - value
    x = np.maximum(np.maximum(below, value - high) if name == "between" else below, 0.0)
    x /= floor
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


def fetched_period(path: Path) -> list[tuple[object, ...]]:
    """Fetch the nodes and values of one month with sqlite3 alone."""
    with closing(sqlite3.connect(path)) as connection:
        month = ("2026-11-01/2026-11-30",)
        wanted = "SELECT node, value FROM node_period WHERE plan_id = 1 AND period = ?"
        return connection.execute(wanted, month).fetchall()


def durable_edit(path: Path) -> Callable[[], object]:
    """Return the change of one row with sqlite3 alone, on the disk when it returns."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return lambda: connection.execute("UPDATE plan SET revision = revision + 1")


def compiled(formula: Formula) -> Callable[..., float]:
    """Return a formula as Python compiles it: a lambda of what it reads that checks nothing."""
    names = {read: f"_{place}" for place, read in enumerate(formula.reads)}

    def named(found: "re.Match[str]") -> str:
        how = found["how"]
        read = Read(found["of"], "lag" if how == "lag" else "ytd", int(found["n"] or 0)) if how else None
        return names.get(read or Read(found[0]), found[0])

    text = _READ.sub(named, formula.text.strip("= \t\r\n"))
    function: Callable[..., float] = eval(f"lambda {', '.join(names.values())}: {text}", dict(_FUNCTIONS))
    return function


_READ = re.compile(
    r"(?P<how>lag|ytd)\s*\(\s*(?P<of>[a-z]\w*)\s*(?:,\s*(?P<n>\d+)\s*)?\)|\b[a-z]\w*", re.ASCII
)
_FUNCTIONS = {"sum": lambda *values: sum(values), "mean": lambda *values: sum(values) / len(values)}


def over_periods(function: Callable[..., float], columns: Sequence[Sequence[float]]) -> list[float]:
    """Call a function once for each period."""
    return list(map(function, *columns))
