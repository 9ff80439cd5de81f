"""History: every change of a plan with its way back, and what differs between two of its days."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scorecard.domain.errors import Fault
from scorecard.domain.schema import PlanFile
from scorecard.graph.diff import diff
from scorecard.store import history, queries
from scorecard.store.past import file_after, file_as_recorded, moment_of
from scorecard.web import errors, forms
from scorecard.web.changes import Happened, happened
from scorecard.web.difference import Group, groups
from scorecard.web.language import _
from scorecard.web.measures import node_address
from scorecard.web.reading import View, database, view
from scorecard.web.render import here, page
from scorecard.web.wording import day, moment

pages = Blueprint("history", __name__)

PAGE = 30
"""Changes on one page."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two states of a plan, and which two they are."""

    title: str
    groups: list[Group]
    number: int


@pages.get("/p/<plan>/changes")
def show(plan: str) -> ResponseReturnValue:
    """Show the changes, the latest first, and what differs where the address asks for it."""
    seen = view(plan)
    try:
        return _page(seen, _compared(seen), {})
    except forms.BadForm as bad:
        return _page(seen, None, bad.errors), 422


def _compared(seen: View) -> Compared | None:
    """Return what differs: by one change, or between two days; nothing where neither is asked for.

    Raises:
        BadForm: with sentences at the fields.
        NotFound: no such change.
    """
    change = request.args.get("change", type=int)
    if change is not None:
        ends = (file_after(database(), seen.plan.key, each) for each in (change - 1, change))
        return _between(seen, _("What change %(number)s did", number=change), *ends)
    first, last = _asked("from"), _asked("to")
    if first is None and last is None:
        return None
    since = _("the beginning") if first is None else _written(seen, first)
    until = _("now") if last is None else _written(seen, last)
    before = _state(seen, "from", first) if first else file_after(database(), seen.plan.key, 1)
    after = _state(seen, "to", last) if last else queries.load_file(database(), seen.plan.key)
    return _between(seen, _("From %(since)s to %(until)s", since=since, until=until), before, after)


def _between(seen: View, title: str, before: PlanFile, after: PlanFile) -> Compared:
    changes = diff(before, after)
    nodes = {node.key: node for node in (*before.nodes, *after.nodes)}
    return Compared(title, groups(changes, nodes, seen.plan), len(changes))


def _asked(name: str) -> date | datetime | None:
    """Return the day or the moment of a field.

    Raises:
        BadForm: for what is neither.
    """
    text = request.args.get(name, "").strip()
    try:
        return moment_of(text) if text else None
    except ValueError:
        raise forms.BadForm({name: [_("This is not a day; write it as 2026-03-31.")]}) from None


def _written(seen: View, at: date | datetime) -> str:
    if isinstance(at, datetime):
        return moment(at.astimezone(ZoneInfo(seen.plan.fields.timezone)))
    return _("the end of %(day)s", day=day(at))


def _state(seen: View, name: str, at: date | datetime) -> PlanFile:
    try:
        return file_as_recorded(database(), seen.plan.key, at)
    except Fault as fault:
        raise forms.BadForm({name: [errors.sentence(fault)]}) from None


def _rows(seen: View) -> tuple[list[Happened], int | None]:
    """Return a page of the changes, and the revision before which the next page begins."""
    before = request.args.get("before", type=int)
    entries = history.changes(database(), seen.plan.key, None, PAGE + 1, before)
    more = entries[PAGE - 1].revision if len(entries) > PAGE else None
    back = here("history.show", plan=seen.plan.key, before=before)
    rows = [happened(entry, seen.plan, back, href=_about(seen, entry)) for entry in entries[:PAGE]]
    return rows, more


def _about(seen: View, entry: history.Entry) -> str | None:
    """Return the page of the node that a change is about."""
    known = entry.subject in seen.plan.nodes
    return node_address(seen.plan, str(entry.subject)) if known else None


def _page(seen: View, compared: Compared | None, wrong: forms.Errors) -> Response:
    rows, earlier = _rows(seen)
    return page(
        "history.html",
        "history",
        plan=seen.plan,
        view=seen,
        active="history",
        changes=rows,
        earlier=earlier,
        paged="before" in request.args,
        compared=compared,
        typed=request.args,
        errors=wrong,
    )
