"""Drafts of a plan: begin one, see what it changes, decide what both changed, merge it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Conflict, Fault, NotFound
from scorecard.domain.naming import free_key
from scorecard.domain.schema import NodeFields, PlanFields
from scorecard.graph.diff import diff
from scorecard.graph.merging import Clash, Side
from scorecard.store import queries
from scorecard.store.commands.drafts import (
    Comparison,
    Undecided,
    begin_draft,
    compare,
    drafts_of,
    merge_draft,
    source_of,
)
from scorecard.store.commands.plans import archive_plan
from scorecard.web import errors, forms
from scorecard.web.difference import Ends, ends, groups
from scorecard.web.forms import BadForm
from scorecard.web.language import _
from scorecard.web.reading import database, view
from scorecard.web.render import page, say
from scorecard.web.session import actor

pages = Blueprint("drafts", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A draft in the list: its changes so far are counted on its own page."""

    key: str
    title: str
    begun: datetime
    revision: int
    archived: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A clash as a form asks about it, and the side that was chosen."""

    name: str
    ends: Ends
    chosen: str


@pages.get("/p/<plan>/drafts")
def show(plan: str) -> ResponseReturnValue:
    """Show the drafts of a plan, and the form that begins one."""
    return _list(plan, {}, {})


@pages.post("/p/<plan>/drafts")
def begin(plan: str) -> ResponseReturnValue:
    """Begin a draft and lead to its tree, where it is edited like any plan."""
    title = forms.typed("title")
    taken = {line.key for line in queries.list_plans(database(), every=True)}
    try:
        if title is None:
            raise BadForm({"title": [_("This is needed.")]})
        key = free_key(f"{plan} {title}", "plan", taken)
        fields = forms.checked(PlanFields, {"plan": key, "title": title})
        begin_draft(database(), plan, fields.plan, title=fields.title, actor=actor())
    except BadForm as bad:
        return _list(plan, request.form, bad.errors), 422
    except NotFound:
        raise
    except Fault as fault:
        return _list(plan, request.form, {"title": [errors.sentence(fault)]}), 422
    say(_("“%(title)s” is a draft now. What you change in it leaves the plan alone.", title=fields.title))
    return redirect(url_for("tree.show", plan=fields.plan), 303)


@pages.get("/p/<plan>/compare")
def comparison(plan: str) -> ResponseReturnValue:
    """Show what merging a draft would change, and what waits for a decision."""
    return _compared(plan, {})


@pages.post("/p/<plan>/merge")
def merge(plan: str) -> ResponseReturnValue:
    """Merge a draft as it was shown; 409, with the new comparison, where plan or draft moved meanwhile."""
    choices = _choices()
    expected = (request.form.get("revision", 0, type=int), request.form.get("draft_revision", 0, type=int))
    try:
        written = merge_draft(
            database(), plan, choices, expected=expected, actor=actor(), reason=forms.typed("reason")
        )
    except Undecided as fault:
        return _compared(plan, choices, errors.sentence(fault)), 422
    except Conflict:
        return _compared(
            plan, choices, _("Plan or draft changed since you looked. This is how it is now.")
        ), 409
    except NotFound:
        raise
    except Fault as fault:
        return _compared(plan, choices, errors.sentence(fault)), errors.status(fault)
    source = source_of(database(), plan) or plan
    say(_("The draft is merged."), undo=(source, written.revision))
    return redirect(url_for("tree.show", plan=source), 303)


@pages.post("/p/<plan>/drop")
def drop(plan: str) -> ResponseReturnValue:
    """Put a draft aside; it stays in the list and can be restored by undoing."""
    source = source_of(database(), plan)
    if source is None:
        raise NotFound(kind="draft", key=plan)
    written = archive_plan(database(), plan, actor=actor())
    say(_("The draft is put aside."), undo=(plan, written.revision))
    return redirect(url_for("drafts.show", plan=source), 303)


def _choices() -> dict[str, Side]:
    given = {name.removeprefix("take."): value for name, value in request.form.items() if name[:5] == "take."}
    return {name: "draft" if side == "draft" else "live" for name, side in given.items()}


def _list(plan: str, typed: Mapping[str, str], wrong: forms.Errors) -> Response:
    seen = view(plan)
    rows = [
        Row(row["key"], row["title"], row["created_at"], row["revision"], row["archived"])
        for row in drafts_of(database(), plan)
    ]
    return page(
        "drafts.html",
        "drafts",
        plan=seen.plan,
        view=seen,
        active="drafts",
        rows=rows,
        typed=typed,
        errors=wrong,
    )


def _compared(draft: str, choices: Mapping[str, Side], trouble: str = "") -> Response:
    seen = view(draft)
    found = compare(database(), draft)
    source = queries.load_plan(database(), found.plan)
    nodes = {**source.nodes, **seen.plan.nodes}
    return page(
        "draft.html",
        "draft",
        plan=seen.plan,
        view=seen,
        active="compare",
        source=source,
        found=found,
        questions=[_question(clash, nodes, choices) for clash in found.merged.clashes],
        groups=groups(diff(found.live, found.merged.file), nodes, seen.plan),
        moved=_moved(found),
        trouble=trouble,
    )


def _moved(found: Comparison) -> int:
    """Return how many changes the plan itself has seen since the draft was taken."""
    return len(diff(found.base, found.live))


def _question(clash: Clash, nodes: Mapping[str, NodeFields], choices: Mapping[str, Side]) -> Question:
    return Question(clash.name, ends(clash, nodes), choices.get(clash.name, ""))
