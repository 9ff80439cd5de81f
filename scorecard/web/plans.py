"""Whole plans: begin one, take a change back, carry one away as a file."""

from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel.dates import get_month_names
from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Refused
from scorecard.domain.naming import free_key, latin
from scorecard.domain.period import Period, period_of
from scorecard.domain.schema import (
    DEFAULT_PERSPECTIVES,
    CycleFields,
    NodeFields,
    PerspectiveFields,
    PlanFields,
    PlanFile,
)
from scorecard.domain.vocabulary import Cadence, Level, NodeKind
from scorecard.files.formats import FORMATS, write_file
from scorecard.graph.plan import build
from scorecard.store import history, queries
from scorecard.store.commands import undo as undoing
from scorecard.store.commands.plans import PlanExists, create_plan
from scorecard.store.once import answered
from scorecard.web import errors, forms
from scorecard.web.changes import told
from scorecard.web.forms import BadForm
from scorecard.web.language import _, locale
from scorecard.web.reading import database
from scorecard.web.render import here, page, say, wants_block
from scorecard.web.session import actor

pages = Blueprint("plans", __name__)

MEDIA = {"yaml": "application/yaml", "json": "application/json"}


@pages.get("/new")
def new() -> ResponseReturnValue:
    """Show the form of a new plan."""
    return _form({"fiscal_year_start": "1", "timezone": "UTC", "cycle": "1"}, {})


@pages.post("/new")
def create() -> ResponseReturnValue:
    """Begin a plan, with a first year and the objectives that stand over all where they were named."""
    try:
        file = _typed_plan()
        first = answered(database())
        if first is None:
            create_plan(database(), file, actor=actor())
    except BadForm as bad:
        return _form(request.form, bad.errors), 422
    except PlanExists as fault:
        return _form(request.form, {"plan": [errors.sentence(fault)]}), 422
    say(_("“%(title)s” is there. Add what your objectives rest on.", title=file.title))
    return redirect(url_for("tree.show", plan=first.plan if first else file.plan), 303)


def _form(typed: object, wrong: forms.Errors) -> Response:
    months = get_month_names("wide", locale=locale())
    return page(
        "plan_new.html",
        block="plan_new",
        active="new",
        typed=typed,
        errors=wrong,
        months=[(number, months[number]) for number in range(1, 13)],
        zones=sorted(available_timezones()),
        perspectives=_perspectives(),
    )


def _typed_plan() -> PlanFile:
    """Return the plan that was typed.

    Raises:
        BadForm: with sentences at the fields.
    """
    title = forms.typed("title")
    head = forms.checked(
        PlanFields,
        {
            "plan": forms.typed("plan") or _free_plan_key(title or ""),
            "title": title or "",
            "fiscal_year_start": _month(),
            "timezone": forms.typed("timezone"),
        },
    )
    if title is None:
        raise BadForm({"title": [_("This is needed.")]})
    objectives = _typed_objectives()
    cycles = [_this_year(head)] if request.form.get("cycle") else []
    if cycles:
        objectives = [each.model_copy(update={"cycle": cycles[0].key}) for each in objectives]
    parts = {"cycles": tuple(cycles), "nodes": tuple(objectives), "perspectives": _perspectives()}
    return PlanFile(**dict(head), **parts)


def _perspectives() -> tuple[PerspectiveFields, ...]:
    """Return the perspectives that a plan begins with, in the words of who begins it."""
    return tuple(each.model_copy(update={"title": _(each.title)}) for each in DEFAULT_PERSPECTIVES)


def _month() -> int | None:
    text = forms.typed("fiscal_year_start") or "1"
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0


def _free_plan_key(title: str) -> str:
    """Return a key made of a plan's title that no plan has."""
    taken = {line.key for line in queries.list_plans(database(), every=True)}
    return free_key(title if latin(title) else "plan", "plan", taken)


def _typed_objectives() -> list[NodeFields]:
    """Return the objectives that were typed, one a line, below their perspectives."""
    found: list[NodeFields] = []
    for perspective in DEFAULT_PERSPECTIVES:
        name = f"objectives.{perspective.key}"
        for line in filter(None, map(str.strip, request.form.get(name, "").splitlines())):
            try:
                found.append(_objective(line, perspective.key, found))
            except BadForm as bad:
                sentences = [sentence for each in bad.errors.values() for sentence in each]
                raise BadForm({name: [f"{line[:40]}…: {sentence}" for sentence in sentences]}) from None
    return found


def _objective(title: str, perspective: str, before: list[NodeFields]) -> NodeFields:
    given = {
        "key": free_key(title, NodeKind.objective, {node.key for node in before}),
        "kind": NodeKind.objective,
        "title": title,
        "perspective": perspective,
        "level": Level.strategic,
    }
    return forms.checked(NodeFields, given)


def _this_year(head: PlanFields) -> CycleFields:
    """Return the cycle of the running fiscal year, named after the year it ends in."""
    today = build(PlanFile(**dict(head), nodes=())).today()
    year: Period = period_of(today, Cadence.yearly, head.fiscal_year_start)
    number = year.end.year
    return CycleFields(
        key=f"fy{number % 100:02}", title=_("FY %(year)s", year=number), start=year.start, end=year.end
    )


@pages.post("/p/<plan>/undo")
def undo(plan: str) -> ResponseReturnValue:
    """Take a change back, and go on where the reader was; a refusal is told there."""
    revision = forms.revision("revision")
    if revision is None:
        abort(400)
    back = own_address(request.form.get("next", ""), here("scorecard.show", plan=plan))
    try:
        written = undoing.undo(database(), plan, revision, actor=actor())
    except Refused as refused:
        say(errors.sentence(refused), "off_track")
    else:
        say(_("Undone: %(what)s", what=_told(plan, revision)), undo=(plan, written.revision))
    if wants_block():
        return Response(headers={"HX-Redirect": back})
    return redirect(back, 303)


def _told(plan: str, revision: int) -> str:
    """Say what a change was."""
    entries = history.changes(database(), plan, limit=1, before=revision + 1)
    return told(entries[0], queries.load_plan(database(), plan)).what


def own_address(text: str, otherwise: str) -> str:
    """Return the path and query of an address of this site; any other is no place to send a reader to."""
    if "\\" in text or any(sign <= " " for sign in text):
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    elsewhere = (parts.scheme or parts.netloc) and (
        parts.scheme not in ("http", "https") or parts.netloc != request.host
    )
    if elsewhere or not parts.path.startswith("/") or parts.path.startswith("//"):
        return otherwise
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pages.get("/p/<plan>/export.<format>")
def export(plan: str, format: str) -> ResponseReturnValue:
    """Give a plan away as a file: all of it but history."""
    if format not in FORMATS or FORMATS[format].write is None:
        abort(404)
    data = write_file(queries.load_file(database(), plan), format)
    response = Response(data, mimetype=MEDIA.get(format, "application/octet-stream"))
    response.headers.set("Content-Disposition", "attachment", filename=f"{plan}.{format}")
    return response
