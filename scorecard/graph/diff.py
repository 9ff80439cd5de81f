"""What differs between two plans, and what a plan becomes when a file is imported into it.

All functions are pure; the sections of a file are compared by key, in any order.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from pydantic import ValidationError

from scorecard.domain.errors import N_, Refused
from scorecard.domain.schema import (
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PerspectiveFields,
    PlanFields,
    PlanFile,
    TargetFields,
    UnitFields,
)
from scorecard.domain.shape import Shape
from scorecard.domain.vocabulary import CycleState, LinkKind
from scorecard.graph.structure import family


class Unfit(Refused):
    """What a partial file says makes no sense with what the plan says already."""

    sentence = N_("“{key}” does not fit what the plan says of it: {why}")


SECTIONS = {
    "perspectives": "perspective",
    "units": "unit",
    "people": "person",
    "cycles": "cycle",
    "nodes": "node",
    "links": "link",
    "observations": "observation",
    "targets": "target",
}
"""The sections of a plan file, with the name of what each holds."""

COUNTED = ("added", "changed", "archived", "unchanged")


class Change(NamedTuple):
    """One difference: a thing that came, went or changed in one field.

    `change` is added, removed, archived, restored, moved, renamed, reowned, reweighted, retargeted, revalued,
    or changed where no word is closer; `field` is dotted into a measure or bands. What moved has left one
    parent for another, which its `field` names.
    """

    change: str
    kind: str
    key: str
    field: str | None = None
    before: Any = None
    after: Any = None

    def as_json(self) -> dict[str, Any]:
        """Return the shape that `diff --json` prints."""
        ends = {"from": self.before, "to": self.after}
        return {"change": self.change, "kind": self.kind, "key": self.key, "field": self.field, **ends}


def identity(item: Shape) -> Hashable:
    """Return what makes an item of a section the same one in another file."""
    return _IDENTITIES[type(item)](item)


def _ends(link: LinkFields) -> Hashable:
    if link.kind is LinkKind.balances:
        return frozenset((link.child, link.parent)), link.kind
    return link.child, link.parent, family(link.kind)


_IDENTITIES: Mapping[type[Shape], Callable[[Any], Hashable]] = {
    **dict.fromkeys(
        (NodeFields, PerspectiveFields, UnitFields, PersonFields, CycleFields), attrgetter("key")
    ),
    **dict.fromkeys((ObservationFields, TargetFields), attrgetter("node", "date", "label")),
    LinkFields: _ends,
}
"""By type, since a plan has a hundred thousand check-ins to tell apart."""


def named(item: Shape) -> str:
    """Return an item's key as one text: `churn`, `train>churn`, `train>churn:drives`, `churn@2026-03-31`."""
    match item:
        case LinkFields():
            graph = family(item.kind)
            return f"{item.child}>{item.parent}" + ("" if graph == "cascade" else f":{graph}")
        case ObservationFields() | TargetFields():
            return f"{item.node}@{item.date.isoformat()}" + (f":{item.label}" if item.label else "")
    return str(getattr(item, "key", getattr(item, "plan", "")))


VERBS: Mapping[tuple[str, str], str] = {
    **dict.fromkeys((("plan", "title"), ("person", "name")), "renamed"),
    **{(kind, "title"): "renamed" for kind in ("perspective", "unit", "cycle", "node")},
    **dict.fromkeys((("unit", "parent"), ("cycle", "parent"), ("person", "unit")), "moved"),
    **{
        ("node", f"measure.{field}"): "retargeted" for field in ("target", "low", "high", "commit", "stretch")
    },
    ("node", "owner"): "reowned",
    ("link", "weight"): "reweighted",
    ("target", "value"): "retargeted",
    ("observation", "value"): "revalued",
}
"""What a change of a field is called, by the kind of thing it belongs to."""


