"""The cascade as columns: company, departments, teams, each objective below what it contributes to."""

from typing import NamedTuple

from scorecard.domain.vocabulary import NodeKind
from scorecard.graph.alignment import company_objectives
from scorecard.graph.plan import Plan

MOST_COLUMNS = 5
MOST_CARDS = 300
"""More than this nobody reads on one page; the tree shows the whole."""


class Place(NamedTuple):
    """An objective at one place of the cascade.

    `skips` counts the columns between it and its parent, where its unit stands lower than one step.
    `measures` are the key results, KPIs and initiatives right below it, `below` the objectives. One that
    stands in full at an earlier place is `repeated`; `more` counts what this page has no room for.
    """

    key: str
    column: int
    skips: int
    measures: tuple[str, ...]
    below: "tuple[Place, ...]"
    repeated: bool
    more: int


def cascade(plan: Plan) -> tuple[Place, ...]:
    """Return the company objectives, with the objectives below them by the depth of their units."""
    walk = _Walk(plan)
    return tuple(walk.place(key, -1) for key in company_objectives(plan))


def unit_depths(plan: Plan) -> dict[str, int]:
    """Return how many units stand above each unit."""
    depths: dict[str, int] = {}
    for key in plan.units:
        chain = [key]
        while (above := plan.units[chain[-1]].parent) is not None and above not in depths:
            chain.append(above)
        depth = -1 if above is None else depths[above]
        for each in reversed(chain):
            depths[each] = depth = depth + 1
    return depths


def idle_units(plan: Plan) -> list[str]:
    """Return the units for which nothing counts, neither in themselves nor in a unit below."""
    busy: set[str] = set()
    for key, node in plan.nodes.items():
        unit = node.unit if plan.counts(key) else None
        while unit is not None and unit not in busy:
            busy.add(unit)
            unit = plan.units[unit].parent
    return [key for key in plan.units if key not in busy]


class _Walk:
    """A walk down the cascade that shows each objective in full once, and ends where a page ends."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.depths = unit_depths(plan)
        self.seen: set[str] = set()
        self.cards = 0

    def place(self, key: str, column_above: int) -> Place:
        """Return an objective with all below it; as deep as there are columns."""
        column = self._column(key, column_above)
        self.cards += 1
        repeated = key in self.seen
        self.seen.add(key)
        live = [child for child in self.plan.children(key) if not self.plan.nodes[child].archived]
        cards = [child for child in live if self._is_card(child)]
        measures = tuple(child for child in live if not self._is_card(child))
        below = [] if repeated or column + 1 >= MOST_COLUMNS else self._below(cards, column)
        more = 0 if repeated else len(cards) - len(below)
        return Place(key, column, column - column_above - 1, measures, tuple(below), repeated, more)

    def _below(self, keys: list[str], column: int) -> list[Place]:
        return [self.place(key, column) for key in keys if self.cards < MOST_CARDS]

    def _column(self, key: str, above: int) -> int:
        unit = self.plan.nodes[key].unit
        if above < 0 or unit is None:
            return above + 1
        return min(max(above + 1, self.depths[unit]), MOST_COLUMNS - 1)

    def _is_card(self, key: str) -> bool:
        return self.plan.nodes[key].kind is NodeKind.objective
