"""A plan in which values, titles or measures changed: its graphs stay, and so does what no change reaches."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import networkx as nx

from scorecard.domain.period import Period
from scorecard.graph.metric import Sources, metrics_of
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
    kept = {key: metric for key, metric in plan.metrics.items() if key not in reached}
    metrics = {key: each for key in after.nodes if (each := found.get(key) or kept.get(key))}
    measured = {key for key in reached if after.nodes[key].measure or after.nodes[key].formula}
    return replace(after, metrics=metrics, leaves=(plan.leaves - reached) | measured)


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
