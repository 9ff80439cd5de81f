"""Edit a node: all of its fields in one form; where somebody was faster, both versions to choose from."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Conflict
from scorecard.domain.schema import NodeFields
from scorecard.domain.vocabulary import (
    Aggregate,
    Ambition,
    Cadence,
    Controllable,
    Lead,
    Level,
    Lifecycle,
    MeasureType,
    NodeKind,
    Policy,
)
from scorecard.graph.plan import Plan
from scorecard.graph.structure import Dangling, FormulaCircle, WrongValue
from scorecard.store import history
from scorecard.store.commands.nodes import edit_node
from scorecard.web import errors, forms
from scorecard.web.fields import LABELS, STATUSES, flat, said
from scorecard.web.forms import BadForm
from scorecard.web.language import _
from scorecard.web.measures import own_unit, unit_of
from scorecard.web.node import forms as node_forms
from scorecard.web.node import formula_field
from scorecard.web.node import page as node_page
from scorecard.web.node.target_words import read_as
from scorecard.web.reading import View, database, view
from scorecard.web.render import done, here, page
from scorecard.web.session import actor
from scorecard.web.wording import word

pages = Blueprint("node_edit", __name__)

Options = list[tuple[str, str]]


class Clash(NamedTuple):
    """A field with two values: as it stands by now, and as it was typed; `mine` is what is proposed."""

    name: str
    label: str
    theirs: str
    yours: str
    mine: bool


@pages.get("/p/<plan>/n/<key>/edit")
def edit(plan: str, key: str) -> ResponseReturnValue:
    """Show the form of a node."""
    seen = view(plan)
    return _form(seen, key, node_forms.filled(node_page.found(seen, key)), {})


@pages.post("/p/<plan>/n/<key>/edit")
def save(plan: str, key: str) -> ResponseReturnValue:
    """Save the form; refused, it comes back with what was typed."""
    seen = view(plan)
    node = node_page.found(seen, key)
    typed = node_forms.typed()
    try:
        given = _chosen(node, node_forms.changes(node))
        version = forms.version()
        written = edit_node(database(), plan, key, given, version=version, actor=actor())
    except BadForm as bad:
        return _form(seen, key, typed, bad.errors), 422
    except (Dangling, FormulaCircle, WrongValue) as fault:
        return _form(seen, key, typed, {_field(fault): [errors.sentence(fault)]}), 422
    except Conflict:
        return _form(seen, key, typed, {}, _clashes(seen, node, given)), 409
    done(plan, _saved(node, given), written)
    return redirect(here("node.show", plan=plan, key=key), 303)


@pages.get("/p/<plan>/n/<key>/edit/words")
def words(plan: str, key: str) -> ResponseReturnValue:
    """Say how a target in words is read while it is being typed."""
    seen = view(plan)
    typed = {**node_forms.filled(node_page.found(seen, key)), **request.args.to_dict()}
    return _form(seen, key, typed, {}, block="read_as")


def _saved(node: NodeFields, given: Mapping[str, Any]) -> str:
    """Say what was saved, and how a target in new words was read."""
    text = _("“%(title)s” is saved.", title=given["title"])
    if given["target_text"] in (None, node.target_text):
        return text
    saved = NodeFields.model_validate({**dict(node), **given})
    read = read_as(node_forms.filled(saved), saved)
    return f"{text} {read.text}" if read else text


def _field(fault: Dangling | FormulaCircle | WrongValue) -> str:
    """Return the field of the form that a fault is about."""
    if isinstance(fault, WrongValue):
        return "measure.kind"
    if isinstance(fault, FormulaCircle):
        return "formula"
    kind = str(fault.facts["kind"])
    return {"node": "formula", "person": "owner"}.get(kind, kind)


def _chosen(node: NodeFields, given: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed, but for the fields of which the reader took the other's version."""
    taken = [name.removeprefix("take.") for name in request.form if request.form[name] == "theirs"]
    return {**given, **{name: getattr(node, name) for name in taken if name in given}}


