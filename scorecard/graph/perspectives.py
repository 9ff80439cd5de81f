"""How each view of the scorecard stands: the same roll-up over the objectives at its top."""

from collections.abc import Iterable, Mapping
from datetime import date

from scorecard.domain.vocabulary import NodeKind, Reason
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import Part, combined


def perspectives_of(plan: Plan) -> dict[str, str | None]:
    """Return the perspective of every node: its own, else that of the first parent that has one."""
    found: dict[str, str | None] = {}
    for key in reversed(tuple(plan.order)):
        inherited = (found[parent] for parent in plan.cascade.successors(key) if found[parent])
        found[key] = plan.nodes[key].perspective or next(inherited, None)
    return found


def tops(plan: Plan) -> dict[str, list[str]]:
    """Return for each perspective the objectives that stand under none of the same perspective.

    Where a perspective has no objective, whatever counts in it stands for it.
    """
    place = perspectives_of(plan)
    highest: dict[str, list[str]] = {key: [] for key in plan.perspectives}
    others: dict[str, list[str]] = {key: [] for key in plan.perspectives}
    for key, node in plan.nodes.items():
        here = place[key]
        if here is None or not plan.counts(key):
            continue
        if any(place[parent] == here and plan.counts(parent) for parent in plan.cascade.succ[key]):
            continue
        (highest if node.kind is NodeKind.objective else others)[here].append(key)
    return {key: highest[key] or others[key] for key in plan.perspectives}


def perspective_standings(plan: Plan, standings: Mapping[str, Standing], day: date) -> dict[str, Standing]:
    """Return how each perspective stands on a day, its top objectives weighing alike."""
    return {key: together(plan, key, keys, standings, day) for key, keys in tops(plan).items()}


def together(
    plan: Plan, key: str, keys: Iterable[str], standings: Mapping[str, Standing], day: date
) -> Standing:
    """Return how some nodes stand together, by the plan's policy and bands, under a key of their own."""
    return combined(key, alike(plan, keys, standings, day), plan.fields.policy, plan.fields.bands)


def alike(plan: Plan, keys: Iterable[str], standings: Mapping[str, Standing], day: date) -> list[Part]:
    """Return those of some nodes that count on a day, weighing alike."""
    return [
        Part(key, 1.0, False, standings[key])
        for key in keys
        if plan.takes_part(key, day) and standings[key].reason is not Reason.not_due
    ]
