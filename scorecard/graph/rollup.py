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
from scorecard.graph.path import made
from scorecard.graph.plan import Contribution, Plan

CRITICAL_WEIGHT = 0.25
"""The share of the scored weight from which off-track children keep a parent from green."""

HALF = 0.5
"""The share of the weight that is too much not on track, or too little covered."""


ALMOST = 1.0 - 1e-9
"""What differs by less, as sums in another order may, is alike."""

_ON_TRACK, _OFF_TRACK, _NO_DATA, _NOT_DUE = Status.on_track, Status.off_track, Status.no_data, Reason.not_due
_BEHIND = (Status.at_risk, Status.off_track)
_SEVERITY = {status: status.severity for status in Status}
_BY_SEVERITY = sorted(Status, key=_SEVERITY.__getitem__)


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
        if not plan.nodes[key].archived:
            standings[key] = standing_of(plan, key, day, standings, taking_part, sheets)
    return standings


def standing_of(
    plan: Plan,
    key: str,
    day: date,
    standings: Mapping[str, Standing],
    taking_part: Collection[str],
    sheets: Sheets,
) -> Standing:
    """Return how a node stands on a day, given how its children do."""
    node = plan.nodes[key]
    if node.grade is not None and is_frozen(plan, node, day):
        return frozen(plan, node, day, sheets)
    if key in plan.leaves:
        standing = judge(plan, key, day, sheets)
    else:
        parts = counted(plan.contributions[key], standings, taking_part)
        standing = combined(key, parts, plan.policy(key), plan.bands(node))
        if not parts or key in plan.metrics:
            standing = _described(plan, standing, day)
    return standing if node.judged is None else overridden(plan, node, standing, day)


def counted(
    contributions: Iterable[Contribution], standings: Mapping[str, Standing], taking_part: Collection[str]
) -> list[Part]:
    """Return the children that count in a node on a day: those taking part that are due."""
    return [
        made(Part, (child, weight, critical, standing))
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
    weights = [part.weight for part in scored]
    weight = fsum(weights)
    if policy in CHOOSING:
        status, rule, score, progress, reason = _chosen(scored, policy)
    else:
        status, rule, score, progress, reason = _averaged(scored, weights, weight, bands)
    coverage = _coverage(parts, weight if len(scored) == len(parts) else None)
    if coverage < HALF:
        reason = Reason.low_coverage
        status, rule = (_NO_DATA, None) if status is _ON_TRACK else (status, rule)
    worst, worst_key, lost = _worst(scored)
    return Standing(
        key, status, status, reason, rule, score, progress, coverage, worst, worst_key, lost / weight
    )


def _coverage(parts: Sequence[Part], weight: float | None) -> float:
    """Return the share of the weight that rests on fresh numbers; `weight` is that of all parts, if known."""
    weight = weight or fsum([part.weight for part in parts])
    return quantised(fsum([part.weight * part.standing.coverage for part in parts]) / weight)


_Verdict = tuple[Status, Rule | None, float, float | None, Reason | None]
"""Status, the rule that decided it, score, progress, and why there is no colour."""

CHOOSING = (Policy.worst, Policy.best)


def score_of(part: Part) -> float:
    """Return the score of a child that has one."""
    return part.standing.score  # type: ignore[return-value]


def _averaged(scored: Sequence[Part], weights: Sequence[float], weight: float, bands: Bands) -> _Verdict:
    score = fsum([part.weight * (part.standing.score or 0.0) for part in scored]) / weight
    ways = [part.standing.progress for part in scored]
    if None in ways:
        known = [part for part in scored if part.standing.progress is not None]
        weights, ways = [part.weight for part in known], [part.standing.progress for part in known]
    progress = fsum(map(mul, weights, map(clamp, ways))) / fsum(weights) if ways else None  # type: ignore[arg-type]
    status = status_of(quantised(score), bands)
    status, rule = _cap(scored, weight, status) or (status, Rule.bands)
    return status, rule, score, progress, None


def _cap(scored: Sequence[Part], weight: float, status: Status) -> tuple[Status, Rule] | None:
    """Return the status that the children impose over the one from the bands, and the rule that does."""
    behind = [part for part in scored if part.standing.computed in _BEHIND]
    if not behind or status is _OFF_TRACK:
        return None
    off = [part for part in behind if part.standing.computed is _OFF_TRACK]
    if any(part.critical for part in off):
        return _OFF_TRACK, Rule.critical_child
    if status is not _ON_TRACK:
        return None
    if len(off) >= 2:
        return Status.at_risk, Rule.off_track_children
    if fsum([part.weight for part in off]) >= CRITICAL_WEIGHT * weight * ALMOST:
        return Status.at_risk, Rule.off_track_weight
    if fsum([part.weight for part in behind]) >= HALF * weight * ALMOST:
        return Status.at_risk, Rule.half_not_on_track
    return None


def choice(scored: Sequence[Part], policy: Policy) -> Part:
    """Return the child that the policies worst and best go by; ties by key."""
    sign = 1 if policy is Policy.worst else -1
    return min(scored, key=lambda part: (sign * quantised(score_of(part)), part.key))


def _chosen(scored: Sequence[Part], policy: Policy) -> _Verdict:
    part = choice(scored, policy)
    standing = part.standing
    progress = None if standing.progress is None else clamp(standing.progress)
    reason = standing.reason if standing.computed is Status.no_data else None
    return standing.computed, Rule(policy.value), score_of(part), progress, reason


def _worst(scored: Sequence[Part]) -> tuple[Status, str, float]:
    """Return the worst status below, and the node of that status that takes most from the weighted score."""
    candidates = []
    for key, weight, _, standing in scored:
        below = standing.worst_key or key
        candidates.append((_SEVERITY[standing.worst], weight * standing.worst_at, below))
        if below != key:
            lost = weight * (1.0 - (standing.score or 0.0))
            candidates.append((_SEVERITY[standing.computed], lost, key))
    severity, most, key = max(candidates)
    if len(candidates) > 1:
        least = most * ALMOST
        key = min([at for rank, lost, at in candidates if rank == severity and lost >= least])
    return _BY_SEVERITY[severity], key, most


def overridden(plan: Plan, node: NodeFields, standing: Standing, day: date) -> Standing:
    """Put a person's judgement in place of the computed status while it lasts."""
    judged = node.judged
    if judged is None or plan.policy(node.key) is not Policy.judged or day > judged.until:
        return standing
    return standing._replace(status=judged.status, rule=Rule.judged)
