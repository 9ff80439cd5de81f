"""How a whole plan stands on a day: the roll-up, as section 4 of the measurement rules states it.

A plain evaluator in topological order, children before parents; the specification that every faster engine
must equal. It is a pure function of plan and day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import fsum
from typing import NamedTuple

from scorecard.domain.measure import Bands, clamp, quantised, status_of
from scorecard.domain.vocabulary import Policy, Reason, Rule, Status
from scorecard.graph.judgement import Standing, frozen, judge
from scorecard.graph.plan import Plan

CRITICAL_WEIGHT = 0.25
"""The share of the scored weight from which off-track children keep a parent from green."""

HALF = 0.5
"""The share of the weight that is too much not on track, or too little covered."""


class Part(NamedTuple):
    """A child that counts in its parent on a day."""

    key: str
    weight: float
    critical: bool
    standing: Standing


def rollup(plan: Plan, day: date | None = None) -> dict[str, Standing]:
    """Return how every node that is not archived stands on a day, by default today where the plan is."""
    day = day or plan.today()
    standings: dict[str, Standing] = {}
    for key in plan.order:
        if plan.nodes[key].archived:
            continue
        standing = frozen(plan, key, day)
        if standing is None:
            standing = judge(plan, key, day) if plan.is_leaf(key) else rolled(plan, key, standings, day)
        standings[key] = _overridden(plan, standing, day)
    return standings


def counted(plan: Plan, key: str, standings: Mapping[str, Standing], day: date) -> list[Part]:
    """Return the children that count in a node on a day: those taking part that are due."""
    return [
        Part(child, weight, critical, standings[child])
        for child, weight, critical in plan.contributions[key]
        if plan.takes_part(child, day) and standings[child].reason is not Reason.not_due
    ]


def rolled(plan: Plan, key: str, standings: Mapping[str, Standing], day: date) -> Standing:
    """Return how a node without a number of its own stands, from the children below it."""
    if not any(plan.counts(child) for child, _, _ in plan.contributions[key]):
        return Standing(key, reason=Reason.no_target, worst_key=key)
    parts = counted(plan, key, standings, day)
    return combined(key, parts, plan.policy(key), plan.bands(plan.nodes[key]))


def combined(key: str, parts: Sequence[Part], policy: Policy, bands: Bands) -> Standing:
    """Return the standing that children give together; without any, nothing is due."""
    if not parts:
        return Standing(key, reason=Reason.not_due, worst_key=key)
    scored = [part for part in parts if part.standing.score is not None]
    if not scored:
        return Standing(key, reason=Reason.no_value, worst_key=key)
    weight = fsum(part.weight for part in scored)
    covered = fsum(part.weight * part.standing.coverage for part in parts)
    coverage = quantised(covered / fsum(part.weight for part in parts))
    verdict = _chosen(scored, policy) if policy in CHOOSING else _averaged(scored, weight, bands)
    if coverage < HALF:
        verdict = verdict.thin()
    worst, worst_key, worst_at = _worst(scored, weight)
    return Standing(
        key=key,
        status=verdict.status,
        computed=verdict.status,
        reason=verdict.reason,
        rule=verdict.rule,
        score=verdict.score,
        progress=verdict.progress,
        coverage=coverage,
        worst=worst,
        worst_key=worst_key,
        worst_at=worst_at,
    )


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
    assert part.standing.score is not None
    return part.standing.score


def _averaged(scored: Sequence[Part], weight: float, bands: Bands) -> _Verdict:
    score = fsum(part.weight * score_of(part) for part in scored) / weight
    moved = [(part.weight, part.standing.progress) for part in scored]
    known = [(share, clamp(progress)) for share, progress in moved if progress is not None]
    progress = fsum(w * p for w, p in known) / fsum(w for w, _ in known) if known else None
    status = status_of(quantised(score), bands)
    status, rule = _cap(scored, weight, status) or (status, Rule.bands)
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
    candidates = []
    for key, share, _, standing in scored:
        share /= weight
        lost = 1.0 - (standing.score or 0.0)
        candidates.append((standing.computed, key, share * lost))
        if standing.worst_key is not None:
            candidates.append((standing.worst, standing.worst_key, share * standing.worst_at))
    return min(candidates, key=lambda found: (-found[0].severity, -quantised(found[2]), found[1]))


def _overridden(plan: Plan, standing: Standing, day: date) -> Standing:
    """Put a person's judgement in place of the computed status while it lasts."""
    judged = plan.nodes[standing.key].judged
    if plan.policy(standing.key) is not Policy.judged or judged is None or day > judged.until:
        return standing
    return standing._replace(status=judged.status, rule=Rule.judged)
