"""What the check-ins of each period come to: `node_period`, an index kept up with them as they are written.

A node's periods are those of its own cadence; without one each observed day is a period. The value is what
stands on the days of the period, whatever the node's window, by its aggregation; a word counts as its share
of the way. Nothing rests on these rows that the check-ins do not say: they can be made anew at any time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from math import isclose
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, select, text

from scorecard.domain.errors import NotFound
from scorecard.domain.measure import ZONE_PROGRESS
from scorecard.domain.period import Period, period_of
from scorecard.domain.vocabulary import Aggregate, Cadence
from scorecard.graph.path import Point, Points, between
from scorecard.graph.plan import Plan, collector_paused
from scorecard.graph.values import aggregated
from scorecard.store.database import Database
from scorecard.store.points import Said, day_of, named, read_points, standing_points
from scorecard.store.rows import NODE, OBSERVATIONS, PERIODS, PLAN

Kept = tuple[str, str]
"""What a row is found by: its period and its node."""


class Way(NamedTuple):
    """How the check-ins of a node are put together."""

    cadence: Cadence | None
    aggregate: Aggregate
    fiscal: int


def period_values(
    db: Database, plan: str, day: date | None = None
) -> dict[Period, list[tuple[str, float | None]]]:
    """Return the values of the periods that hold a day, by default today, each with its nodes by key.

    It takes a SELECT for each cadence, and the same time however long the history is. A total beyond what a
    number can hold is None.

    Raises:
        NotFound: no such plan.
    """
    with db.read() as connection, collector_paused():
        plans = PLAN.table.c
        wanted = select(plans.id, plans.fiscal_year_start, plans.timezone).where(plans.key == plan)
        row = connection.execute(wanted).first()
        if row is None:
            raise NotFound(kind="plan", key=plan)
        on = day or datetime.now(ZoneInfo(row.timezone)).date()
        periods = [period_of(on, cadence, row.fiscal_year_start) for cadence in Cadence]
        found = {period: _values(connection, row.id, period) for period in periods}
    return {period: values for period, values in found.items() if values}


def _values(connection: Connection, plan_id: int, period: Period) -> list[tuple[str, float | None]]:
    """Return the nodes of a period and their values, as the driver gives them: rows by the thousand."""
    found = connection.execute(_OF_PERIOD, {"plan_id": plan_id, "period": _text(*period)})
    assert found.cursor is not None
    return list(found.cursor.fetchall())


_OF_PERIOD = (
    select(PERIODS.c.node, PERIODS.c.value)
    .where(PERIODS.c.plan_id == bindparam("plan_id"), PERIODS.c.period == bindparam("period"))
    .order_by(PERIODS.c.node)
)


def follow(
    connection: Connection, plan_id: int, before: Plan, said: Sequence[Said], after: Plan | None = None
) -> None:
    """Take over check-ins that were just written to nodes that are put together as before.

    Parameters:
        before: the plan without them.
        after: the plan with them, where it is known.
    """
    nodes = {row.node for row in said}
    ways = {key: _way_of(before, key) for key in nodes if key in before.nodes}
    ways |= _ways(connection, plan_id, nodes.difference(ways))
    touched = {(interval(day_of(row.date), ways[row.node]), row.node) for row in said}
    span = _span(period for period, _ in touched)
    if after is not None:
        points = {node: between(after.observations[node], *span) for node in nodes}
    else:
        points = standing_points(row for row in said if row.node not in before.observations)
        known = nodes.intersection(before.observations)
        if known:
            days = OBSERVATIONS.c.date.between(*span)
            points |= read_points(connection, plan_id, named(known), days)
    rows = [row for row in _rows(points, ways) if (row["period"], row["node"]) in touched]
    _drop(connection, plan_id, touched.difference((row["period"], row["node"]) for row in rows))
    _add(connection, plan_id, rows)


def refill(connection: Connection, plan_id: int, nodes: Collection[str] | None = None) -> None:
    """Make the rows of a plan anew from its check-ins, or those of some nodes."""
    columns = PERIODS.c
    asked = None if nodes is None else named(nodes)
    gone = delete(PERIODS).where(columns.plan_id == plan_id)
    connection.execute(gone if asked is None else gone.where(columns.node.in_(asked)))
    _add(connection, plan_id, _wanted(connection, plan_id, asked))


def differences(connection: Connection, plan_id: int) -> Iterator[tuple[Kept, str]]:
    """Yield the rows that are not what the check-ins come to, each with a sentence."""
    columns = PERIODS.c
    found = select(columns.period, columns.node, columns.value).where(columns.plan_id == plan_id)
    kept = {(period, node): value for period, node, value in connection.execute(found)}
    made = {(row["period"], row["node"]): row["value"] for row in _wanted(connection, plan_id, None)}
    for key in sorted({*kept, *made}):
        if key not in kept:
            yield key, f"The period {key[0]} is missing; its check-ins come to {made[key]}."
        elif key not in made:
            yield key, f"The period {key[0]} is kept as {kept[key]} and has no check-ins."
        elif not _alike(kept[key], made[key]):
            yield key, f"The period {key[0]} is kept as {kept[key]}; its check-ins come to {made[key]}."


def _alike(kept: float | None, made: float | None) -> bool:
    """Tell whether two values are the same but for the rounding of another version's sums."""
    return kept == made if kept is None or made is None else isclose(kept, made, rel_tol=1e-9)


