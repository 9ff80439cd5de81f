"""How everything stands after an edit, worked out from how it stood before.

The answer is that of `rollup.rollup`, to the last digit: what changed is judged again, and all above it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import compress
from operator import is_not

from scorecard.graph.formulas import Sheets
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import rollup, standing_of

MOST_CHANGED = 500
"""Nodes beyond which the whole plan is rolled up anew."""


def rerolled(plan: Plan, day: date, before: Plan, standings: Mapping[str, Standing]) -> dict[str, Standing]:
    """Return how every node that is not archived stands on a day.

    Parameters:
        before: an earlier plan, and `standings` how everything stood in it on the same day.
    """
    changed = _changed(before, plan)
    if changed is None or len(changed) > MOST_CHANGED:
        return rollup(plan, day)
    after = dict(standings)
    sheets, taking_part = Sheets(plan, day), plan.taking_part(day)
    for key in sorted(_with_all_above(plan, changed), key=plan.order.__getitem__):
        if not plan.nodes[key].archived:
            after[key] = standing_of(plan, key, day, after, taking_part, sheets)
    return after


def _changed(before: Plan, after: Plan) -> set[str] | None:
    """Return the nodes that are others or have another number; None where nodes came, went or moved.

    What no edit reached is the same object in both plans.
    """
    alike = after.contributions is before.contributions and after.spans == before.spans
    if not alike or after.fields != before.fields or list(after.metrics) != list(before.metrics):
        return None
    changed = {*_others(after.nodes, before.nodes), *_others(after.metrics, before.metrics)}
    kept = all(after.nodes[key].archived == before.nodes[key].archived for key in changed)
    return changed if kept else None


def _others(after: Mapping[str, object], before: Mapping[str, object]) -> Iterable[str]:
    return compress(after, map(is_not, after.values(), before.values()))


def _with_all_above(plan: Plan, keys: Collection[str]) -> set[str]:
    found, waiting = set(keys), list(keys)
    while waiting:
        for parent in plan.cascade.succ[waiting.pop()]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found
