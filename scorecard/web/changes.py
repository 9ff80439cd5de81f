"""What changed, in words: an entry of the history for its reader."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from scorecard.graph.plan import Plan
from scorecard.store.history import Entry
from scorecard.web.fields import LABELS, day_of, flat, said
from scorecard.web.language import _
from scorecard.web.measures import own_unit
from scorecard.web.wording import quantity


class Detail(NamedTuple):
    """One field that changed, each end written out."""

    label: str
    before: str
    after: str


class Told(NamedTuple):
    """A change for its reader: what was done, and the fields it changed."""

    what: str
    details: list[Detail]


class Happened(NamedTuple):
    """A change for its reader: who, when, what, and whether it can be taken back.

    `next` is where the reader goes on who takes it back, `about` the title of the node it concerns and
    `href` the page of that node.
    """

    revision: int
    who: str
    at: datetime
    day: date
    told: Told
    reason: str | None
    undone_by: int | None
    redo: bool
    open: bool
    next: str
    about: str
    href: str | None


def happened(
    entry: Entry,
    plan: Plan,
    after_undo: str,
    node: str | None = None,
    href: str | None = None,
    locked: bool = False,
) -> Happened:
    """Write out a change of a plan, or what of it concerns one node; what is locked has no way back."""
    return Happened(
        revision=entry.revision,
        who=who(plan, entry.actor),
        at=entry.at.astimezone(ZoneInfo(plan.fields.timezone)),
        day=local_day(plan, entry.at),
        told=told(entry, plan, node),
        reason=entry.reason,
        undone_by=entry.undone_by,
        redo=entry.intent == "undo",
        open=entry.undone_by is None and entry.revision > 1 and not locked,
        next=after_undo,
        about=_title(plan, entry.subject),
        href=href,
    )


def who(plan: Plan, key: str) -> str:
    """Return the name of who did something."""
    if key in plan.people:
        return plan.people[key].name
    return {"local": _("you"), "command": _("a command")}.get(key, key)


def local_day(plan: Plan, at: datetime) -> date:
    """Return the day of a moment in the plan's time zone."""
    return at.astimezone(ZoneInfo(plan.fields.timezone)).date()


def told(entry: Entry, plan: Plan, node: str | None = None) -> Told:
    """Tell a change of a plan; of many changes at once only what concerns one node, if one is named."""
    return Told(_headline(entry, plan), list(_details(entry, plan, node or entry.subject)))


def _headline(entry: Entry, plan: Plan) -> str:
    facts = entry.facts
    title = facts.get("title") or _title(plan, entry.subject)
    parent = _title(plan, facts.get("parent")) or _("the top")
    words = {
        "add_node": _("Added “%(title)s”", title=title),
        "edit_node": _("Edited “%(title)s”", title=title),
        "archive_nodes": _("Archived “%(title)s”", title=title),
        "restore_nodes": _("Restored “%(title)s”", title=title),
        "attach": _("Attached “%(title)s” to “%(parent)s”", title=title, parent=parent),
        "detach": _("Detached “%(title)s” from “%(parent)s”", title=title, parent=parent),
        "reweight": _("Changed how “%(title)s” counts in “%(parent)s”", title=title, parent=parent),
        "move": _("Moved “%(title)s” to “%(parent)s”", title=title, parent=parent),
        "record": _recorded(entry, plan),
        "withdraw": _("Withdrew the value of %(day)s", day=day_of(facts.get("date"))),
        "set_target": _("Set the target of %(day)s", day=day_of(facts.get("date"))),
        "drop_target": _("Dropped the target of %(day)s", day=day_of(facts.get("date"))),
        "create_plan": _("Created the plan"),
        "copy_plan": _("Created the plan as a copy"),
        "begin_draft": _("Began the draft"),
        "merge_draft": _("Merged the draft “%(title)s”", title=title),
        "draft_cycle": _("Made the cycle “%(title)s” a draft", title=title),
        "open_cycle": _("Opened the cycle “%(title)s”", title=title),
        "begin_closing": _("Began to close the cycle “%(title)s”", title=title),
        "close_cycle": _("Closed the cycle “%(title)s”", title=title),
        "edit_plan": _("Edited the plan"),
        "archive_plan": _("Archived the plan"),
        "restore_plan": _("Restored the plan"),
        "import": _imported(facts),
        "undo": _("Took back change %(number)s", number=entry.undoes),
    }
    return words.get(entry.intent) or _part_headline(entry.intent, title)


def _part_headline(intent: str, title: str) -> str:
    words = {"add": _("Added “%(title)s”", title=title), "edit": _("Edited “%(title)s”", title=title)}
    return words.get(intent.split("_")[0]) or _("Removed “%(title)s”", title=title)


def _recorded(entry: Entry, plan: Plan) -> str:
    facts = entry.facts
    node = plan.nodes.get(entry.subject or "")
    if "to" not in facts:
        return _("Recorded a value")
    value = quantity(facts["to"], own_unit(node) if node else None)
    shown = {"day": day_of(facts.get("date")), "value": value}
    if facts.get("from") is None:
        return _("Recorded %(value)s for %(day)s", **shown)
    return _("Corrected %(day)s to %(value)s", **shown)


def _imported(facts: Mapping[str, Any]) -> str:
    if "added" not in facts:
        return _("Imported a file")
    counts = {name: facts.get(name, 0) for name in ("added", "changed", "archived")}
    return _("Imported a file: %(added)s nodes added, %(changed)s changed, %(archived)s archived", **counts)


def _title(plan: Plan, key: str | None) -> str:
    return "" if key is None else plan.nodes[key].title if key in plan.nodes else key


def _details(entry: Entry, plan: Plan, node: str | None) -> Iterator[Detail]:
    unit = own_unit(plan.nodes[node]) if node is not None and node in plan.nodes else None
    facts = entry.facts
    if entry.intent in ("record", "set_target", "drop_target", "withdraw") and facts.get("from") is not None:
        yield Detail(_("Value"), quantity(facts["from"], unit), quantity(facts.get("to"), unit))
    for row in entry.rows:
        concerned = row["table"] == "plan" if node is None else node in row["key"]
        if concerned and row["table"] != "target" and row["before"] is not None and row["after"] is not None:
            yield from _fields(row["before"], row["after"], plan, unit)


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], plan: Plan, unit: str | None
) -> Iterator[Detail]:
    old, new = flat(before), flat(after)
    for name in {**old, **new}:
        if old.get(name) != new.get(name) and name in LABELS:
            ends = (said(name, old.get(name), plan, unit), said(name, new.get(name), plan, unit))
            yield Detail(_(LABELS[name]), *ends)