def _wanted(connection: Connection, plan_id: int, nodes: Collection[str] | None) -> Iterator[dict[str, Any]]:
    return _rows(read_points(connection, plan_id, nodes), _ways(connection, plan_id, nodes))


def _rows(points: Mapping[str, Points], ways: Mapping[str, Way]) -> Iterator[dict[str, Any]]:
    """Yield a row for each period of each node that is there."""
    for node, way in ways.items():
        for period, run in groupby(points.get(node, ()), key=lambda point: interval(point.date, way)):
            yield {"period": period, "node": node, "value": _value(tuple(run), way.aggregate)}


def _value(run: Sequence[Point], aggregate: Aggregate) -> float | None:
    value = run[0].value if len(run) == 1 else aggregated(run, aggregate)
    return ZONE_PROGRESS[value] if isinstance(value, str) else value


@lru_cache(maxsize=65536)
def interval(day: date, way: Way) -> str:
    """Return the period that holds a day as it is kept: 2026-06-01/2026-06-30."""
    return _text(*period_of(day, way.cadence or Cadence.daily, way.fiscal))


def _text(first: date, last: date) -> str:
    return f"{first.isoformat()}/{last.isoformat()}"


def _span(periods: Iterable[str]) -> tuple[date, date]:
    """Return the first and the last day of all periods together."""
    ends = [period.split("/") for period in periods]
    first, last = min(first for first, _ in ends), max(last for _, last in ends)
    return date.fromisoformat(first), date.fromisoformat(last)


def _way_of(plan: Plan, key: str) -> Way:
    node = plan.nodes[key]
    return Way(node.cadence, node.aggregate, plan.fields.fiscal_year_start)


def _ways(connection: Connection, plan_id: int, nodes: Collection[str] | None) -> dict[str, Way]:
    """Read how the check-ins of nodes are put together, as their rows stand now."""
    if nodes is not None and not nodes:
        return {}
    columns, plans = NODE.table.c, PLAN.table.c
    wanted = select(columns.key, columns.cadence, columns.aggregate, plans.fiscal_year_start)
    wanted = wanted.where(columns.plan_id == plan_id, plans.id == columns.plan_id)
    asked = None if nodes is None else named(nodes)
    rows = connection.execute(wanted if asked is None else wanted.where(columns.key.in_(asked)))
    return {
        key: Way(Cadence(cadence) if cadence else None, Aggregate(aggregate), fiscal)
        for key, cadence, aggregate, fiscal in rows
    }


def _drop(connection: Connection, plan_id: int, keys: Collection[Kept]) -> None:
    if keys:
        gone = [{"its_plan": plan_id, "of": period, "its": node} for period, node in keys]
        connection.execute(_GONE, gone)


_GONE = delete(PERIODS).where(
    PERIODS.c.plan_id == bindparam("its_plan"),
    PERIODS.c.period == bindparam("of"),
    PERIODS.c.node == bindparam("its"),
)


def _add(connection: Connection, plan_id: int, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows, each in place of the one of its period and node."""
    made = [{**row, "plan_id": plan_id} for row in rows]
    if made:
        connection.execute(_PUT, made)


_PUT = text(
    "INSERT INTO node_period (plan_id, period, node, value) VALUES (:plan_id, :period, :node, :value) "
    "ON CONFLICT (plan_id, period, node) DO UPDATE SET value = excluded.value"
)
