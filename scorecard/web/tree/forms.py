"""The forms of the tree, read: how what was typed becomes validated fields."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request

from scorecard.domain.formula import parse
from scorecard.domain.measure import AtLeast, AtMost, Reach
from scorecard.domain.naming import free_key
from scorecard.domain.schema import LinkFields, NodeFields, ObservationFields
from scorecard.domain.vocabulary import Cadence, Level, NodeKind
from scorecard.graph.plan import Plan
from scorecard.graph.structure import Dangling, FormulaCircle
from scorecard.graph.trial import refuse_formula
from scorecard.web import errors, forms
from scorecard.web.language import _
from scorecard.web.reading import View

MEASURES: Mapping[str, tuple[str, ...]] = {
    "reach": ("baseline", "target", "due"),
    "at_least": ("target", "floor"),
    "at_most": ("target", "floor"),
    "between": ("low", "high", "floor"),
    "milestone": ("due",),
    "zones": ("commit", "aim", "stretch"),
}
"""The fields that each kind of measure asks for."""

AIMED = (Reach, AtLeast, AtMost)
"""The measures whose promise is one number."""

NAMED = {"aim": "target"}
"""Fields that a form names otherwise than the measure: a text goes into another box than a number."""

TOP = "-"
"""What stands for the top where a node to hang below is named; no node has this key."""

Reader = Callable[[], Mapping[str, Any]]


def together(*readers: Reader) -> dict[str, Any]:
    """Read the parts of a form; what is wrong in any of them comes back in one go.

    Raises:
        BadForm.
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for read in readers:
        try:
            found |= read()
        except forms.BadForm as bad:
            for name, sentences in bad.errors.items():
                errors.setdefault(field_of(name), []).extend(sentences)
    if errors:
        raise forms.BadForm(errors)
    return found


def field_of(name: str) -> str:
    """Return the name that a form has for a field of a node."""
    name = name.removeprefix("measure.")
    zones = request.form.get("measure") == "zones"
    return next((field for field, said in NAMED.items() if zones and said == name), name)


def new_node(plan: Plan) -> tuple[NodeFields, LinkFields]:
    """Return the node that a form describes, and its link to a parent (of which weight and kind count).

    Raises:
        BadForm.
    """
    given = together(_node, link_fields)
    node: NodeFields = given["node"]
    key = free_key(node.title, node.kind, plan.nodes)
    node = node.model_copy(update={"key": key})
    _refuse_formula(plan, node)
    return node, given["link"]


def _refuse_formula(plan: Plan, node: NodeFields) -> None:
    if node.formula is None:
        return
    try:
        refuse_formula(plan, node.key, parse(node.formula))
    except (Dangling, FormulaCircle) as fault:
        raise forms.BadForm({"formula": [errors.sentence(fault)]}) from None


def _node() -> dict[str, Any]:
    names = ("kind", "title", "owner", "unit", "perspective", "cycle", "level", "format", "formula")
    said = {name: forms.typed(name) for name in names}
    given = together(lambda: {"measure": _measure(said["kind"])}, lambda: {"cadence": _cadence(said)})
    return {"node": forms.checked(NodeFields, {"key": "new", **said, **given})}


def _cadence(said: Mapping[str, str | None]) -> str | None:
    typed = request.form.get("cadence", "none")
    if typed == "proposed":
        return proposed_cadence(said["kind"], said["level"]) if request.form.get("measure") else None
    return None if typed == "none" else typed


def proposed_cadence(kind: str | None, level: str | None) -> Cadence:
    """Return how often a measure should be updated where nobody said so."""
    if kind != NodeKind.key_result:
        if level == Level.strategic:
            return Cadence.quarterly
        if level == Level.functional:
            return Cadence.monthly
    return Cadence.weekly


