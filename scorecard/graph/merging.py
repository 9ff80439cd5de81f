"""A draft brought back into its plan: both compared with what they began from, field by field.

What only one of the two changed is taken; what both changed differently is a clash that a person decides.
Check-ins are no part of it: what was measured is recorded in the plan itself.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from scorecard.domain.schema import PlanFields, PlanFile
from scorecard.domain.shape import Shape
from scorecard.graph.diff import SECTIONS, Unfit, by_identity, named

Side = Literal["live", "draft"]

MERGED = {section: kind for section, kind in SECTIONS.items() if section != "observations"}
"""The sections that a draft may change."""

OWN = ("plan", "title")
"""What a draft says of itself, not of the plan it goes back to."""


class Clash(NamedTuple):
    """A field that both changed, or a thing that one changed and the other took away (`field` is None)."""

    kind: str
    key: str
    field: str | None
    base: Any
    live: Any
    draft: Any

    @property
    def name(self) -> str:
        """Return what a choice names it by."""
        return " ".join(filter(None, (self.kind, self.key, self.field)))


class Merged(NamedTuple):
    """The plan as it would be, and the clashes on which nobody decided: there it stays as it is."""

    file: PlanFile
    clashes: list[Clash]


def three_way(
    base: PlanFile, live: PlanFile, draft: PlanFile, choices: Mapping[str, Side] | None = None
) -> Merged:
    """Return what a plan becomes with all that a draft changed since it was taken from the plan.

    Parameters:
        choices: which side wins a clash, by the clash's name.

    Raises:
        Unfit: where what both changed makes no sense together.
    """
    work = _Merging(choices or {})
    head = work.fields("plan", live.plan, *(_head(file) for file in (base, live, draft)))
    parts: dict[str, Any] = {
        section: tuple(work.section(kind, *(getattr(file, section) for file in (base, live, draft))))
        for section, kind in MERGED.items()
    }
    merged = live.model_copy(update={**dict(PlanFields.model_validate({"plan": live.plan, **head})), **parts})
    return Merged(merged.model_copy(update={"title": live.title}), work.clashes)


def _head(file: PlanFile) -> dict[str, Any]:
    said = PlanFields.model_construct(**{name: getattr(file, name) for name in PlanFields.model_fields})
    return {name: value for name, value in said.model_dump(mode="json").items() if name not in OWN}


class _Merging:
    """A merge under way: the choices that were made, and the clashes that wait for one."""

    def __init__(self, choices: Mapping[str, Side]) -> None:
        self.choices = choices
        self.clashes: list[Clash] = []

    def section(
        self, kind: str, base: Sequence[Shape], live: Sequence[Shape], draft: Sequence[Shape]
    ) -> Iterator[Shape]:
        """Yield the items of a section in the plan's order, new ones behind what they follow in the draft."""
        was, here, there = by_identity(base), by_identity(live), by_identity(draft)
        for key in _in_order(list(here), list(there)):
            item = self._item(kind, was.get(key), here.get(key), there.get(key))
            if item is not None:
                yield item

    def _item(self, kind: str, base: Shape | None, live: Shape | None, draft: Shape | None) -> Shape | None:
        if draft == base or live == draft:
            return live
        if live == base:
            return draft
        if live is None or draft is None:
            either = live or draft
            assert either is not None
            clash = Clash(kind, named(either), None, _said(base), _said(live), _said(draft))
            return draft if self._decided(clash) == "draft" else live
        merged = self.fields(kind, named(live), _said(base) or {}, _said(live) or {}, _said(draft) or {})
        try:
            return type(live).model_validate(merged)
        except ValidationError as error:
            raise Unfit(key=named(live), why=error.errors()[0]["msg"]) from error

    def fields(
        self, kind: str, key: str, base: dict[str, Any], live: dict[str, Any], draft: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the fields of one thing; those within a measure or bands apart, where all mean the same."""
        merged: dict[str, Any] = {}
        for name in {**live, **draft}:
            ends: list[Any] = [side.get(name) for side in (base, live, draft)]
            if _alike(ends):
                parts = [{f"{name}.{part}": value for part, value in end.items()} for end in ends]
                found = self.fields(kind, key, *parts)
                merged[name] = {part.removeprefix(f"{name}."): value for part, value in found.items()}
            else:
                merged[name] = self._value(kind, key, name, *ends)
        return merged

    def _value(self, kind: str, key: str, field: str, base: Any, live: Any, draft: Any) -> Any:
        if draft == base or live == draft:
            return live
        if live == base:
            return draft
        return draft if self._decided(Clash(kind, key, field, base, live, draft)) == "draft" else live

    def _decided(self, clash: Clash) -> Side | None:
        found = self.choices.get(clash.name)
        if found is None:
            self.clashes.append(clash)
        return found


def _alike(ends: Sequence[Any]) -> bool:
    """Tell whether a field has parts that mean the same on all sides: measures of one kind, bands."""
    return all(isinstance(end, dict) for end in ends) and len({end.get("kind") for end in ends}) == 1


def _said(item: Shape | None) -> dict[str, Any] | None:
    return None if item is None else item.model_dump(mode="json")


def _in_order(live: list[Hashable], draft: Iterable[Hashable]) -> list[Hashable]:
    """Return the keys of both: the plan's in their order, others behind their neighbour in the draft."""
    known: set[Hashable] = set(live)
    behind: dict[Hashable, list[Hashable]] = {}
    last: Hashable = None
    for key in draft:
        if key not in known:
            behind.setdefault(last, []).append(key)
        else:
            last = key
    ordered = behind.get(None, [])
    for key in live:
        ordered += [key, *behind.get(key, [])]
    return ordered
