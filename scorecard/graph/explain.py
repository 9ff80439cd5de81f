"""Why a node stands as it does: the rows that make its score, and its shortfall down to the last leaf."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from math import fsum
from typing import NamedTuple

from scorecard.domain.vocabulary import Policy, Status
from scorecard.graph.judgement import Standing, is_frozen
from scorecard.graph.plan import Plan
from scorecard.graph.rollup import CHOOSING, Part, choice, counted


class ChildRow(NamedTuple):
    """A child and its part in the gap; one that does not count, or has no score, weighs 0."""

    key: str
    weight: float
    effective_weight: float
    score: float | None
    status: Status
    gap_share: float


class LeafRow(NamedTuple):
    """A leaf below and its part in the gap."""

    key: str
    effective_weight: float
    score: float
    gap_share: float


class Explanation(NamedTuple):
    """Where a node's score comes from; the leaves' `gap_share` add up to `gap`, which is 1 - score.

    `rule` names what decided the status, or the reason there is none. Leaves come largest share first.
    """

    key: str
    score: float | None
    gap: float | None
    policy: Policy
    children: tuple[ChildRow, ...]
    leaves: tuple[LeafRow, ...]
    rule: str
    off_track_below: int
    leaves_below: int


class _Day(NamedTuple):
    """A plan on the day that is explained."""

    plan: Plan
    standings: Mapping[str, Standing]
    day: date
    taking_part: Collection[str]

    def ends(self, key: str) -> bool:
        """Tell whether a node's score is its own: a leaf of the roll-up, or frozen."""
        return self.plan.is_leaf(key) or is_frozen(self.plan, self.plan.nodes[key], self.day)

    def parts(self, key: str) -> list[Part]:
        """Return the children that count in a node."""
        if self.ends(key):
            return []
        return counted(self.plan.contributions[key], self.standings, self.taking_part)

    def shares(self, key: str) -> dict[str, float]:
        """Return what part of a node's score each child with one makes; they add up to 1."""
        scored = [part for part in self.parts(key) if part.standing.score is not None]
        policy = self.plan.policy(key)
        if scored and policy in CHOOSING:
            return {choice(scored, policy).key: 1.0}
        weight = fsum(part.weight for part in scored)
        return {part.key: part.weight / weight for part in scored}


def explain(plan: Plan, key: str, standings: Mapping[str, Standing], day: date) -> Explanation:
    """Return where the score of a node comes from on a day, given all standings of that day."""
    on = _Day(plan, standings, day, plan.taking_part(day))
    standing = standings[key]
    weights = _effective_weights(on, {key: 1.0})
    below = [each for each in weights if on.ends(each)]
    shares = on.shares(key)
    return Explanation(
        key=key,
        score=standing.score,
        gap=None if standing.score is None else 1.0 - standing.score,
        policy=plan.policy(key),
        children=tuple(
            _child_row(child, weight, shares.get(child, 0.0), standings[child])
            for child, weight, _ in plan.contributions[key]
            if child in standings
        ),
        leaves=_leaf_rows(on, weights),
        rule=str(standing.rule or standing.reason),
        off_track_below=sum(standings[each].computed is Status.off_track for each in below),
        leaves_below=len(below),
    )


def _child_row(key: str, weight: float, share: float, standing: Standing) -> ChildRow:
    lost = 0.0 if standing.score is None else share * (1.0 - standing.score)
    return ChildRow(key, weight, share, standing.score, standing.status, lost)


def effective_weights(
    plan: Plan, tops: Mapping[str, float], standings: Mapping[str, Standing], day: date
) -> dict[str, float]:
    """Return the weight of every node that counts below some nodes: its sum over all paths.

    `tops` are the nodes to start from with their own weights. Nodes without a score weigh 0.
    """
    return _effective_weights(_Day(plan, standings, day, plan.taking_part(day)), tops)


def _effective_weights(on: _Day, tops: Mapping[str, float]) -> dict[str, float]:
    weights = dict.fromkeys(_below(on, tops), 0.0)
    weights.update(tops)
    for key in sorted(weights, key=on.plan.order.__getitem__, reverse=True):
        for child, share in on.shares(key).items():
            weights[child] += weights[key] * share
    return weights


def _below(on: _Day, tops: Iterable[str]) -> dict[str, None]:
    """Return some nodes and all that counts below them, scored or not."""
    found = dict.fromkeys(tops)
    waiting = list(found)
    while waiting:
        for part in on.parts(waiting.pop()):
            if part.key not in found:
                found[part.key] = None
                waiting.append(part.key)
    return found


def leaf_rows(
    plan: Plan, weights: Mapping[str, float], standings: Mapping[str, Standing], day: date
) -> tuple[LeafRow, ...]:
    """Return the leaves that make up a gap, the largest part of it first."""
    return _leaf_rows(_Day(plan, standings, day, ()), weights)


def _leaf_rows(on: _Day, weights: Mapping[str, float]) -> tuple[LeafRow, ...]:
    rows = []
    for key, weight in weights.items():
        score = on.standings[key].score
        if weight > 0 and score is not None and on.ends(key):
            rows.append(LeafRow(key, weight, score, weight * (1.0 - score)))
    return tuple(sorted(rows, key=lambda row: (-row.gap_share, row.key)))
