"""Closing a cycle: the grades that freeze what its nodes ended with, measurement rules section 6."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from scorecard.domain.measure import clamp
from scorecard.domain.period import period_of
from scorecard.domain.schema import Grade, NodeFields
from scorecard.domain.vocabulary import Ambition, Lifecycle
from scorecard.graph.judgement import Standing
from scorecard.graph.metric import Metric
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import rollup


class Achievement(StrEnum):
    """What a grade comes to, read off clamped progress and never off the score."""

    achieved = "achieved"
    partly = "partly"
    missed = "missed"


ACHIEVED, PARTLY = 0.7, 0.4
"""The progress from which an aspirational promise is achieved, and partly achieved."""


def grades(plan: Plan, cycle: str, learnings: Mapping[str, str] | None = None) -> dict[str, Grade]:
    """Return what the active nodes of a cycle end with, as they stand on its last day.

    The status is the computed one: a person's judgement stays visible in the history, and what counts in
    parents never was it.

    Parameters:
        learnings: one line each, by node; a learning written down earlier stays where none is given.
    """
    standings = rollup(plan, plan.spans[cycle].end)
    said = learnings or {}
    return {
        node.key: Grade(
            progress=standings[node.key].progress,
            score=standings[node.key].score,
            status=standings[node.key].computed,
            learning=said.get(node.key) or (node.grade.learning if node.grade else None),
        )
        for node in active_nodes(plan, cycle)
    }


def active_nodes(plan: Plan, cycle: str) -> Iterator[NodeFields]:
    """Yield the nodes of a cycle that closing it freezes."""
    for node in plan.nodes.values():
        if node.cycle == cycle and node.lifecycle is Lifecycle.active and not node.archived:
            yield node


class Readiness(NamedTuple):
    """What a cycle's closing would find: `final` of its `measured` nodes have their last period's number."""

    nodes: int
    measured: int
    final: int


def readiness(plan: Plan, cycle: str, standings: Mapping[str, Standing]) -> Readiness:
    """Return what is in for a cycle, given how its nodes stand on its last day, or on the latest so far.

    A number counts as final where the next one is due after the cycle only.
    """
    nodes = [node.key for node in active_nodes(plan, cycle)]
    measured = [key for key in nodes if plan.is_leaf(key)]
    end = plan.spans[cycle].end
    final = sum(_is_final(plan.metrics[key], standings[key].seen, end) for key in measured)
    return Readiness(len(nodes), len(measured), final)


def _is_final(metric: Metric, seen: date | None, end: date) -> bool:
    if seen is None:
        return False
    return metric.cadence is None or seen >= period_of(end, metric.cadence, metric.fiscal).start


def achievement(node: NodeFields, grade: Grade) -> Achievement | None:
    """Return what a grade comes to: an aspirational promise bends, a committed one is kept or it is not."""
    if grade.progress is None:
        return None
    progress, measure = clamp(grade.progress), node.measure
    bends = measure is not None and measure.kind == "reach" and measure.ambition is Ambition.aspirational
    if progress >= (ACHIEVED if bends else 1.0):
        return Achievement.achieved
    return Achievement.partly if progress >= PARTLY else Achievement.missed
