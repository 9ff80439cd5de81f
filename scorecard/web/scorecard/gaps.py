"""Who carries what: the matrix of perspectives and units, orphans, and what nobody carries."""

from collections.abc import Iterator
from dataclasses import dataclass

from scorecard.domain.vocabulary import NodeKind, Status
from scorecard.graph.alignment import Cell as Found
from scorecard.graph.alignment import matrix, orphans, uncarried
from scorecard.graph.cascade import idle_units, unit_depths
from scorecard.graph.perspectives import perspectives_of
from scorecard.graph.plan import Plan
from scorecard.web.language import _, ngettext
from scorecard.web.reading import View
from scorecard.web.render import here
from scorecard.web.scorecard.measure_table import EVERYTHING
from scorecard.web.scorecard.perspective_cards import Line, line
from scorecard.web.wording import percent

ORPHANS = 12
"""Orphans with a form of their own; the others are shown once these are attached."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a unit does for a perspective, and the address of it in the scorecard."""

    count: int
    score: str
    worst: Status
    says: str
    href: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit with its cells, None where it does nothing; units below are further in."""

    title: str
    depth: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The perspectives by title and place, and a row for each unit."""

    perspectives: tuple[tuple[str, int], ...]
    rows: tuple[UnitRow, ...]


def carriers(view: View) -> Matrix:
    """Return what each unit does for each perspective on the view's day."""
    plan = view.plan
    found = matrix(plan, view.standings, tuple(NodeKind), view.day)
    heads: list[tuple[str | None, str]] = [(key, each.title) for key, each in plan.perspectives.items()]
    if any(perspective is None for perspective, _unit in found):
        heads.append((None, _("No perspective")))
    units: list[tuple[str | None, str, int]] = list(_unit_order(plan))
    if any(unit is None for _perspective, unit in found):
        units.append((None, _("No unit"), 0))
    rows = tuple(
        UnitRow(title, depth, tuple(_cell(view, key, unit, found.get((key, unit))) for key, _title in heads))
        for unit, title, depth in units
    )
    return Matrix(tuple((title, place) for place, (_key, title) in enumerate(heads)), rows if found else ())


def _unit_order(plan: Plan) -> Iterator[tuple[str, str, int]]:
    """Yield the units as their tree reads from the top."""
    depths = unit_depths(plan)
    children: dict[str | None, list[str]] = {}
    for key, unit in plan.units.items():
        children.setdefault(unit.parent, []).append(key)
    waiting = children.get(None, [])[::-1]
    while waiting:
        key = waiting.pop()
        yield key, plan.units[key].title, depths[key]
        waiting.extend(reversed(children.get(key, [])))


def _cell(view: View, perspective: str | None, unit: str | None, found: Found | None) -> Cell | None:
    if found is None:
        return None
    plan = view.plan
    goals = sum(plan.nodes[key].kind is NodeKind.objective for key in found.keys)
    measures = len(found.keys) - goals
    says = [
        ngettext("one objective", "%(num)s objectives", goals) if goals else "",
        ngettext("one measure", "%(num)s measures", measures) if measures else "",
    ]
    narrowed = {"perspective": perspective, "unit": unit, "only": "1" if unit else None, "kind": EVERYTHING}
    return Cell(
        len(found.keys),
        percent(found.score),
        found.worst,
        ", ".join(filter(None, says)),
        here(
            "scorecard.show",
            plan=plan.key,
            _anchor="measures",
            **{name: value for name, value in narrowed.items() if value},
        ),
    )


@dataclass(frozen=True, slots=True)
class Orphan:
    """A node that serves no company objective, with the perspective whose objectives come first."""

    key: str
    kind: NodeKind
    line: Line
    owner: str
    unit: str


def orphan_rows(view: View) -> list[Orphan]:
    """Return what counts and serves no company objective."""
    plan = view.plan
    return [
        Orphan(
            key,
            plan.nodes[key].kind,
            line(view, key),
            plan.people[owner].name if (owner := plan.nodes[key].owner) else "",
            plan.units[unit].title if (unit := plan.nodes[key].unit) else "",
        )
        for key in orphans(plan)
    ]


def objective_choices(plan: Plan) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the objectives that something can be attached to, by perspective."""
    place = perspectives_of(plan)
    groups: dict[str | None, list[tuple[str, str]]] = {key: [] for key in (*plan.perspectives, None)}
    for key, node in plan.nodes.items():
        if node.kind is NodeKind.objective and not node.archived:
            groups[place[key]].append((key, node.title))
    titles = {key: each.title for key, each in plan.perspectives.items()}
    return [(titles.get(key or "", _("No perspective")), pairs) for key, pairs in groups.items() if pairs]


def uncarried_lines(view: View) -> list[Line]:
    """Return the objectives to which nothing contributes."""
    return [line(view, key) for key in uncarried(view.plan)]


def idle(view: View) -> list[str]:
    """Return the titles of the units for which nothing counts."""
    return [view.plan.units[key].title for key in idle_units(view.plan)]
