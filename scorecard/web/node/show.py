"""The page of one node: name, connect, quantify, act; the page a KPI's owner lives on."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.schema import Action, NodeFields
from scorecard.graph.perspectives import perspectives_of
from scorecard.graph.structure import WrongValue
from scorecard.store.commands import check_ins
from scorecard.store.commands.nodes import archive_nodes, edit_node, restore_nodes
from scorecard.store.work import Written
from scorecard.web import errors, forms
from scorecard.web.forms import BadForm
from scorecard.web.language import _
from scorecard.web.measures import held_against, reason_of, unit_of, written
from scorecard.web.node import forms as node_forms
from scorecard.web.node import formula_tree
from scorecard.web.node import links as node_links
from scorecard.web.node import page as node_page
from scorecard.web.node import words as node_words
from scorecard.web.node.chart import course
from scorecard.web.reading import View, database, view
from scorecard.web.render import answer, done, here, page
from scorecard.web.session import actor
from scorecard.web.wording import promise

pages = Blueprint("node", __name__)

NO_ERRORS: forms.Errors = {}


@pages.get("/p/<plan>/n/<key>")
def show(plan: str, key: str) -> ResponseReturnValue:
    """Show a node."""
    return _page(view(plan), key)


@pages.post("/p/<plan>/n/<key>/check-in")
def check_in(plan: str, key: str) -> ResponseReturnValue:
    """Record a value; one for the same day is corrected by it."""
    seen = view(plan)
    node = node_page.found(seen, key)
    try:
        fields = node_forms.observation(node, node_page.entry_kind(node), seen.day)
        written_ = check_ins.record(database(), plan, fields, actor=actor())
    except BadForm as bad:
        return _page(seen, key, "check_in", bad.errors), 422
    except WrongValue as fault:
        return _page(seen, key, "check_in", {"value": [errors.sentence(fault)]}), 422
    value = written(fields.value, node, unit_of(seen.plan, key))
    return _done(plan, key, _("%(title)s: %(value)s recorded.", title=node.title, value=value), written_)


@pages.post("/p/<plan>/n/<key>/withdraw")
def withdraw(plan: str, key: str) -> ResponseReturnValue:
    """Take a check-in back; the history keeps it."""
    try:
        on = forms.day("date")
    except BadForm:
        abort(400)
    if on is None:
        abort(400)
    written_ = check_ins.withdraw(database(), plan, key, on, forms.typed("label"), actor=actor())
    return _done(plan, key, _("The value is withdrawn."), written_)


@pages.post("/p/<plan>/n/<key>/actions")
def act(plan: str, key: str) -> ResponseReturnValue:
    """Put down what somebody will do about it."""
    seen = view(plan)
    node = node_page.found(seen, key)
    try:
        action = node_forms.action()
        if action.owner is not None and action.owner not in seen.plan.people:
            raise BadForm({"owner": [_("Choose one of the list.")]})
    except BadForm as bad:
        return _page(seen, key, "action", bad.errors), 422
    return _with_actions(
        plan, node, (*node.actions, action), _("“%(title)s” is put down.", title=action.title)
    )


@pages.post("/p/<plan>/n/<key>/actions/<int:place>")
def finish(plan: str, key: str, place: int) -> ResponseReturnValue:
    """Mark an action as done, or as open again."""
    seen = view(plan)
    node = node_page.found(seen, key)
    if place >= len(node.actions) or node.actions[place].title != request.form.get("title"):
        abort(409)
    action = node.actions[place]
    finished = action.model_copy(update={"done": None if action.done else seen.day})
    others = (*node.actions[:place], finished, *node.actions[place + 1 :])
    text = _("“%(title)s” is open again.") if action.done else _("“%(title)s” is done.")
    return _with_actions(plan, node, others, text % {"title": action.title})


def _with_actions(plan: str, node: NodeFields, actions: tuple[Action, ...], text: str) -> ResponseReturnValue:
    version = forms.version()
    given = {"actions": actions}
    return _done(
        plan, node.key, text, edit_node(database(), plan, node.key, given, version=version, actor=actor())
    )


@pages.post("/p/<plan>/n/<key>/archive")
def archive(plan: str, key: str) -> ResponseReturnValue:
    """Archive a node, with what hangs only below it, and go to the tree."""
    title = node_page.found(view(plan), key).title
    written_ = archive_nodes(database(), plan, [key], actor=actor())
    done(plan, _("“%(title)s” is archived.", title=title), written_)
    return redirect(here("tree.show", plan=plan), 303)


@pages.post("/p/<plan>/n/<key>/restore")
def restore(plan: str, key: str) -> ResponseReturnValue:
    """Bring an archived node back."""
    title = node_page.found(view(plan), key).title
    written_ = restore_nodes(database(), plan, [key], actor=actor())
    return _done(plan, key, _("“%(title)s” is back.", title=title), written_)


def _done(plan: str, key: str, text: str, written_: Written) -> ResponseReturnValue:
    """Tell what was done, and show the node as it is now."""
    done(plan, text, written_)
    return answer(lambda: _page(view(plan), key), here("node.show", plan=plan, key=key))


def _page(seen: View, key: str, form: str = "", wrong: forms.Errors = NO_ERRORS) -> Response:
    """Show a node; a form that was refused comes back with what was typed and what is wrong with it."""
    node = node_page.found(seen, key)
    sights, at_top = node_links.sights(seen, key)
    return page(
        "node.html",
        block="node",
        view=seen,
        plan=seen.plan,
        node=node,
        refused=form,
        errors=wrong,
        typed=request.form if form else {},
        **_name(seen, node),
        **_quantify(seen, node),
        **_act(seen, node),
        sights=sights,
        at_top=at_top,
        ties=node_links.ties(seen, key),
    )


def _name(seen: View, node: NodeFields) -> Mapping[str, Any]:
    place = perspectives_of(seen.plan)[node.key]
    places = list(seen.plan.perspectives)
    return {
        "perspective": None if place is None else (seen.plan.perspectives[place].title, places.index(place)),
        "owner": seen.plan.people[node.owner].name if node.owner else "",
        "facts": node_page.facts(seen, node),
        "lacking": node_words.lacking(seen, node),
        "locked": node_page.locked(seen, node),
        "counts": seen.plan.takes_part(node.key, seen.day),
    }


def _quantify(seen: View, node: NodeFields) -> Mapping[str, Any]:
    standing = node_page.standing_of(seen, node.key)
    unit = unit_of(seen.plan, node.key)
    return {
        "standing": standing,
        "reason": reason_of(seen.plan, node.key, standing),
        "value": "" if standing.value is None else written(standing.value, node, unit),
        "promise": promise(held_against(node, standing), unit) if node.measure else "",
        "figures": list(node_page.figures(seen, node, standing)),
        "why": node_words.why(seen, node, standing),
        "course": course(seen, node, standing),
        "formula": formula_tree.drawing(seen, node) if node.formula else None,
        "makeup": node_page.makeup(seen, node, standing),
        "helpers": node_page.helpers(seen, node),
        "leaf": seen.plan.is_leaf(node.key),
    }


def _act(seen: View, node: NodeFields) -> Mapping[str, Any]:
    said, total = node_page.check_ins(seen, node)
    opened, finished = node_page.actions(seen, node)
    happened, more = node_page.changes(seen, node)
    return {
        "entry": node_page.entry_kind(node),
        "hint": node_page.entry_hint(seen, node, promise(node, unit_of(seen.plan, node.key))),
        "elsewhere": node_page.read_elsewhere(seen, node),
        "check_ins": said,
        "check_ins_total": total,
        "actions": opened,
        "finished": finished,
        "changes": happened,
        "earlier": more,
        "unit": unit_of(seen.plan, node.key),
        "people": [(each.key, each.name) for each in seen.plan.people.values()],
    }
