"""Why a node stands as it does, in sentences, and what makes a KPI one."""

from collections.abc import Iterator

from scorecard.domain.measure import AtLeast, AtMost, Between, Milestone, Reach
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import NodeKind, Policy, Reason, Status
from scorecard.graph.findings import quality
from scorecard.graph.judgement import Standing, evidence
from scorecard.web.fields import STATUSES
from scorecard.web.findings.words import PARTS
from scorecard.web.language import _
from scorecard.web.measures import unit_of
from scorecard.web.reading import View
from scorecard.web.wording import day, number, percent, promised, quantity, rule_sentence


def why(view: View, node: NodeFields, standing: Standing) -> list[str]:
    """Return the sentences that say why a node has its status, the deciding one first."""
    if view.plan.is_leaf(node.key):
        return list(_leaf(view, node, standing))
    return list(_parent(view, node, standing))


def _leaf(view: View, node: NodeFields, standing: Standing) -> Iterator[str]:
    if standing.missing is not None:
        yield _(standing.missing.sentence).format(**standing.missing.facts)
    if standing.value is not None and standing.reason not in (Reason.no_target, Reason.no_range):
        yield from _against(view, node, standing)
    if standing.reason is Reason.stale:
        fresh = evidence(view.plan, view.plan.metrics[node.key], view.day).fresh_until
        yield _(
            "A new value was due by %(day)s; until it comes the last colour stays, hatched.", day=day(fresh)
        )
    yield from judged(view, node, standing)


def _against(view: View, node: NodeFields, standing: Standing) -> Iterator[str]:
    """Say how the value compares with what was promised."""
    measure, unit = node.measure, unit_of(view.plan, node.key)
    value, target = standing.value, standing.target
    if isinstance(measure, Reach | Milestone) or standing.expected is not None:
        expected = percent(standing.expected)
        yield _(
            "%(progress)s of the way; %(expected)s was expected by now.",
            progress=percent(standing.progress),
            expected=expected,
        )
    elif isinstance(measure, AtLeast | AtMost) and isinstance(value, float) and isinstance(target, float):
        missed = target - value if isinstance(measure, AtLeast) else value - target
        yield from _threshold(missed, value, target, standing, unit)
    elif isinstance(measure, Between) and isinstance(value, float):
        inside = measure.low <= value <= measure.high
        said = quantity(value, unit)
        yield (
            _("%(value)s is inside the band.", value=said)
            if inside
            else _("%(value)s is outside the band: %(band)s.", value=said, band=promised(measure, unit))
        )


def _threshold(
    missed: float, value: float, target: float, standing: Standing, unit: str | None
) -> Iterator[str]:
    shown = {"value": quantity(value, unit), "target": quantity(target, unit)}
    if missed <= 0:
        yield _("%(value)s meets the target of %(target)s.", **shown)
        return
    yield _("%(value)s misses the target of %(target)s by %(by)s.", by=number(missed), **shown)
    if standing.floor is not None:
        floor = quantity(standing.floor, unit)
        beyond = standing.status is Status.off_track
        yield (
            _("That is beyond the floor of %(floor)s, the line of failure.", floor=floor)
            if beyond
            else _("The floor, the line of failure, is %(floor)s.", floor=floor)
        )


def _parent(view: View, node: NodeFields, standing: Standing) -> Iterator[str]:
    if standing.rule is not None and view.plan.policy(node.key) is not Policy.judged:
        yield rule_sentence(standing.rule)
    if standing.score is not None and standing.coverage < 1:
        yield _("%(share)s of the weight below rests on fresh values.", share=percent(standing.coverage))
    yield from judged(view, node, standing)


def judged(view: View, node: NodeFields, standing: Standing) -> Iterator[str]:
    """Say who put their own word in place of the computed status, and what that was."""
    judged = node.judged
    if judged is None or view.plan.policy(node.key) is not Policy.judged:
        return
    by = view.plan.people[judged.by].name if judged.by in view.plan.people else judged.by
    if view.day > judged.until:
        yield _("The judgement of %(by)s ended on %(day)s.", by=by, day=day(judged.until))
        return
    yield _(
        "%(by)s judged it %(status)s until %(day)s: “%(reason)s”.",
        by=by,
        status=_(STATUSES[judged.status]),
        day=day(judged.until),
        reason=judged.reason,
    )
    yield _("By the numbers alone it is %(status)s.", status=_(STATUSES[standing.computed]))


def lacking(view: View, node: NodeFields) -> list[str]:
    """Return which of the four a KPI lacks; without any one of them it is only a metric."""
    if node.kind is not NodeKind.kpi:
        return []
    return [_(PARTS[part]) for part in quality.lacking(view.plan, node)]
