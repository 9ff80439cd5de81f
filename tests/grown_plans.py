"""Large plans that look like an organisation's, grown from a seed: for benches and the tests of speed."""

import math
import random
from datetime import date, timedelta

from scorecard.domain.measure import AtLeast, AtMost, Between, Measure, Milestone, Reach, Zones
from scorecard.domain.schema import (
    DEFAULT_PERSPECTIVES,
    CycleFields,
    LinkFields,
    NodeFields,
    ObservationFields,
    PersonFields,
    PlanFile,
    UnitFields,
)
from scorecard.domain.vocabulary import Cadence, NodeKind

_SUBJECTS = (
    "Revenue",
    "Margin",
    "Cash",
    "Churn",
    "Loyalty",
    "Delivery",
    "Quality",
    "Skills",
    "Uptime",
    "Cost",
)
_PLACES = ("North", "South", "East", "West", "Online", "Retail", "Service", "Plant 1", "Plant 2", "Labs")


def grown_plan(nodes: int, seed: int, months: int = 12) -> PlanFile:
    """Return a believable plan: objectives five wide, measured leaves, every tenth node under two parents.

    The same numbers give the same plan. About four nodes of five are measured, once a month each.
    """
    chance = random.Random(seed)
    keys = [f"node_{index}" for index in range(nodes)]
    first_leaf = max(1, math.ceil((nodes - 1) / 5))
    fields = [_grown_node(chance, keys[index], index, index >= first_leaf) for index in range(nodes)]
    links = [
        LinkFields(child=keys[index], parent=keys[parent], weight=float(chance.randint(1, 3)))
        for index in range(1, nodes)
        for parent in _grown_parents(chance, index, first_leaf)
    ]
    observed = (
        ObservationFields(node=node.key, date=day, value=_grown_value(chance, node.measure, month / months))
        for node in fields
        if node.measure
        for month, day in enumerate(_month_ends(months), 1)
    )
    return PlanFile(
        plan="grown",
        title=f"Grown plan of {nodes} nodes",
        units=(
            UnitFields(key="company", title="Company"),
            *(
                UnitFields(key=f"unit_{index}", title=place, parent="company")
                for index, place in enumerate(_PLACES)
            ),
        ),
        people=tuple(
            PersonFields(key=f"person_{index}", name=f"{place} lead", unit=f"unit_{index}")
            for index, place in enumerate(_PLACES)
        ),
        cycles=(CycleFields(key="year", title="The year", start=date(2026, 1, 1), end=date(2026, 12, 31)),),
        nodes=tuple(fields),
        links=tuple(links),
        observations=tuple(observed),
    )


def _grown_parents(chance: random.Random, index: int, first_leaf: int) -> list[int]:
    """Return the positions of a node's parents: a tree five wide, and now and then one parent more."""
    parents = {(index - 1) // 5}
    if chance.random() < 0.1:
        parents.add(chance.randrange(min(index, first_leaf)))
    return sorted(parents)


def _month_ends(months: int) -> list[date]:
    """Return the last days of as many months, up to December 2026."""
    after = (2027 * 12 - back for back in range(months - 1, -1, -1))
    return [date(month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in after]


def _grown_node(chance: random.Random, key: str, index: int, leaf: bool) -> NodeFields:
    place = index % len(_PLACES)
    title = f"{chance.choice(_SUBJECTS)} {_PLACES[place]} {index}"
    return NodeFields(
        key=key,
        kind=NodeKind.kpi if leaf else NodeKind.objective,
        title=title,
        perspective=DEFAULT_PERSPECTIVES[index % 4].key,
        unit=f"unit_{place}" if index else "company",
        owner=f"person_{place}",
        cycle=None if leaf else "year",
        cadence=Cadence.monthly if leaf else None,
        measure=_grown_measure(chance) if leaf else None,
    )


def _grown_measure(chance: random.Random) -> Measure:
    target = float(chance.randint(50, 120))
    year = {"start": date(2026, 1, 1), "due": date(2026, 12, 31)}
    shapes: tuple[Measure, ...] = (
        Reach(baseline=target / 2, target=target, **year),
        AtLeast(target=target, floor=target * 0.8),
        AtMost(target=target, floor=target * 1.2),
        Between(low=target - 10, high=target + 10),
        Milestone(**year),
        Zones(commit="a first customer", target="ten customers", stretch="a market"),
    )
    return chance.choice(shapes)


def _grown_value(chance: random.Random, measure: Measure, elapsed: float) -> float | str:
    if isinstance(measure, Zones):
        return chance.choice(("below", "commit", "target", "stretch"))
    if isinstance(measure, Milestone):
        return round(elapsed * chance.uniform(0.7, 1), 2)
    if isinstance(measure, Reach):
        way = (measure.target - measure.baseline) * elapsed * chance.uniform(0.6, 1.1)
        return round(measure.baseline + way, 1)
    aim = (measure.low + measure.high) / 2 if isinstance(measure, Between) else measure.target
    return round(aim * chance.gauss(1, 0.08), 1)