def diff(before: PlanFile, after: PlanFile) -> list[Change]:
    """Return how one plan becomes the other, section by section; order alone is no difference."""
    found = list(_fields("plan", _head(before), _head(after)))
    for section, kind in SECTIONS.items():
        old, new = by_identity(getattr(before, section)), by_identity(getattr(after, section))
        if section == "links":
            found += _moves(old, new)
        found += _section(kind, old, new)
    return found


def _moves(old: dict[Hashable, Shape], new: dict[Hashable, Shape]) -> Iterator[Change]:
    """Take out the links of nodes that left one parent for another, and tell each as one move."""
    left, come = _of_cascade(old, new), _of_cascade(new, old)
    for child, gone in left.items():
        for was, now in zip(gone, come.get(child, ()), strict=False):
            del old[identity(was)], new[identity(now)]
            yield Change("moved", "node", child, "parent", was.parent, now.parent)
            yield from _fields("link", was.model_copy(update={"parent": now.parent}), now)


def _of_cascade(
    links: Mapping[Hashable, Shape], others: Mapping[Hashable, Shape]
) -> dict[str, list[LinkFields]]:
    """Return by child the links of the cascade that others lack."""
    found: dict[str, list[LinkFields]] = {}
    for key, link in links.items():
        if isinstance(link, LinkFields) and key not in others and family(link.kind) == "cascade":
            found.setdefault(link.child, []).append(link)
    return found


def _head(file: PlanFile) -> PlanFields:
    return PlanFields.model_construct(**{name: getattr(file, name) for name in PlanFields.model_fields})


def by_identity(items: Iterable[Shape]) -> dict[Hashable, Shape]:
    """Return the items of a section by what makes each the same one in another file."""
    return {identity(item): item for item in items}


def _section(kind: str, old: Mapping[Hashable, Shape], new: Mapping[Hashable, Shape]) -> Iterator[Change]:
    for key, item in new.items():
        if key not in old:
            yield Change("added", kind, named(item), after=_plain(item))
        else:
            yield from _fields(kind, old[key], _turned(old[key], item))
    for key, item in old.items():
        if key not in new:
            yield Change("removed", kind, named(item), before=_plain(item))


def _turned(old: Shape | None, new: Shape) -> Shape:
    """Return a guardrail pair told from the same end as it was: its two ends are equals."""
    if isinstance(old, LinkFields) and isinstance(new, LinkFields) and old.child == new.parent:
        return new.model_copy(update={"child": old.child, "parent": old.parent})
    return new


def _fields(kind: str, old: Shape, new: Shape) -> Iterator[Change]:
    if old == new:
        return
    first, second = _flat(old), _flat(new)
    for field in {**first, **second}:
        was, now = first.get(field), second.get(field)
        if was != now:
            yield Change(_verb(kind, field, now), kind, named(old), field, was, now)


def _verb(kind: str, field: str, now: object) -> str:
    if field == "archived":
        return "archived" if now else "restored"
    return VERBS.get((kind, field), "changed")


def _plain(item: Shape) -> dict[str, Any]:
    return {name: value for name, value in item.model_dump(mode="json").items() if value not in (None, [])}


def _flat(item: Shape) -> dict[str, Any]:
    """Return an item's fields with a measure's own fields beside them; lists stay whole."""
    flat: dict[str, Any] = {}
    for name, value in _plain(item).items():
        if isinstance(value, dict):
            flat |= {f"{name}.{part}": said for part, said in value.items() if said is not None}
        else:
            flat[name] = value
    return flat


def merge(current: PlanFile, incoming: PlanFile, partial: bool = False) -> PlanFile:
    """Return what a plan becomes when a file is imported into it.

    A whole-plan file is the truth about the plan, its nodes, their links and targets, and about the order of
    all; a node it lacks is archived, with its links and targets kept. Units, people, cycles, perspectives
    and observations are added and changed, never taken away: others may refer to them, and what was
    measured stays measured. A partial file is the truth about the fields it names and nothing else.
    """
    sections = {name: _merged(name, current, incoming, partial) for name in SECTIONS}
    if not partial:
        sections["nodes"] = tuple(_archived(sections["nodes"], sections["cycles"], incoming))
    head = {name: getattr(incoming, name) for name in _spoken_of(incoming, partial)}
    return current.model_copy(update={**head, **sections, "plan": current.plan})


