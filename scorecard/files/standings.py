"""How standings and explanations travel: rows of plain values, the same for commands and programs."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from scorecard.domain.measure import Between
from scorecard.graph.explain import Explanation
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan, tree_order

Row = dict[str, Any]
"""Field names to text, number or None, as JSON holds them."""


def standing_rows(plan: Plan, standings: Mapping[str, Standing], day: date) -> list[Row]:
    """Return a row for each node in tree order, each node once, archived ones left out."""
    return [_standing_row(plan, standings[key], day) for key in _once(plan) if key in standings]


def _once(plan: Plan) -> Iterator[str]:
    yield from dict.fromkeys(key for key, _, _ in tree_order(plan))


def _standing_row(plan: Plan, standing: Standing, day: date) -> Row:
    node = plan.nodes[standing.key]
    band = {"low": standing.low, "high": standing.high} if isinstance(node.measure, Between) else {}
    return {
        "key": node.key,
        "kind": node.kind.value,
        "title": node.title,
        "perspective": node.perspective,
        "unit": node.unit,
        "owner": node.owner,
        "value": standing.value,
        "baseline": standing.baseline,
        "target": standing.target,
        **band,
        "expected": standing.expected,
        "progress": standing.progress,
        "score": standing.score,
        "status": standing.status.value,
        "reason": standing.reason and standing.reason.value,
        "coverage": standing.coverage,
        "worst": standing.worst.value,
        "worst_key": standing.worst_key,
        "as_of": day.isoformat(),
    }


def explanation_row(explanation: Explanation) -> Row:
    """Return an explanation with its children and leaves as rows of their own."""
    return {
        "key": explanation.key,
        "score": explanation.score,
        "gap": explanation.gap,
        "policy": explanation.policy.value,
        "children": [{**row._asdict(), "status": row.status.value} for row in explanation.children],
        "leaves": [row._asdict() for row in explanation.leaves],
        "rule": explanation.rule,
        "off_track_below": explanation.off_track_below,
        "leaves_below": explanation.leaves_below,
    }
