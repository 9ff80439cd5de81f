"""How a whole plan stands on a day: the roll-up, as section 4 of the measurement rules states it.

A plain evaluator in topological order, children before parents; the specification that every faster engine
must equal. It is a pure function of plan and day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from math import fsum
from operator import mul
from typing import NamedTuple

from scorecard.domain.measure import Bands, clamp, quantised, status_of
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import Policy, Reason, Rule, Status
from scorecard.graph.formulas import Sheets
from scorecard.graph.judgement import Standing, evidence, frozen, is_frozen, judge
from scorecard.graph.plan import Contribution, Plan

CRITICAL_WEIGHT = 0.25
"""The share of the scored weight from which off-track children keep a parent from green."""

HALF = 0.5
"""The share of the weight that is too much not on track, or too little covered."""


_NOT_DUE = Reason.not_due


class Part(NamedTuple):
    """A child that counts in its parent on a day."""

    key: str
    weight: float
    critical: bool
    standing: Standing


def rollup(plan: Plan, day: date | None = None) -> dict[str, Standing]:
    """Return how every node that is not archived stands on a day, by default today where the plan is."""
    day = day or plan.today()
    sheets, taking_part = Sheets(plan, day), plan.taking_part(day)
    standings: dict[str, Standing] = {}
    for key in plan.order:
        node = plan.nodes[key]
        if node.archived:
            continue
        if node.grade is not None and is_frozen(plan, node, day):
            standings[key] = frozen(plan, node, day, sheets)
            continue
        if key in plan.leaves:
            standing = judge(plan, key, day, sheets)
        else:
            parts = counted(plan.contributions[key], standings, taking_part)
            standing = combined(key, parts, plan.policy(key), plan.bands(node))
            standing = standing if parts and key not in plan.metrics else _described(plan, standing, day)
        standings[key] = standing if node.judged is None else _overridden(plan, node, standing, day)
    return standings


def counted(
    contributions: Iterable[Contribution], standings: Mapping[str, Standing], taking_part: Collection[str]
) -> list[Part]:
    """Return the children that count in a node on a day: those taking part that are due."""
    return [
        Part(child, weight, critical, standing)
        for child, weight, critical in contributions
        if child in taking_part and (standing := standings[child]).reason is not _NOT_DUE
    ]


def _described(plan: Plan, standing: Standing, day: date) -> Standing:
    """Add what a node shows beside its roll-up: no target where nothing counts in it, and its own value."""
    key = standing.key
    if not any(plan.counts(child) for child, _, _ in plan.contributions[key]):
        standing = standing._replace(reason=Reason.no_target)
    if key in plan.metrics:
        found = evidence(plan, plan.metrics[key], day)
        standing = standing._replace(value=found.value, seen=found.seen)
    return standing


def combined(key: str, parts: Sequence[Part], policy: Policy, bands: Bands) -> Standing:
    """Return the standing that children give together; without any, nothing is due."""
    if not parts:
        return Standing(key, reason=Reason.not_due)
    scored = [part for part in parts if part.standing.score is not None]
    if not scored:
        return Standing(key, reason=Reason.no_value)
    coverage = quantised(_mean([part.weight for part in parts], [part.standing.coverage for part in parts]))
    weights = [part.weight for part in scored]
    verdict = _chosen(scored, policy) if policy in CHOOSING else _averaged(scored, weights, bands)
    if coverage < HALF:
        verdict = verdict.thin()
    status, rule, score, progress, reason = verdict
    worst = _worst(scored, fsum(weights))
    return Standing(key, status, status, reason, rule, score, progress, coverage, *worst)


def _mean(weights: Sequence[float], values: Sequence[float]) -> float:
    """Return the weighted mean, the same in whatever order the values come."""
    return fsum(map(mul, weights, values)) / fsum(weights)


class _Verdict(NamedTuple):
    status: Status
    rule: Rule | None
    score: float
    progress: float | None
    reason: Reason | None = None

    def thin(self) -> "_Verdict":
        """Return the verdict where too little is covered: no green, other colours with the reason."""
        if self.status is Status.on_track:
            return self._replace(status=Status.no_data, rule=None, reason=Reason.low_coverage)
        return self._replace(reason=Reason.low_coverage)


CHOOSING = (Policy.worst, Policy.best)


def score_of(part: Part) -> float:
    """Return the score of a child that has one."""
    return part.standing.score  # type: ignore[return-value]


def way_of(part: Part) -> float:
    """Return the progress of a child that has one, within 0..1."""
    return clamp(part.standing.progress)  # type: ignore[arg-type]


def _averaged(scored: Sequence[Part], weights: Sequence[float], bands: Bands) -> _Verdict:
    score = _mean(weights, [score_of(part) for part in scored])
    ways = [part.standing.progress for part in scored]
    known = [(weight, clamp(way)) for weight, way in zip(weights, ways, strict=True) if way is not None]
    progress = _mean(*zip(*known, strict=True)) if known else None
    status = status_of(quantised(score), bands)
    status, rule = _cap(scored, fsum(weights), status) or (status, Rule.bands)
    return _Verdict(status, rule, score, progress)


def _cap(scored: Sequence[Part], weight: float, status: Status) -> tuple[Status, Rule] | None:
    """Return the status that the children impose over the one from the bands, and the rule that does."""
    off = [part for part in scored if part.standing.computed is Status.off_track]
    if status is not Status.off_track and any(part.critical for part in off):
        return Status.off_track, Rule.critical_child
    if status is not Status.on_track:
        return None
    if len(off) >= 2:
        return Status.at_risk, Rule.off_track_children
    if quantised(fsum(part.weight for part in off) / weight) >= CRITICAL_WEIGHT:
        return Status.at_risk, Rule.off_track_weight
    behind = fsum(part.weight for part in scored if part.standing.computed in _BEHIND)
    if quantised(behind / weight) >= HALF:
        return Status.at_risk, Rule.half_not_on_track
    return None


_BEHIND = (Status.at_risk, Status.off_track)


def choice(scored: Sequence[Part], policy: Policy) -> Part:
    """Return the child that the policies worst and best go by; ties by key."""
    sign = 1 if policy is Policy.worst else -1
    return min(scored, key=lambda part: (sign * quantised(score_of(part)), part.key))


def _chosen(scored: Sequence[Part], policy: Policy) -> _Verdict:
    part = choice(scored, policy)
    standing = part.standing
    progress = None if standing.progress is None else clamp(standing.progress)
    reason = standing.reason if standing.computed is Status.no_data else None
    return _Verdict(standing.computed, Rule(policy.value), score_of(part), progress, reason)


def _worst(scored: Sequence[Part], weight: float) -> tuple[Status, str, float]:
    """Return the worst status below, and the node of that status that takes most from the score."""
    standings = [part.standing for part in scored]
    found = {each.worst for each in standings} | {each.computed for each in standings}
    worst = max(found, key=_severity) if len(found) > 1 else found.pop()
    candidates = []
    for key, share, _, standing in scored:
        at, lost = standing.worst_key or key, share * standing.worst_at / weight
        if standing.worst is worst:
            candidates.append((-quantised(lost), at, -lost))
        if standing.computed is worst and at != key:
            lost = share * (1.0 - (standing.score or 0.0)) / weight
            candidates.append((-quantised(lost), key, -lost))
    _, key, lost = min(candidates)
    return worst, key, -lost


def _severity(status: Status) -> int:
    return status.severity


def _overridden(plan: Plan, node: NodeFields, standing: Standing, day: date) -> Standing:
    """Put a person's judgement in place of the computed status while it lasts."""
    judged = node.judged
    if judged is None or plan.policy(node.key) is not Policy.judged or day > judged.until:
        return standing
    return standing._replace(status=judged.status, rule=Rule.judged)
