"""The company as one: how it stands, what its gap consists of, and what turned since another day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import fsum
from typing import NamedTuple

from scorecard.domain.vocabulary import NodeKind, Status
from scorecard.graph.alignment import company_objectives
from scorecard.graph.explain import LeafRow, effective_weights, leaf_rows
from scorecard.graph.judgement import Standing, is_frozen
from scorecard.graph.perspectives import alike, together
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import CHOOSING, Part, choice


def company_standing(plan: Plan, standings: Mapping[str, Standing], day: date) -> Standing:
    """Return how the company objectives stand together, under the plan's key."""
    return together(plan, plan.key, company_objectives(plan), standings, day)


class Shortfall(NamedTuple):
    """What some nodes lose together, leaf by leaf, the largest part first; the parts add up to the gap.

    `below` counts the leaves by their computed status, those without a score too.
    """

    leaves: tuple[LeafRow, ...]
    below: Mapping[Status, int]


def shortfall(plan: Plan, keys: Sequence[str], standings: Mapping[str, Standing], day: date) -> Shortfall:
    """Return what the nodes that make up a perspective, or the company, lose together on a day."""
    parts = alike(plan, keys, standings, day)
    shares = dict.fromkeys((part.key for part in parts), 0.0) | _shares(plan, parts)
    weights = effective_weights(plan, shares, standings, day)
    ends = [key for key in weights if plan.is_leaf(key) or is_frozen(plan, plan.nodes[key], day)]
    return Shortfall(
        leaf_rows(plan, weights, standings, day), Counter(standings[key].computed for key in ends)
    )


def _shares(plan: Plan, parts: Sequence[Part]) -> dict[str, float]:
    scored = [part for part in parts if part.standing.score is not None]
    if not scored:
        return {}
    if plan.fields.policy in CHOOSING:
        return {choice(scored, plan.fields.policy).key: 1.0}
    weight = fsum(part.weight for part in scored)
    return {part.key: part.weight / weight for part in scored}


class Flip(NamedTuple):
    """A node whose status is another than it was."""

    key: str
    before: Standing
    now: Standing

    @property
    def worse(self) -> bool:
        """Tell whether it turned to the worse; to lose one's colour is worse than to have been green."""
        return _RANK[self.now.status] > _RANK[self.before.status]


_RANK = {Status.on_track: 0, Status.no_data: 1, Status.at_risk: 2, Status.off_track: 3}


def flips(
    plan: Plan, before: Mapping[str, Standing], since: date, now: Mapping[str, Standing], day: date
) -> list[Flip]:
    """Return what took part on both days and changed its status: turned worse first, the highest up first.

    What began or ended in between did not turn: it has no status of the other day to compare with.
    """
    turned = [
        Flip(key, before[key], standing)
        for key, standing in now.items()
        if standing.status is not before[key].status
        and plan.takes_part(key, since)
        and plan.takes_part(key, day)
    ]
    return sorted(turned, key=lambda flip: _notice(plan, flip))


def _notice(plan: Plan, flip: Flip) -> tuple[bool, int, bool, int]:
    """Return the order in which a reader should hear of it; parents have the later place."""
    objective = plan.nodes[flip.key].kind is NodeKind.objective
    return not flip.worse, -_RANK[flip.now.status], not objective, -plan.order[flip.key]