def _archived(nodes: Iterable[Shape], cycles: Iterable[Shape], incoming: PlanFile) -> Iterator[Shape]:
    """Archive what the file lacks; what a closed cycle holds is history and stays as it is."""
    known = {node.key for node in incoming.nodes}
    closed = {
        cycle.key for cycle in cycles if isinstance(cycle, CycleFields) and cycle.state is CycleState.closed
    }
    for node in nodes:
        stays = isinstance(node, NodeFields) and (node.key in known or node.cycle in closed)
        yield node if stays else node.model_copy(update={"archived": True})


def _spoken_of(incoming: PlanFile, partial: bool) -> set[str]:
    """Return the fields of the plan that a file speaks of; a title made up from the key is not said."""
    if not partial:
        return set(PlanFields.model_fields)
    said = incoming.model_fields_set & set(PlanFields.model_fields)
    return said - {"title"} if incoming.title == incoming.plan else said


def _merged(name: str, current: PlanFile, incoming: PlanFile, partial: bool) -> tuple[Shape, ...]:
    old, new = by_identity(getattr(current, name)), by_identity(getattr(incoming, name))
    if name == "perspectives" and name not in incoming.model_fields_set:
        return tuple(old.values())
    new = {key: _turned(old.get(key), item) for key, item in new.items()}
    if partial:
        return tuple({**old, **{key: _patched(old.get(key), item) for key, item in new.items()}}.values())
    if name == "observations":
        return tuple({**old, **new}.values())
    nodes = {node.key for node in incoming.nodes}
    kept = [item for key, item in old.items() if key not in new and not _goes_with(item, nodes)]
    return (*new.values(), *kept)


def _patched(old: Shape | None, new: Shape) -> Shape:
    """Return an item with only the fields changed that the file names."""
    if old is None:
        return new
    said = {name: getattr(new, name) for name in new.model_fields_set}
    try:
        return type(old).model_validate({**dict(old), **said})
    except ValidationError as error:
        raise Unfit(key=named(new), why=error.errors()[0]["msg"]) from error


def _goes_with(item: Shape, nodes: set[str]) -> bool:
    """Tell whether a whole-plan file that lacks this takes it away: a link or target of nodes it has."""
    if isinstance(item, LinkFields):
        return item.child in nodes and item.parent in nodes
    return isinstance(item, TargetFields) and item.node in nodes


def counts(current: PlanFile, merged: PlanFile, incoming: PlanFile) -> dict[str, Any]:
    """Return what an import does in the numbers of `import --json`: of nodes, and by section under `counts`.

    `unchanged` counts what the file holds and the plan has already; `archived` also counts links and targets
    that go.
    """
    by_section = {name: _counted(name, current, merged, incoming) for name in SECTIONS}
    return {**by_section.pop("nodes"), "counts": by_section}


def _counted(name: str, current: PlanFile, merged: PlanFile, incoming: PlanFile) -> dict[str, int]:
    old, new, given = (by_identity(getattr(file, name)) for file in (current, merged, incoming))
    number = dict.fromkeys(COUNTED, 0)
    for key, item in new.items():
        if key not in old:
            number["added"] += 1
        elif old[key] != _turned(old[key], item):
            number["archived" if _goes(old[key], item) else "changed"] += 1
        elif key in given:
            number["unchanged"] += 1
    number["archived"] += sum(key not in new for key in old)
    return number


def _goes(old: Shape, new: Shape) -> bool:
    return isinstance(old, NodeFields) and isinstance(new, NodeFields) and new.archived and not old.archived
