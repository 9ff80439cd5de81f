"""The names of fields, and their values as a reader knows them."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from scorecard.domain.errors import N_
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import (
    Aggregate,
    Ambition,
    Cadence,
    Controllable,
    CycleState,
    Lead,
    Level,
    Lifecycle,
    LinkKind,
    MeasureType,
    NodeKind,
    Policy,
)
from scorecard.graph.plan import Plan
from scorecard.web.language import _
from scorecard.web.wording import NOTHING, ZONES, day, number, percent, quantity, word

LABELS: Mapping[str, str] = {
    "title": N_("Title"),
    "kind": N_("Kind"),
    "description": N_("Why it matters"),
    "perspective": N_("Perspective"),
    "unit": N_("Unit"),
    "owner": N_("Owner"),
    "cycle": N_("Cycle"),
    "level": N_("Level"),
    "lifecycle": N_("Lifecycle"),
    "replaced_by": N_("Replaced by"),
    "archived": N_("Archived"),
    "tier": N_("Tier"),
    "lead": N_("Leading or lagging"),
    "type": N_("Type"),
    "cadence": N_("Cadence"),
    "format": N_("Format"),
    "aggregate": N_("Aggregation"),
    "measure": N_("Measure"),
    "measure.kind": N_("Kind of measure"),
    "measure.baseline": N_("Baseline"),
    "measure.target": N_("Target"),
    "measure.low": N_("Lower end"),
    "measure.high": N_("Upper end"),
    "measure.floor": N_("Floor"),
    "measure.alert": N_("Alert line"),
    "measure.start": N_("Start"),
    "measure.due": N_("Due"),
    "measure.path": N_("Plan to date"),
    "measure.ambition": N_("Ambition"),
    "measure.commit": N_("Commit"),
    "measure.stretch": N_("Stretch"),
    "target_text": N_("Target in words"),
    "formula": N_("Formula"),
    "policy": N_("Status follows from"),
    "judged": N_("Judgement"),
    "judged.status": N_("Judged status"),
    "judged.reason": N_("Reason of the judgement"),
    "judged.by": N_("Judged by"),
    "judged.until": N_("Judged until"),
    "bands": N_("Bands"),
    "bands.on_track": N_("On track from"),
    "bands.at_risk": N_("At risk from"),
    "source": N_("Source"),
    "key_result_area": N_("Key result area"),
    "benchmark": N_("Benchmark"),
    "benchmark.value": N_("Benchmark"),
    "benchmark.source": N_("Source of the benchmark"),
    "controllable": N_("Controllable"),
    "tags": N_("Tags"),
    "actions": N_("Actions"),
    "waivers": N_("Waivers"),
    "grade": N_("Grade"),
    "grade.progress": N_("Final progress"),
    "grade.score": N_("Final score"),
    "grade.status": N_("Final status"),
    "grade.learning": N_("Learning"),
    "weight": N_("Weight"),
    "critical": N_("Critical"),
    "sign": N_("Effect"),
    "lag": N_("Lag"),
    "value": N_("Value"),
    "note": N_("Note"),
    "by": N_("By"),
    "confidence": N_("Confidence"),
    "parent": N_("Part of"),
    "name": N_("Name"),
    "email": N_("E-mail"),
    "roles": N_("Roles"),
    "start": N_("Start"),
    "end": N_("End"),
    "state": N_("State"),
    "fiscal_year_start": N_("Fiscal year starts in"),
    "timezone": N_("Time zone"),
    "mission": N_("Mission"),
    "vision": N_("Vision"),
    "values": N_("Values"),
    "stakeholders": N_("Stakeholders"),
}

MEASURES: Mapping[str, str] = {
    "reach": N_("reach a target"),
    "at_least": N_("at least"),
    "at_most": N_("at most"),
    "between": N_("between"),
    "milestone": N_("milestone"),
    "zones": N_("commit, target, stretch"),
}

KINDS: Mapping[str, str] = {
    "plan": N_("The plan"),
    "perspective": N_("Perspectives"),
    "unit": N_("Units"),
    "person": N_("People"),
    "cycle": N_("Cycles"),
    "node": N_("Nodes"),
    "link": N_("Links"),
    "observation": N_("Values"),
    "target": N_("Targets"),
}

STATUSES: Mapping[str, str] = {
    "on_track": N_("on track"),
    "at_risk": N_("at risk"),
    "off_track": N_("off track"),
    "no_data": N_("no data"),
}

_VOCABULARIES: Mapping[str, type[StrEnum]] = {
    "level": Level,
    "lifecycle": Lifecycle,
    "lead": Lead,
    "type": MeasureType,
    "cadence": Cadence,
    "aggregate": Aggregate,
    "measure.ambition": Ambition,
    "controllable": Controllable,
    "policy": Policy,
    "state": CycleState,
}
_NUMBERS = ("baseline", "target", "low", "high", "floor", "alert")
_LONG = 120


def flat(image: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with those inside a measure, bands and the like beside them, their names dotted."""
    found: dict[str, Any] = {}
    for name, value in image.items():
        if isinstance(value, dict):
            found |= {f"{name}.{part}": each for part, each in value.items() if each not in (None, [])}
        elif value is not None and value != []:
            found[name] = value
    return found


def said(name: str, value: Any, plan: Plan | None = None, unit: str | None = None) -> str:
    """Write the value of a field for the reader; `name` is dotted into a measure."""
    if value is None:
        return NOTHING
    if name == "measure.kind":
        return _(MEASURES[value])
    if name in ("judged.status", "grade.status"):
        return _(STATUSES[value])
    if name == "kind":
        return word(LinkKind(value) if value in LinkKind.__members__ else NodeKind(value))
    if name in _VOCABULARIES:
        return word(_VOCABULARIES[name](value))
    if name.startswith("bands.") or name in ("confidence", "grade.progress", "grade.score"):
        return percent(value)
    if plan is not None and (named := _named(name, value, plan)):
        return named
    return _plain(name, value, unit)


def _named(name: str, value: Any, plan: Plan) -> str | None:
    """Return the title of what a field refers to."""
    last = name.rpartition(".")[2]
    if last in ("owner", "by") and value in plan.people:
        return plan.people[value].name
    if last == "replaced_by" and value in plan.nodes:
        return plan.nodes[value].title
    kept: Mapping[str, Any] = {"unit": plan.units, "perspective": plan.perspectives, "cycle": plan.cycles}
    return str(kept[last][value].title) if last in kept and value in kept[last] else None


def _plain(name: str, value: Any, unit: str | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        measured = name.rpartition(".")[2] in _NUMBERS or name == "benchmark.value"
        return quantity(value, unit) if measured else number(value)
    if isinstance(value, list | tuple):
        return ", ".join(_item(each, unit) for each in value)
    if name.rpartition(".")[2] in ("start", "due", "until", "end") and isinstance(value, str):
        return day_of(value)
    text = _(ZONES[value]) if name == "value" and value in ZONES else str(value)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"


def _item(value: Any, unit: str | None) -> str:
    if isinstance(value, Mapping):
        if "date" in value and "value" in value:
            return f"{day_of(value['date'])}: {quantity(value['value'], unit)}"
        return str(value.get("title") or value.get("name") or value.get("rule") or value.get("role") or "")
    return str(value)


def image(node: NodeFields) -> dict[str, Any]:
    """Return a node's fields as plain values, dotted, without those that are empty."""
    return flat(node.model_dump(mode="json"))


def day_of(text: object) -> str:
    """Write a day that came as text."""
    return day(date.fromisoformat(str(text))) if text else NOTHING
