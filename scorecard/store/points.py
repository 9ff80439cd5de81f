"""Check-ins as the points that scores are computed from, read past all else that was said of them."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from itertools import groupby, repeat
from operator import itemgetter, lt
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, Connection, String, select, type_coerce

from scorecard.graph.path import Point, Points, made
from scorecard.graph.plan import Seen, points_of
from scorecard.store.rows import OBSERVATIONS

MOST_NAMED = 1000
"""Nodes up to which they are named in a SELECT; with more, the check-ins of all are read."""


class Said(NamedTuple):
    """A check-in as it was written; one without value and word takes back what was said before."""

    node: str
    date: str | date
    label: str
    value: float | None
    word: str | None


def read_points(
    connection: Connection, plan_id: int, nodes: Collection[str] | None = None, *only: ColumnElement[bool]
) -> dict[str, Points]:
    """Return the points of every node that has some, or of those asked for."""
    columns = OBSERVATIONS.c
    day = type_coerce(columns.date, String)
    wanted = select(columns.node, day, columns.label, columns.value, columns.word)
    wanted = wanted.where(columns.plan_id == plan_id, *only)
    if (
        nodes is None
    ):  # What was said later has the later revision: the order of an index, so nothing is sorted.
        wanted = wanted.order_by(columns.revision, columns.id)
    else:  # For the sake of that order SQLite would read the check-ins of all nodes.
        wanted = wanted.where(columns.node.in_(nodes)).order_by(columns.id)
    rows = connection.execute(wanted).all()
    return standing_points(cast("list[Said]", rows))


def named(nodes: Collection[str]) -> Collection[str] | None:
    """Return the nodes to name in a SELECT, None where there are too many to name."""
    return nodes if len(nodes) <= MOST_NAMED else None


def standing_points(rows: Iterable[Said]) -> dict[str, Points]:
    """Return the points of each node, of check-ins in the order in which they were written."""
    runs = groupby(sorted(rows, key=itemgetter(0)), key=itemgetter(0))
    return {node: points for node, run in runs if (points := _standing(node, run))}


def _standing(node: str, run: Iterable[Said]) -> Points:
    """Return the points of one node: of several check-ins for a day and label the last stands."""
    _, written, labels, numbers, words = zip(*run, strict=True)
    values = numbers if None not in numbers else tuple(map(_either, numbers, words))
    days = tuple(map(day_of, written))
    if None not in values and not any(labels) and all(map(lt, days, days[1:])):
        return tuple(map(made, repeat(Point), zip(days, values, strict=True)))
    said = dict(zip(zip(days, labels, strict=True), values, strict=True))
    seen = [
        Seen(node, day, label or None, value) for (day, label), value in said.items() if value is not None
    ]
    return points_of(seen).get(node, ())


def _either(number: float | None, word: str | None) -> float | str | None:
    return word if number is None else number


@lru_cache(maxsize=4096)
def day_of(written: str | date) -> date:
    """Return the day a database wrote down, the same object each time: a plan's check-ins share few days."""
    return date.fromisoformat(written) if isinstance(written, str) else written