def _clashes(seen: View, node: NodeFields, given: Mapping[str, Any]) -> list[Clash]:
    """Return the fields that would change, those that only the other one touched proposed as theirs."""
    yours = NodeFields.model_validate({**dict(node), **given})
    before = _before(seen, node)
    return [
        Clash(
            name,
            _(LABELS.get(name, name)),
            _told(name, node, seen.plan),
            _told(name, yours, seen.plan),
            getattr(yours, name) != before.get(name, getattr(node, name)),
        )
        for name in given
        if getattr(node, name) != getattr(yours, name)
    ]


def _before(seen: View, node: NodeFields) -> dict[str, Any]:
    """Return the fields that others changed since the reader's version, as they were then."""
    version = forms.version() or 0
    entries = history.changes(database(), seen.plan.key, node.key)
    rows = [
        row["before"]
        for entry in entries
        if entry.revision > version
        for row in entry.rows
        if row["table"] == "node" and row["key"] == [node.key] and row["before"]
    ]
    was = {name: value for row in rows for name, value in row.items() if name in NodeFields.model_fields}
    return dict(NodeFields.model_validate({**dict(node), **was})) if was else {}


def _told(name: str, node: NodeFields, plan: Plan) -> str:
    """Write a field with all that is inside it."""
    unit = own_unit(node) or unit_of(plan, node.key)
    parts = flat({name: node.model_dump(mode="json")[name]})
    if list(parts) == [name] or not parts:
        return said(name, parts.get(name), plan, unit)
    return ", ".join(
        f"{_(LABELS.get(part, part))}: {said(part, value, plan, unit)}" for part, value in parts.items()
    )


def _form(
    seen: View,
    key: str,
    typed: Mapping[str, str],
    wrong: forms.Errors,
    clashes: list[Clash] | None = None,
    block: str = "node_edit",
) -> Response:
    node = node_page.found(seen, key)
    revision = seen.plan.revision if clashes or request.method == "GET" else request.form.get("version", "")
    return page(
        "node_edit.html",
        block=block,
        view=seen,
        plan=seen.plan,
        node=node,
        typed=typed,
        errors=wrong,
        summary=node_forms.summary(wrong),
        clashes=clashes or [],
        version=revision,
        locked=node_page.locked(seen, node),
        floor_hint=node_forms.floor_hint(node),
        read=read_as(typed, node),
        said=formula_field.said(seen, typed, key, wrong.get("formula", ())),
        offers=formula_field.offers(seen, "", key, formula_field.LISTED),
        options=_options(seen.plan, node),
    )


def _options(plan: Plan, node: NodeFields) -> dict[str, Options]:
    """Return what each select of the form offers."""
    vocabularies = {
        "kind": NodeKind,
        "level": Level,
        "lifecycle": Lifecycle,
        "lead": Lead,
        "type": MeasureType,
        "cadence": Cadence,
        "aggregate": Aggregate,
        "policy": Policy,
        "controllable": Controllable,
        "ambition": Ambition,
    }
    return {
        **{name: [(each.value, word(each)) for each in words] for name, words in vocabularies.items()},
        "perspective": [(each.key, each.title) for each in plan.perspectives.values()],
        "unit": [(each.key, each.title) for each in plan.units.values()],
        "people": [(each.key, each.name) for each in plan.people.values()],
        "cycle": [(each.key, each.title) for each in plan.cycles.values()],
        "replaced_by": [(each.key, each.title) for each in plan.nodes.values() if each.key != node.key],
        "tier": [(str(tier), text) for tier, text in _tiers()],
        "measure": node_forms.measure_kinds(),
        "status": [(name, _(text)) for name, text in STATUSES.items() if name != "no_data"],
    }


def _tiers() -> list[tuple[int, str]]:
    return [(1, _("1, reviewed daily")), (2, _("2, reviewed weekly")), (3, _("3, reviewed monthly"))]
