"""Plans too large to be read from a file in a bench: the nodes of a small grown plan, over and over again."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from scorecard.domain.schema import NodeFields
from scorecard.graph.metric import Metric
from scorecard.graph.path import Point
from scorecard.graph.plan import Contribution, Plan, build, collector_paused
from tests.grown_plans import grown_plan

STOCK = 2_000


def month_ends(months: int) -> list[date]:
    """Return the last days of as many months, up to December 2026."""
    after = (2027 * 12 - back for back in range(months - 1, -1, -1))
    return [date(month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in after]


def large_plan(nodes: int, months: int) -> Plan:
    """Return a plan of the shape of `grown_plan`; its graphs hold those of the stock only."""
    with collector_paused():
        stock = build(grown_plan(STOCK, seed=1, months=months))
        first_leaf = -(-(nodes - 1) // 5)
        keys = [f"node_{index}" for index in range(nodes)]
        leaves = [stock.metrics[key] for key in sorted(stock.leaves)]
        parts = {key: _node(stock, leaves, key, index, first_leaf) for index, key in enumerate(keys)}
        return replace(
            stock,
            nodes=parts,
            contributions=_contributions(keys, first_leaf),
            order={key: place for place, key in enumerate(reversed(keys))},
            metrics={
                key: leaves[index % len(leaves)]._replace(key=key)
                for index, key in enumerate(keys[first_leaf:], first_leaf)
            },
            leaves=frozenset(keys[first_leaf:]),
        )


def _node(stock: Plan, leaves: list[Metric], key: str, index: int, first_leaf: int) -> NodeFields:
    like = leaves[index % len(leaves)].key if index >= first_leaf else "node_0"
    return stock.nodes[like].model_copy(update={"key": key})


def _contributions(keys: list[str], first_leaf: int) -> dict[str, tuple[Contribution, ...]]:
    chance = random.Random(1)
    found: list[list[Contribution]] = [[] for _ in keys]
    for index in range(1, len(keys)):
        parents = {(index - 1) // 5}
        if chance.random() < 0.1:
            parents.add(chance.randrange(min(index, first_leaf)))
        for parent in parents:
            found[parent].append(Contribution(keys[index], float(chance.randint(1, 3)), False))
    return {key: tuple(below) for key, below in zip(keys, found, strict=True)}


class Edit(NamedTuple):
    """A plan in which the last value of one leaf is another."""

    plan: Plan
    key: str
    day: date


class Edits:
    """One changed value after another, each in a plan of its own, as a store hands them to an engine."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.metrics, self.chance = plan, dict(plan.metrics), random.Random(2)
        self.keys = sorted(key for key in plan.leaves if plan.metrics[key].shape is float)

    def next(self) -> Edit:
        """Return the next edit: a number up to a tenth higher or lower."""
        key = self.chance.choice(self.keys)
        metric = self.metrics[key]
        day, value = metric.points[-1]
        moved = Point(day, float(value) * self.chance.uniform(0.9, 1.1))
        self.metrics[key] = metric._replace(points=(*metric.points[:-1], moved))
        self.plan = replace(self.plan, metrics=self.metrics)
        return Edit(self.plan, key, day)
