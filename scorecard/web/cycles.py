"""Cycles: the windows people plan for, and each one's way from draft to closed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Fault, NotFound
from scorecard.domain.naming import free_key
from scorecard.domain.schema import CycleFields
from scorecard.domain.vocabulary import CycleState
from scorecard.graph.closing import Readiness, achievement, readiness
from scorecard.graph.plan import Plan
from scorecard.store.commands.cycles import FOLLOWING, move_cycle
from scorecard.store.commands.parts import add_part, edit_part, remove_part
from scorecard.web import errors, forms
from scorecard.web.forms import BadForm
from scorecard.web.language import _
from scorecard.web.reading import database, standings_on, view
from scorecard.web.render import here, page, say
from scorecard.web.session import actor

pages = Blueprint("cycles", __name__)

NEW = ""
"""What stands for the form of a cycle that is not there yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """A state that may follow, and the words of its button."""

    to: CycleState
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    """A cycle as the table shows it; `ready` is what closing it would find, `results` how it ended."""

    fields: CycleFields
    depth: int
    now: bool
    ready: Readiness
    results: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...]


@pages.get("/p/<plan>/cycles")
def show(plan: str) -> ResponseReturnValue:
    """Show every cycle, with the form of one open where the address asks for it."""
    opened = request.args.get("edit")
    seen = view(plan)
    if opened and opened not in seen.plan.cycles:
        raise NotFound(kind="cycle", key=opened)
    return _page(plan, opened, _filled(seen.plan.cycles[opened]) if opened else {})


@pages.post("/p/<plan>/cycles")
def add(plan: str) -> ResponseReturnValue:
    """Add a cycle; it begins as a draft where it has not begun yet."""
    try:
        fields = forms.checked(CycleFields, _typed(view(plan).plan))
        written = add_part(database(), plan, fields, actor=actor())
    except (BadForm, Fault) as refused:
        return _refused(plan, NEW, refused)
    return _done(plan, _("“%(title)s” is added.", title=fields.title), written.revision)


@pages.post("/p/<plan>/cycles/<key>")
def edit(plan: str, key: str) -> ResponseReturnValue:
    """Save a cycle's title, days and place."""
    try:
        given = _typed(view(plan).plan, key)
        fields = forms.checked(CycleFields, {**given, "key": key})
        changes = {name: getattr(fields, name) for name in ("title", "start", "end", "parent")}
        version = forms.version()
        written = edit_part(database(), plan, "cycle", key, changes, version=version, actor=actor())
    except (BadForm, Fault) as refused:
        return _refused(plan, key, refused)
    return _done(plan, _("“%(title)s” is saved.", title=fields.title), written.revision)


@pages.post("/p/<plan>/cycles/<key>/remove")
def remove(plan: str, key: str) -> ResponseReturnValue:
    """Remove a cycle that nothing belongs to."""
    version = forms.version()
    written = remove_part(database(), plan, "cycle", key, version=version, actor=actor())
    return _done(plan, _("The cycle is removed."), written.revision)


@pages.post("/p/<plan>/cycles/<key>/move")
def move(plan: str, key: str) -> ResponseReturnValue:
    """Take a cycle one step on or back."""
    to = CycleState(request.form["to"]) if request.form.get("to") in set(CycleState) else None
    if to is None:
        return _refused(plan, None, BadForm({"": [_("Choose one of the list.")]}))
    version, reason = forms.version(), forms.typed("reason")
    try:
        written = move_cycle(
            database(), plan, key, to, version=version, actor=actor(), reason=reason, today=view(plan).day
        )
    except Fault as refused:
        if isinstance(refused, NotFound):
            raise
        return _refused(plan, None, refused)
    undoable = to is not CycleState.closed
    return _done(plan, _moved(view(plan).plan, key, to), written.revision if undoable else None)


def _moved(plan: Plan, key: str, to: CycleState) -> str:
    title = plan.cycles[key].title
    return {
        CycleState.draft: _("“%(title)s” is a draft again.", title=title),
        CycleState.open: _("“%(title)s” is open.", title=title),
        CycleState.closing: _(
            "“%(title)s” is closing: final values come in, then it is closed.", title=title
        ),
        CycleState.closed: _("“%(title)s” is closed. Its values and grades stay as they are.", title=title),
    }[to]


