"""The tree: the whole cascade, and every change to how it hangs together, where it is seen.

The address holds all there is to know: what is folded, what is filtered, which form stands open under which
row. So a link opens a form without a script, and a form that was refused comes back in its place.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.wrappers import Response

from scorecard.domain.errors import Conflict, Fault, NotFound
from scorecard.domain.vocabulary import LinkKind, Status
from scorecard.graph.judgement import Standing
from scorecard.graph.plan import Plan
from scorecard.store.commands.nodes import hanging_only_below
from scorecard.store.database import Unwritable
from scorecard.store.once import answered
from scorecard.web import errors, forms
from scorecard.web.language import _
from scorecard.web.measures import held_against, unit_of
from scorecard.web.node import formula_field
from scorecard.web.reading import View, database, view
from scorecard.web.render import answer, done, here, page
from scorecard.web.tree import choices as tree_choices
from scorecard.web.tree import forms as tree_forms
from scorecard.web.tree.deeds import DEEDS, At, neighbours
from scorecard.web.tree.rows import Page, page_of
from scorecard.web.tree.walk import Look, look
from scorecard.web.wording import promise, word

pages = Blueprint("tree", __name__)


class Editor(NamedTuple):
    """The form that stands open: which, where, what was typed into it and what is wrong with that."""

    act: str
    at: At
    values: Mapping[str, Any]
    errors: forms.Errors
    version: int


FORMS = ("top", "below", "beside", "edit", "check_in", "attach", "move", "parents", "archive")
"""The forms that an address may open."""

FORM_OF = {"place": "edit", "order": "move", "detach": "parents", "restore": "edit"}
"""The form that comes back where a deed with no form of its own is refused."""


@pages.get("/p/<plan>/tree")
def show(plan: str) -> ResponseReturnValue:
    """Show the cascade, with a form open where the address asks for one."""
    seen = view(plan)
    act = request.args.get("act", "")
    return _page(seen, look(request.args), _opened(seen, act) if act in FORMS else None)


@pages.post("/p/<plan>/tree/<act>")
def change(plan: str, act: str) -> ResponseReturnValue:
    """Carry out a form of the tree; refused, it comes back where it stood, with what was typed."""
    if act not in DEEDS:
        abort(404)
    seen = view(plan)
    parent = request.form.get("parent", "")
    at = _at(seen.plan, request.form.get("node", ""), parent)
    try:
        if at.parent != parent and not answered(database()):
            raise Conflict(key=parent)
        deed = DEEDS[act](seen, at._replace(parent=parent))
    except Unwritable:
        raise
    except Conflict as fault:
        named = Conflict(key=at.node.title) if at.node else fault
        return _refused(seen, act, at, {"": [errors.sentence(named)]}, 409)
    except Fault as fault:
        return _refused(seen, act, at, {"": [errors.sentence(fault)]})
    except forms.BadForm as bad:
        return _refused(seen, act, at, bad.errors)
    except ValidationError as error:
        return _refused(seen, act, at, forms.errors_of(error))
    done(plan, deed.text, deed.written)
    now = look(request.args).showing(*deed.unfold) if deed.unfold else look(request.args)
    return answer(lambda: _page(view(plan), now), here("tree.show", plan=plan, **now.args()))


def _opened(seen: View, act: str) -> Editor:
    at = _at(seen.plan, request.args.get("at", ""), request.args.get("under", ""))
    if act != "top":
        assert at.here
    return Editor(act, at, _first_values(seen, act, at), {}, seen.plan.revision)


def _first_values(seen: View, act: str, at: At) -> dict[str, Any]:
    """Return what a form holds before anybody typed."""
    plan = seen.plan
    if act in ("top", "below", "beside"):
        above = at.parent if act == "beside" else at.node.key if at.node else ""
        return tree_choices.proposals(plan, plan.nodes.get(above), seen)
    if act == "check_in":
        return {"date": seen.day.isoformat()}
    if act in ("attach", "parents"):
        return {"weight": "1", "link": LinkKind.contributes.value}
    return tree_choices.present(plan, at.here, at.parent)


def _refused(
    seen: View, act: str, at: At, sentences: Mapping[str, list[str]], status: int = 422
) -> ResponseReturnValue:
    """Show a form again as it was sent, with what is wrong at its fields, under its row as it is now."""
    now = view(seen.plan.key)
    form = FORM_OF.get(act, act)
    shown = {tree_forms.field_of(name): texts for name, texts in sentences.items()}
    if status == 409 and form == "edit" and at.node and at.node.key in now.plan.nodes:
        current = now.plan.nodes[at.node.key]
        shown |= tree_choices.by_now(now.plan, current, at.parent, request.form)
    typed = {**_first_values(now, form, at), "critical": "", **request.form.to_dict()}
    response = _page(now, look(request.args), Editor(form, at, typed, shown, now.plan.revision))
    response.status_code = status
    return response


def _at(plan: Plan, key: str, parent: str) -> At:
    """Return the place that a form names.

    Raises:
        NotFound.
    """
    for each in filter(None, (key, parent)):
        if each not in plan.nodes:
            raise NotFound(kind="node", key=each)
    return At(plan.nodes.get(key), parent if plan.cascade.has_edge(key, parent) else "")


def _page(seen: View, now: Look, editor: Editor | None = None) -> Response:
    table = page_of(seen, now)
    plan = seen.plan
    return page(
        "tree.html",
        block="tree",
        view=seen,
        plan=plan,
        active="tree",
        look=now,
        table=table,
        counts=_counts(seen),
        root=plan.nodes.get(now.root),
        units=[(key, each.title) for key, each in plan.units.items()],
        has_archived=any(node.archived for node in plan.nodes.values()),
        editor=editor,
        place=None if editor is None else _row_of(table, editor.at),
        offered={} if editor is None else _offered(seen, editor),
        summary=[] if editor is None else _summary(editor),
        state=now.args(),
    )


def _counts(seen: View) -> list[tuple[Status, int]]:
    """Return how many of the nodes that count are of each status, the worst first."""
    counting = seen.plan.taking_part(seen.day)
    found = Counter(each.status for key, each in seen.standings.items() if key in counting)
    return [(status, found[status]) for status in sorted(Status, key=lambda each: -each.severity)]


def _row_of(table: Page, at: At) -> str:
    """Return the id of the row that a form stands under, "" where it stands above the table."""
    same = [row for row in table.rows if at.node and row.key == at.node.key]
    exact = [row for row in same if row.parent == at.parent]
    return next((row.id for row in [*exact, *same]), "")


def _summary(editor: Editor) -> list[tuple[str, str]]:
    """Return what is wrong with a form: the id of each field, "" for the whole, and the sentence."""
    return [(f"f-{name}" if name else "", text) for name, texts in editor.errors.items() for text in texts]


def _offered(seen: View, editor: Editor) -> dict[str, Any]:
    """Return what the open form offers to choose from."""
    plan, act, node = seen.plan, editor.act, editor.at.node
    offered: dict[str, Any] = {**tree_choices.choices(plan), "large": tree_choices.is_large(plan)}
    if act in ("top", "below", "beside"):
        wrong = editor.errors.get("formula", ())
        offered["said"] = formula_field.said(seen, editor.values, "", wrong)
        offered["keys"] = formula_field.offers(seen, "", "", formula_field.LISTED)
    if node is None:
        return offered
    if act in ("move", "parents"):
        offered["nodes"] = tree_choices.possible_parents(plan, node.key)
        offered["parents"] = _parents(plan, node.key)
        offered["up"], offered["down"] = neighbours(plan, editor.at)
        if act == "move" and editor.at.parent:
            offered["nodes"].insert(0, (tree_forms.TOP, _("The top, below nothing")))
    if act == "check_in":
        held = held_against(node, seen.standings.get(node.key) or Standing(node.key))
        offered["promise"] = promise(held, unit_of(plan, node.key)) if node.measure else ""
    if act == "attach":
        offered["nodes"] = tree_choices.possible_children(plan, node.key)
    if act == "archive":
        offered["going"] = len(hanging_only_below(plan, [node.key])) - 1
    return offered


def _parents(plan: Plan, key: str) -> list[tuple[str, str, str]]:
    """Return where a node hangs: key and title of each parent, and how it is linked."""
    return [
        (parent, plan.nodes[parent].title, word(plan.cascade.edges[key, parent]["kind"]))
        for parent in plan.cascade.succ[key]
    ]
