"""Findings: the plan's lint. What is wrong with how a plan is built, measured or moved, and how to mend it.

One small pure function a rule, in the module of what it looks at.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from scorecard.domain.schema import Waiver
from scorecard.graph.findings import alert, ambition, gaps, goalposts, movement, quality, structure
from scorecard.graph.findings.change import Change
from scorecard.graph.findings.inspection import Inspection
from scorecard.graph.findings.rule import About, Finding, FindingRule, Hit, Severity
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan, collector_paused, tree_order

RULES: Mapping[str, FindingRule] = {
    rule.id: rule
    for rule in (
        structure.no_path,
        structure.objective_without_measure,
        structure.key_result_without_measure,
        structure.empty_perspective,
        structure.idle_unit,
        structure.single_kpi,
        structure.weight_on_one_child,
        structure.counted_twice,
        quality.not_yet_kpi,
        quality.unread_target,
        quality.words_differ,
        quality.no_owner,
        quality.many_kpis,
        quality.many_objectives,
        quality.many_key_results,
        quality.only_lagging,
        quality.vanity,
        quality.no_cadence,
        quality.stale,
        gaps.gaps_in_sum,
        quality.target_past,
        quality.no_range,
        quality.due_before_start,
        quality.sum_from_baseline,
        quality.floor_on_target,
        alert.alert_crossed,
        ambition.targets_too_easy,
        *goalposts.RULES,
        movement.off_track_without_action,
        movement.guardrail_gave_way,
    )
}
"""Every rule by its id, in the order in which the findings of one node are told."""

_SEVERITIES = {severity: rank for rank, severity in enumerate(Severity)}


def findings(
    plan: Plan, standings: Mapping[str, Standing], day: date, changes: Sequence[Change] = ()
) -> list[Finding]:
    """Return what is wrong with a plan on a day: the worst first, then in the order of the tree.

    `changes` are what the history knows of, oldest first; without them nothing has moved. What somebody
    waived is among the findings, with its waiver.
    """
    seen = Inspection(plan, standings, day, changes)
    with collector_paused():
        found = [_finding(seen, rule, hit) for rule in RULES.values() for hit in rule.find(seen)]
        places = _places(plan) if found else {}
        return sorted(found, key=lambda each: (_SEVERITIES[each.rule.severity], places[each.about, each.key]))


def moved(
    plan: Plan, standings: Mapping[str, Standing], day: date, changes: Sequence[Change]
) -> dict[str, list[Finding]]:
    """Return what was promised otherwise before, by node, "" for the plan itself; waived or not, it moved."""
    seen = Inspection(plan, standings, day, changes)
    found: dict[str, list[Finding]] = {}
    for rule in goalposts.RULES:
        for hit in rule.find(seen):
            place = hit.key if hit.about is About.node else ""
            found.setdefault(place, []).append(_finding(seen, rule, hit))
    return found


def _finding(seen: Inspection, rule: FindingRule, hit: Hit) -> Finding:
    return Finding(rule, hit.about, hit.key, hit.facts, _waiver(seen, rule, hit))


def _waiver(seen: Inspection, rule: FindingRule, hit: Hit) -> Waiver | None:
    """Return the waiver that holds longest, its last day included."""
    waivers = waivers_of(seen.plan, hit.about, hit.key)
    holding = (each for each in waivers if each.rule == rule.id and seen.day <= each.until)
    return max(holding, key=lambda waiver: waiver.until, default=None) if waivers else None


def waivers_of(plan: Plan, about: About, key: str) -> Sequence[Waiver]:
    """Return what is waived of a part of the plan: a node keeps its own, the plan those of all else."""
    if about is About.node:
        return plan.nodes[key].waivers
    part = None if about is About.plan else key
    return [each for each in plan.fields.waivers if (each.about, each.key) == (about.value, part)]


def _places(plan: Plan) -> dict[tuple[About, str], int]:
    """Return the order of everything that can be found wrong: the plan, its nodes as a tree, its parts."""
    places: dict[tuple[About, str], int] = {}
    for place, each in enumerate(_in_order(plan)):
        places.setdefault(each, place)
    return places


def _in_order(plan: Plan) -> Iterator[tuple[About, str]]:
    yield About.plan, plan.key
    yield from ((About.node, key) for key, _depth, _parent in tree_order(plan))
    parts = ((About.perspective, plan.perspectives), (About.unit, plan.units), (About.person, plan.people))
    for about, keys in parts:
        yield from ((about, key) for key in keys)


def counting(found: Iterable[Finding]) -> Counter[Severity]:
    """Count the findings by severity; what is waived does not count."""
    return Counter(each.severity for each in found if each.waiver is None)