def _measure(kind: str | None) -> dict[str, Any] | None:
    """Return the measure that was typed; an objective is carried by its children and has none.

    Raises:
        BadForm: also for a baseline that is the target.
    """
    chosen = forms.typed("measure")
    if chosen is None or kind == NodeKind.objective:
        return None
    given = together(*(_asked(name) for name in MEASURES.get(chosen, ())))
    if chosen == "reach" and given["target"] is not None and given["baseline"] == given["target"]:
        raise forms.BadForm({"target": [_("Baseline and target are equal, so there is no way to go.")]})
    return {"kind": chosen, **{name: value for name, value in given.items() if value is not None}}


def _asked(name: str) -> Reader:
    if name == "due":
        return lambda: {name: forms.day(name)}
    if name in MEASURES["zones"]:
        return lambda: {NAMED.get(name, name): forms.typed(name)}
    return lambda: {name: forms.number(name)}


def link_fields() -> dict[str, Any]:
    """Return how a node is to hang below a parent, under "link": a link whose ends are still to be named.

    Raises:
        BadForm.
    """
    ends = {"child": "child", "parent": "parent"}
    said = {**ends, "kind": forms.typed("link"), "weight": forms.number("weight")}
    try:
        return {"link": forms.checked(LinkFields, {**said, "critical": "critical" in request.form})}
    except forms.BadForm as bad:
        named = {_LINK_NAMES.get(name, name): texts for name, texts in bad.errors.items()}
        raise forms.BadForm(named) from None


_LINK_NAMES = {"kind": "link"}
"""Fields of a link that a form names otherwise, since the node has one of that name."""


def needed(name: str) -> dict[str, Any]:
    """Refuse a form in which a field was left empty."""
    if forms.typed(name) is None:
        raise forms.BadForm({name: [_("This is needed.")]})
    return {}


def node_changes(node: NodeFields) -> dict[str, Any]:
    """Return what a form changes of a node: title, owner, unit, and a target that is one number.

    Raises:
        BadForm.
    """
    changes: dict[str, Any] = {name: forms.typed(name) for name in ("title", "owner", "unit")}
    changes["title"] = changes["title"] or ""
    if not isinstance(node.measure, AIMED) or "target" not in request.form:
        return changes
    target = forms.number("target")
    if target is None:
        raise forms.BadForm({"target": [_("This is needed.")]})
    if isinstance(node.measure, Reach) and target == node.measure.baseline:
        raise forms.BadForm({"target": [_("Baseline and target are equal, so there is no way to go.")]})
    return {**changes, "measure": {**node.measure.model_dump(exclude_none=True), "target": target}}


def check_in(node: NodeFields, view: View) -> ObservationFields:
    """Return the value that was typed for a node; the day is the reader's unless one is named.

    Raises:
        BadForm.
    """
    kind = node.measure.kind if node.measure else ""
    read: Reader = lambda: {"value": forms.typed("value") if kind == "zones" else forms.number("value")}  # noqa: E731
    given = together(read, lambda: {"date": forms.day("date", view.day)})
    if kind == "milestone" and given["value"] is not None:
        given["value"] = _share(given["value"])
    return forms.checked(ObservationFields, {"node": node.key, "note": forms.typed("note"), **given})


def _share(percent: float) -> float:
    if not 0 <= percent <= 100:
        raise forms.BadForm({"value": [_("The share done lies between 0 and 100 %.")]})
    return percent / 100


def named_place(plan: Plan, name: str) -> str | None:
    """Return the key of the node to hang something below, None for the top.

    Raises:
        BadForm.
    """
    return None if forms.typed(name) == TOP else named_node(plan, name)


def named_node(plan: Plan, name: str) -> str:
    """Return the key of the node that was chosen or typed, by key or by its whole title.

    Raises:
        BadForm: where there is none, or more than one.
    """
    typed = forms.typed(name)
    if typed is None:
        raise forms.BadForm({name: [_("This is needed.")]})
    if typed in plan.nodes:
        return typed
    folded = typed.casefold()
    found = [key for key, node in plan.nodes.items() if node.title.casefold() == folded and not node.archived]
    if len(found) != 1:
        text = _("Several nodes are called that; type one of the keys %(keys)s.", keys=", ".join(found))
        raise forms.BadForm({name: [text if found else _("There is no node with this key or title.")]})
    return found[0]
