"""The cascade as cards in columns, and the line of sight of the node that a reader follows."""

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard.domain.vocabulary import NodeKind, Status
from scorecard.graph.alignment import company_objectives, lines_of_sight
from scorecard.graph.cascade import MOST_COLUMNS, Place, cascade
from scorecard.graph.plan import Plan
from scorecard.web.alignment.sight import written_path
from scorecard.web.language import _
from scorecard.web.measures import node_address
from scorecard.web.reading import View
from scorecard.web.render import here
from scorecard.web.scorecard.measure_table import status_counts
from scorecard.web.scorecard.perspective_cards import Line, line

CHOICES = 500
"""Nodes in the list to follow; in larger plans one types the title."""

MEASURES = 400
"""Measures listed in all cards together; in larger plans a card counts them and leads to the tree."""

PATHS = 12
"""Lines of sight that are written out."""


@dataclass(frozen=True, slots=True)
class Focus:
    """The node that a reader follows: each of its paths from the top, and all nodes on them.

    A path is a row of (title, address), the company's objective first; one that ends elsewhere is `astray`.
    """

    key: str
    line: Line
    paths: tuple[tuple[tuple[str, str], ...], ...]
    astray: tuple[tuple[tuple[str, str], ...], ...]
    on_way: frozenset[str]
    cut: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A node in a card's list of what is measured, and the address that lights its line of sight."""

    line: Line
    follow: str
    lit: bool


@dataclass(frozen=True, slots=True)
class Card:
    """An objective in its column, with what is below it."""

    line: Line
    score: float | None
    owner: str
    unit: str
    place: int
    skips: int
    lit: bool
    dim: bool
    uncounted: bool
    repeated: bool
    more: int
    tree: str
    measures: tuple[Measure, ...]
    measured: int
    counts: tuple[tuple[Status, int], ...]
    open: bool
    below: "tuple[Card, ...]"


@dataclass(frozen=True, slots=True)
class Cascade:
    """The cards of the first column with all below them, and what the columns are called."""

    headings: tuple[str, ...]
    cards: tuple[Card, ...]


def focused(view: View, asked: str) -> Focus | None:
    """Return the line of sight of a node that is named by its key or its title; None for no such node."""
    key = _key_of(view.plan, asked.strip())
    if key is None:
        return None
    tops = set(company_objectives(view.plan))
    found = lines_of_sight(view.plan, key, PATHS + 1) or ([(key,)] if key in tops else [])
    shown = found[:PATHS]
    reaching = [path for path in shown if path[-1] in tops]
    return Focus(
        key,
        line(view, key),
        tuple(_steps(view.plan, path) for path in reaching),
        tuple(_steps(view.plan, path) for path in shown if path[-1] not in tops),
        frozenset(each for path in shown for each in path) | {key},
        len(found) > PATHS,
    )


def _key_of(plan: Plan, asked: str) -> str | None:
    live = (key for key, node in plan.nodes.items() if not node.archived)
    wanted = asked.casefold()
    return next((key for key in live if asked and wanted in (key, plan.nodes[key].title.casefold())), None)


def _steps(plan: Plan, path: Iterable[str]) -> tuple[tuple[str, str], ...]:
    def step(key: str) -> tuple[str, str]:
        return plan.nodes[key].title, node_address(plan, key)

    return tuple(written_path([*path][::-1], step, lambda said: (said, "")))


def measure_choices(plan: Plan) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what can be followed, by kind; nothing where it is more than a list can hold."""
    groups: dict[str, list[tuple[str, str]]] = {
        _("KPIs"): _titled(plan, NodeKind.kpi),
        _("Key results"): _titled(plan, NodeKind.key_result),
        _("Initiatives"): _titled(plan, NodeKind.initiative),
        _("Objectives"): _titled(plan, NodeKind.objective),
    }
    if sum(len(pairs) for pairs in groups.values()) > CHOICES:
        return []
    return [(name, pairs) for name, pairs in groups.items() if pairs]


def _titled(plan: Plan, kind: NodeKind) -> list[tuple[str, str]]:
    found = ((key, node.title) for key, node in plan.nodes.items() if node.kind is kind and not node.archived)
    return sorted(found, key=lambda pair: pair[1].casefold())


def unfocused(view: View) -> Cascade:
    """Return the cascade as cards, none lit."""
    return columns(view, None)


def columns(view: View, focus: Focus | None) -> Cascade:
    """Return the cascade as cards; with a focus its line of sight is lit and the rest dimmed."""
    places = cascade(view.plan)
    writer = _Writer(view, focus)
    deepest = _deepest(places)
    names = (_("Company"), _("Departments"), _("Teams"))
    headings = tuple(
        names[number] if number < len(names) else _("Level %(num)s", num=number + 1)
        for number in range(deepest + 1)
    )
    return Cascade(headings, tuple(writer.card(place) for place in places))


def _deepest(places: Iterable[Place]) -> int:
    waiting, deepest = list(places), 0
    while waiting:
        place = waiting.pop()
        deepest = max(deepest, place.column)
        waiting.extend(place.below)
    return min(deepest, MOST_COLUMNS)


class _Writer:
    """Writes the cards of one view; as deep as the cascade has columns."""

    def __init__(self, view: View, focus: Focus | None) -> None:
        self.view, self.focus, self.plan = view, focus, view.plan
        self.places = {key: place for place, key in enumerate(view.plan.perspectives)}
        self.small = len(view.plan.metrics) <= MEASURES
        self.way: frozenset[str] = focus.on_way if focus else frozenset()

    def card(self, place: Place) -> Card:
        plan, standings = self.plan, self.view.standings
        node = plan.nodes[place.key]
        return Card(
            line=line(self.view, place.key),
            score=standings[place.key].score,
            owner=plan.people[node.owner].name if node.owner else "",
            unit=plan.units[node.unit].title if node.unit else "",
            place=self.places.get(node.perspective or "", 0),
            skips=place.skips,
            lit=place.key in self.way,
            dim=self.focus is not None and place.key not in self.way,
            uncounted=not plan.takes_part(place.key, self.view.day),
            repeated=place.repeated,
            more=place.more,
            tree=here("tree.show", plan=plan.key, root=place.key),
            measures=tuple(self._measure(key) for key in place.measures) if self._lists(place) else (),
            measured=0 if place.repeated else len(place.measures),
            counts=status_counts([standings[key] for key in place.measures]),
            open=bool(self.way.intersection(place.measures)),
            below=tuple(self.card(each) for each in place.below),
        )

    def _lists(self, place: Place) -> bool:
        """Tell whether a card names its measures: what is followed is named in the largest plan too."""
        return not place.repeated and (self.small or bool(self.way.intersection(place.measures)))

    def _measure(self, key: str) -> Measure:
        follow = here("alignment.show", plan=self.plan.key, focus=key)
        return Measure(line(self.view, key), follow, key in self.way)
