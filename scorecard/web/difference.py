"""What differs between two plans, in words: for a preview, a draft, two moments of one plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scorecard.domain.schema import NodeFields
from scorecard.graph.diff import Change
from scorecard.graph.merging import Clash
from scorecard.web.fields import KINDS, LABELS, said
from scorecard.web.language import _
from scorecard.web.measures import own_unit
from scorecard.web.wording import quantity

SHOWN = 100
"""Changes of one kind that are spelt out."""

SECTIONS = {
    "nodes": "node",
    "links": "link",
    "observations": "observation",
    "targets": "target",
    "cycles": "cycle",
    "units": "unit",
    "people": "person",
    "perspectives": "perspective",
}
"""The sections of a plan in the order in which readers look for changes."""


class Line(NamedTuple):
    """One change in words: what happens (a word of the diff), to what, and the field from and to."""

    change: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one kind of thing; `more` are left unsaid."""

    title: str
    lines: list[Line]
    more: int


def groups(changes: Iterable[Change], nodes: Mapping[str, NodeFields]) -> list[Group]:
    """Return changes by kind of thing, in words; `nodes` give titles and units."""
    names = _titles(nodes)
    units = {key: own_unit(node) for key, node in nodes.items()}
    by_kind: dict[str, list[Change]] = {kind: [] for kind in ("plan", *SECTIONS.values())}
    for change in changes:
        by_kind[change.kind].append(change)
    return [_group(kind, found, names, units) for kind, found in by_kind.items() if found]


class Ends(NamedTuple):
    """A clash in words: what it is about, and what the beginning, the plan and the draft say."""

    what: str
    before: str
    live: str
    draft: str


def ends(clash: Clash, nodes: Mapping[str, NodeFields]) -> Ends:
    """Return a clash in words; `nodes` give titles and units."""
    name = _name(Change("", clash.kind, clash.key, after=clash.live or clash.draft), _titles(nodes))
    if clash.field is None:
        sides = (
            _("not there") if clash.base is None else _("as it was"),
            *map(_kept, (clash.live, clash.draft)),
        )
        return Ends(name, *sides)
    label = _(LABELS[clash.field]) if clash.field in LABELS else clash.field
    node = nodes.get(clash.key.partition("@")[0])
    unit = own_unit(node) if node else None
    written = (_end(clash.field, end, unit) for end in (clash.base, clash.live, clash.draft))
    return Ends(f"{name} · {label}", *written)


def _kept(end: Any) -> str:
    return _("taken away") if end is None else _("changed")


def _end(field: str, end: Any, unit: str | None) -> str:
    """Return one end of a clash; a whole measure part by part."""
    if not isinstance(end, dict):
        return said(field, end, unit=unit)
    parts = {f"{field}.{name}": value for name, value in end.items() if value is not None and value != []}
    return ", ".join(
        f"{_(LABELS[name]) if name in LABELS else name} {said(name, value, unit=unit)}"
        for name, value in parts.items()
    )


def _titles(nodes: Mapping[str, NodeFields]) -> dict[str, str]:
    return {key: node.title for key, node in nodes.items()}


def _group(
    kind: str, changes: list[Change], names: Mapping[str, str], units: Mapping[str, str | None]
) -> Group:
    lines = [_line(each, names, units) for each in changes[:SHOWN]]
    return Group(_(KINDS[kind]), lines, len(changes) - len(lines))


def _line(change: Change, names: Mapping[str, str], units: Mapping[str, str | None]) -> Line:
    name = _name(change, names)
    node = change.key.partition("@")[0].partition(">")[0]
    if change.field is None:
        given = change.after or change.before or {}
        value = quantity(given["value"], units.get(node)) if "value" in given else ""
        return Line(change.change, name, after=value if change.change == "added" else "")
    label = _(LABELS[change.field]) if change.field in LABELS else change.field
    if change.field == "archived":
        return Line(change.change, name)
    unit = units.get(node)
    return Line(
        change.change,
        name,
        label,
        said(change.field, change.before, unit=unit),
        said(change.field, change.after, unit=unit),
    )


def _name(change: Change, names: Mapping[str, str]) -> str:
    """Return what a change is about by its title, a link by both ends, a value by its day."""
    key = change.key
    if change.kind == "link":
        child, _sign, parent = key.partition(">")
        parent = parent.partition(":")[0]
        return f"{names.get(child, child)} → {names.get(parent, parent)}"
    if change.kind in ("observation", "target"):
        node, _sign, when = key.partition("@")
        return f"{names.get(node, node)} · {when}"
    if change.kind == "node":
        return names.get(key, key)
    given = change.after if isinstance(change.after, dict) else {}
    return str(given.get("title") or given.get("name") or key)