def _done(plan: str, text: str, revision: int | None) -> Response:
    say(text, undo=(plan, revision) if revision else None)
    return redirect(here("cycles.show", plan=plan), 303)


def _refused(plan: str, opened: str | None, refused: BadForm | Fault) -> ResponseReturnValue:
    """Show the page again with what was typed and what is wrong with it."""
    wrong = refused.errors if isinstance(refused, BadForm) else {"": [errors.sentence(refused)]}
    code = 422 if isinstance(refused, BadForm) else errors.status(refused)
    return _page(plan, opened, request.form.to_dict(), wrong), code


def _typed(plan: Plan, key: str = NEW) -> dict[str, object]:
    """Return the fields of the form.

    Raises:
        BadForm: for what is no day.
    """
    title = forms.typed("title")
    start, end = forms.day("start"), forms.day("end")
    later = start is not None and start > plan.today()
    return {
        "key": key or forms.typed("key") or free_key(title or "", "cycle", plan.cycles),
        "title": title,
        "parent": forms.typed("parent"),
        "start": start,
        "end": end,
        "state": CycleState.draft if later else CycleState.open,
    }


def _filled(fields: CycleFields) -> dict[str, object]:
    return {**fields.model_dump(mode="json"), "parent": fields.parent or ""}


def _page(
    plan: str,
    opened: str | None = None,
    typed: Mapping[str, object] | None = None,
    wrong: forms.Errors | None = None,
) -> Response:
    seen = view(plan)
    lines = [_line(seen.plan, fields, depth, seen.day) for fields, depth in in_order(seen.plan)]
    return page(
        "cycles.html",
        "cycles",
        plan=seen.plan,
        view=seen,
        active="cycles",
        lines=lines,
        opened=opened,
        typed=typed or {},
        errors=wrong or {},
        parents=[(each.key, each.title) for each, _depth in in_order(seen.plan) if each.key != opened],
    )


def in_order(plan: Plan) -> Iterator[tuple[CycleFields, int]]:
    """Yield the cycles by the day they begin, each before those that lie in it, with how deep it lies."""
    known = plan.cycles
    below: dict[str | None, list[CycleFields]] = {}
    for cycle in sorted(known.values(), key=lambda each: (each.start, each.end), reverse=True):
        below.setdefault(cycle.parent if cycle.parent in known else None, []).append(cycle)
    waiting = [(cycle, 0) for cycle in below.get(None, ())]
    while waiting:
        cycle, depth = waiting.pop()
        yield cycle, depth
        waiting += [(each, depth + 1) for each in below.get(cycle.key, ())]


def _line(plan: Plan, fields: CycleFields, depth: int, day: date) -> Line:
    span = plan.spans[fields.key]
    on, over = min(span.end, max(span.start, plan.today())), day >= span.end
    return Line(
        fields,
        depth,
        day in span,
        readiness(plan, fields.key, standings_on(plan, on)),
        _results(plan, fields.key),
        tuple(_step(fields, to) for to in FOLLOWING[fields.state] if to is not CycleState.closed or over),
    )


def _step(fields: CycleFields, to: CycleState) -> Step:
    if fields.state is CycleState.closed:
        return Step(to, _("Reopen"), "lock-open")
    if fields.state is CycleState.closing and to is CycleState.open:
        return Step(to, _("Back to open"), "arrow-back-up")
    return {
        CycleState.draft: Step(to, _("Back to draft"), "arrow-back-up"),
        CycleState.open: Step(to, _("Open"), "lock-open"),
        CycleState.closing: Step(to, _("Collect final values"), "clock"),
        CycleState.closed: Step(to, _("Close"), "lock"),
    }[to]


def _results(plan: Plan, cycle: str) -> tuple[tuple[str, int], ...]:
    """Return how many graded nodes of a cycle came to what."""
    words = {"achieved": _("achieved"), "partly": _("partly"), "missed": _("missed")}
    counts = dict.fromkeys(words, 0)
    for node in plan.nodes.values():
        found = achievement(node, node.grade) if node.cycle == cycle and node.grade else None
        if found is not None:
            counts[found.value] += 1
    return tuple((words[name], count) for name, count in counts.items() if count)
