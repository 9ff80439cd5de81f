"""A plan in which values, titles or measures changed: its graphs stay, and so does what no change reaches."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import networkx as nx

from scorecard.domain.period import Period
from scorecard.graph.metric import Metric, Sources, metrics_of
from scorecard.graph.plan import Plan


def renewed(plan: Plan, touched: Collection[str], **parts: Any) -> Plan:
    """Return a plan with other parts, equal to the one that `build` would make of them.

    Parameters:
        touched: the nodes whose fields, observations or targets are others.
        parts: fields of `Plan` other than graphs, formulas and what is worked out from the rest.
    """
    after = replace(plan, **parts)
    after = replace(after, spans={key: Period(each.start, each.end) for key, each in after.cycles.items()})
    everything = after.fields != plan.fields or after.spans != plan.spans
    reached = set(after.nodes) if everything else _reading(after, touched)
    found = metrics_of(_sources(after), reached)
    measured = {key for key in reached if after.nodes[key].measure or after.nodes[key].formula}
    leaves = plan.leaves if measured == plan.leaves & reached else (plan.leaves - reached) | measured
    return replace(after, metrics=_placed(after, plan.metrics, found, reached), leaves=leaves)


def _placed(
    plan: Plan, known: Mapping[str, Metric], found: Mapping[str, Metric], reached: Collection[str]
) -> dict[str, Metric]:
    """Return known metrics with those found in their place, in the order of the nodes."""
    if len(reached) < len(plan.nodes) and all((key in found) == (key in known) for key in reached):
        return {**known, **found}
    kept = {key: metric for key, metric in known.items() if key not in reached}
    return {key: each for key in plan.nodes if (each := found.get(key) or kept.get(key))}


def _reading(plan: Plan, touched: Collection[str]) -> set[str]:
    """Return the nodes and all whose formulas read them, directly or not."""
    found = {key for key in touched if key in plan.nodes}
    for key in tuple(found):
        if plan.feeds.succ[key]:
            found |= nx.descendants(plan.feeds, key)
    return found


def _sources(plan: Plan) -> Sources:
    return Sources(
        plan.fields, plan.nodes, plan.spans, plan.formulas, plan.feeds, plan.observations, plan.targets
    )
