"""Rules of movement: whether a promise was changed after the period began, by whom, when, from what to what.

What was changed and changed back has not moved. What is new is still being set up on the day it was made, so
a change counts from the day after.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from scorecard.domain.errors import N_
from scorecard.domain.period import period_of
from scorecard.graph.findings.change import Change
from scorecard.graph.findings.inspection import Inspection
from scorecard.graph.findings.rule import (
    About,
    Actor,
    Field,
    FindingRule,
    Hit,
    Mend,
    Named,
    Page,
    Said,
    Severity,
)

MOVED = N_("{field}: from {before} to {after}. {who} changed it on {day}, after the period began on {began}.")
REWEIGHTED = N_(
    "Weight of “{child}”: from {before} to {after}. "
    "{who} changed it on {day}, after the period began on {began}."
)
PUT_BACK = N_("Put it back, or say in a waiver why the promise changed.")

HOLDS_UNNAMED = frozenset(
    {
        *("measure.path", "measure.start", "measure.due", "measure.floor"),
        *("bands.on_track", "bands.at_risk", "policy", "target"),
    }
)
"""Fields that have a default where nobody named them, so that naming them first moves something too."""


def _moved(name: str, title: str, *fields: str, sentence: str = MOVED, page: Page = Page.edit) -> FindingRule:
    def find(seen: Inspection) -> Iterator[Hit]:
        return _moves(seen, fields)

    part = fields[0] if page is Page.edit else ""
    return FindingRule(f"{name}_moved", title, Severity.warning, sentence, Mend(PUT_BACK, page, part), find)


RULES = (
    _moved(
        "target",
        N_("Target moved"),
        *("measure.target", "target", "measure.low", "measure.high"),
        *("measure.commit", "measure.stretch", "measure.kind"),
    ),
    _moved(
        "path",
        N_("Plan to date moved"),
        *("measure.path", "measure.baseline", "measure.start", "measure.due"),
    ),
    _moved("floor", N_("Floor moved"), "measure.floor"),
    _moved("bands", N_("Bands moved"), "bands.on_track", "bands.at_risk"),
    _moved("policy", N_("Policy changed"), "policy"),
    _moved("weight", N_("Weight changed"), "weight", sentence=REWEIGHTED, page=Page.tree),
    _moved("ambition", N_("Ambition changed"), "measure.ambition"),
    _moved("aggregation", N_("Aggregation changed"), "aggregate"),
    _moved("cadence", N_("Cadence changed"), "cadence"),
)


def _moves(seen: Inspection, fields: Sequence[str]) -> Iterator[Hit]:
    """Find what differs at the end of the changes from what it was when the period began."""
    for field in fields:
        for changes in seen.changed.get(field, {}).values():
            began = _began(seen, changes)
            late = [each for each in changes if began is not None and each.on > _settled(seen, each, began)]
            if late and began is not None and _differs(field, late[0].before, late[-1].after):
                yield _hit(seen, late, began)


def _differs(field: str, before: object, after: object) -> bool:
    if before is None and field not in HOLDS_UNNAMED:
        return False
    return before != after


def _hit(seen: Inspection, changes: Sequence[Change], began: date) -> Hit:
    last = changes[-1]
    facts = {
        "field": Field(last.field, last.about),
        "child": Named(About.node, last.about),
        "before": Said(last.field, changes[0].before),
        "after": Said(last.field, last.after),
        "who": Actor(last.by),
        "day": last.on,
        "began": began,
    }
    return Hit(last.node, facts) if last.node else Hit(seen.plan.key, facts, About.plan)


def _settled(seen: Inspection, change: Change, began: date) -> date:
    """Return the last day on which a change moves nothing: the period's first, or that of the making."""
    made = seen.created.get(change.node) or seen.created.get("")
    return began if made is None else max(began, made)


def _began(seen: Inspection, changes: Sequence[Change]) -> date | None:
    """Return when the period began in which a promise should have stood; None where it has none."""
    plan, change = seen.plan, changes[0]
    if not change.node:
        return min((span.start for span in plan.spans.values() if seen.day in span), default=None)
    if change.node not in seen.counting or _is_detached(seen, change):
        return None
    node, metric = plan.nodes[change.node], plan.metrics.get(change.node)
    cadence = metric.cadence if metric is not None else node.cadence
    if change.field == "target":
        day = date.fromisoformat(change.about)
        return period_of(day, cadence, plan.fields.fiscal_year_start).start if cadence else day
    starts = [*_starts(seen, change.node)]
    if not starts and cadence is not None:
        starts = [period_of(seen.day, cadence, plan.fields.fiscal_year_start).start]
    return min(starts, default=None)


def _is_detached(seen: Inspection, change: Change) -> bool:
    """Tell whether a weight is that of a child that contributes no more."""
    return change.field == "weight" and not seen.plan.cascade.has_edge(change.about, change.node)


def _starts(seen: Inspection, key: str) -> Iterator[date]:
    """Yield when a node's window begins, and when it began before somebody moved that."""
    plan, node, metric = seen.plan, seen.plan.nodes[key], seen.plan.metrics.get(key)
    if metric is not None and metric.start is not None:
        yield metric.start
    elif node.cycle is not None:
        yield plan.spans[node.cycle].start
    for change in seen.changed.get("measure.start", {}).get((key, ""), ()):
        if change.before is not None:
            yield date.fromisoformat(str(change.before))
