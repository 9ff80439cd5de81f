"""What differs between two plans, in words: for a preview, a draft, two moments of one plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scorecard.domain.errors import N_
from scorecard.domain.schema import NodeFields
from scorecard.graph.diff import Change
from scorecard.graph.merging import Clash
from scorecard.graph.plan import Plan
from scorecard.web.fields import KINDS, LABELS, said
from scorecard.web.language import _
from scorecard.web.measures import own_unit
from scorecard.web.wording import NOTHING, quantity

SHOWN = 100
"""Changes of one kind that a page spells out."""

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


WORDS: Mapping[str, tuple[str, str]] = {
    "added": (N_("added"), "on_track"),
    "removed": (N_("removed"), "off_track"),
    "archived": (N_("archived"), "off_track"),
    "restored": (N_("restored"), "on_track"),
    "moved": (N_("moved"), "at_risk"),
    "renamed": (N_("renamed"), "at_risk"),
    "reowned": (N_("re-owned"), "at_risk"),
    "reweighted": (N_("re-weighted"), "at_risk"),
    "retargeted": (N_("re-targeted"), "at_risk"),
    "revalued": (N_("value changed"), "at_risk"),
    "changed": (N_("changed"), "at_risk"),
}
"""The word for each change of a diff, and the tone it is shown in."""


class Line(NamedTuple):
    """One change in words: what happens (a word of the diff), to what, and the field from and to."""

    change: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""

    @property
    def word(self) -> str:
        """Return what happens, in the reader's language."""
        return _(WORDS[self.change][0])

    @property
    def tone(self) -> str:
        """Return the tone of what happens."""
        return WORDS[self.change][1]


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one kind of thing; `more` are left unsaid."""

    title: str
    lines: list[Line]
    more: int


@dataclass(frozen=True, slots=True)
class Known:
    """What changes are told with: the titles and units of nodes, and the plan where one is there to ask."""

    names: Mapping[str, str]
    units: Mapping[str, str | None]
    plan: Plan | None

    def title(self, kind: str, key: str | None) -> str:
        """Return what a thing of some kind is called, its key where nothing is known of it."""
        if key is None:
            return NOTHING
        if kind == "node" or self.plan is None:
            return self.names.get(key, key)
        if kind == "plan":
            return self.plan.title
        if kind == "person":
            return self.plan.people[key].name if key in self.plan.people else key
        section = next(name for name, each in SECTIONS.items() if each == kind)
        parts: Mapping[str, Any] = getattr(self.plan, section)
        return str(parts[key].title) if key in parts else key


def groups(
    changes: Iterable[Change],
    nodes: Mapping[str, NodeFields],
    plan: Plan | None = None,
    shown: int = SHOWN,
) -> list[Group]:
    """Return changes by kind of thing, in words.

    Parameters:
        nodes: they give titles and units.
        plan: gives the names of people, units and the like.
        shown: changes of one kind that are spelt out.
    """
    known = _known(nodes, plan)
    by_kind: dict[str, list[Change]] = {kind: [] for kind in ("plan", *SECTIONS.values())}
    for change in changes:
        by_kind[change.kind].append(change)
    return [_group(kind, found, known, shown) for kind, found in by_kind.items() if found]


class Ends(NamedTuple):
    """A clash in words: what it is about, and what the beginning, the plan and the draft say."""

    what: str
    before: str
    live: str
    draft: str


def ends(clash: Clash, nodes: Mapping[str, NodeFields]) -> Ends:
    """Return a clash in words; `nodes` give titles and units."""
    about = Change("", clash.kind, clash.key, after=clash.live or clash.draft)
    name = _name(about, _known(nodes, None))
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


def _known(nodes: Mapping[str, NodeFields], plan: Plan | None) -> Known:
    titles = {key: node.title for key, node in nodes.items()}
    return Known(titles, {key: own_unit(node) for key, node in nodes.items()}, plan)


def _group(kind: str, changes: list[Change], known: Known, shown: int) -> Group:
    lines = [_line(each, known) for each in changes[:shown]]
    return Group(_(KINDS[kind]), lines, len(changes) - len(lines))


def _line(change: Change, known: Known) -> Line:
    name = _name(change, known)
    unit = known.units.get(change.key.partition("@")[0].partition(">")[0])
    if change.field is None:
        given = change.after or change.before or {}
        value = quantity(given["value"], unit) if "value" in given else ""
        return Line(change.change, name, after=value if change.change == "added" else "")
    if change.field == "archived":
        return Line(change.change, name)
    label = _(LABELS[change.field]) if change.field in LABELS else change.field
    if change.field == "parent":
        ends = (known.title(change.kind, end) for end in (change.before, change.after))
        return Line(change.change, name, label, *ends)
    ends = (_said(change, end, known.plan, unit) for end in (change.before, change.after))
    return Line(change.change, name, label, *ends)


def _said(change: Change, end: Any, plan: Plan | None, unit: str | None) -> str:
    """Write one end of a change; a value in the unit of its node."""
    if change.kind in ("observation", "target") and change.field == "value":
        return quantity(end, unit)
    return said(str(change.field), end, plan, unit)


def _name(change: Change, known: Known) -> str:
    """Return what a change is about by its title, a link by both ends, a value by its day."""
    key, names = change.key, known.names
    if change.kind == "link":
        child, _sign, parent = key.partition(">")
        parent = parent.partition(":")[0]
        return f"{names.get(child, child)} → {names.get(parent, parent)}"
    if change.kind in ("observation", "target"):
        node, _sign, when = key.partition("@")
        return f"{names.get(node, node)} · {when}"
    given = change.after if isinstance(change.after, dict) else change.before
    given = given if isinstance(given, dict) else {}
    return names.get(key) or str(given.get("title") or given.get("name") or known.title(change.kind, key))
