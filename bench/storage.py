"""The store's rows: reading a plan that nobody has read, and writing so that it lasts."""

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from bench import floors, places
from bench.rows import Measured, row
from bench.shapes import DAY
from scorecard.domain.schema import ObservationFields
from scorecard.store import queries
from scorecard.store.commands.check_ins import record
from scorecard.store.database import Database
from scorecard.store.periods import period_values, refill
from scorecard.store.reading import find_plan, read_plan
from scorecard.store.unit_of_work import rebuild

NODES, MANY = 2_000, 10_000
LEAF = "node_1998"
GROWN_FOR_KPIS, KPIS = 12_500, 10_000
"""Nodes of which four in five are measured."""


def _read(nodes: int) -> Measured:
    path = places.filled(nodes)
    db = Database(places.address(path))

    def read() -> object:
        with db.read() as connection:
            found = find_plan(connection, places.PLAN)
            assert found is not None
            return read_plan(connection, found)

    return Measured(read, lambda: floors.fetched(path))


@row("read a plan of 2,000 nodes, 19,200 check-ins", times=5)
def _cold() -> Measured:
    return _read(NODES)


@row("read a plan of 10,000 nodes, 96,000 check-ins", times=5, rounds=5)
def _large_cold() -> Measured:
    return _read(MANY)


def _checking_in(nodes: int, name: str) -> Measured:
    db = Database(places.address(places.copied(nodes, name)))
    queries.load_plan(db, places.PLAN)
    edit = floors.durable_edit(places.copied(nodes, f"{name}_floor"))
    numbers = count(1)

    def check_in() -> object:
        record(
            db, places.PLAN, ObservationFields(node=LEAF, date=DAY, value=next(numbers) / 1e6), actor="bench"
        )
        return queries.load_plan(db, places.PLAN)

    return Measured(check_in, edit)


@row("a check-in that lasts, and the plan after it, 2,000 nodes")
def _check_in() -> Measured:
    return _checking_in(NODES, "check_in")


@row("a check-in that lasts, and the plan after it, 10,000 nodes")
def _large_check_in() -> Measured:
    return _checking_in(MANY, "large_check_in")


def _checked_in(years: int) -> Path:
    """Return a database of 10,000 KPIs that were checked in at the end of every month for some years."""
    path = places.copied(GROWN_FOR_KPIS, f"{years}_years")
    with closing(sqlite3.connect(path)) as connection, connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(observation)") if row[1] != "id"]
        names = ", ".join(f'"{name}"' for name in columns)
        moved = names.replace('"date"', "date(date, ?)")
        earlier = (
            f"INSERT INTO observation ({names}) SELECT {moved} FROM observation WHERE date > '2026-01-01'"
        )
        for back in range(1, years):
            connection.execute(earlier, [f"-{back} years"])
    db = Database(places.address(path))
    with rebuild(db) as filled:
        refill(filled, 1)
    db.close()
    return path


def _periods(years: int) -> Measured:
    path = _checked_in(years)
    db = Database(places.address(path))
    ((_, values),) = period_values(db, places.PLAN, DAY).items()
    assert len(values) == KPIS
    return Measured(lambda: period_values(db, places.PLAN, DAY), lambda: floors.fetched_period(path))


@row("period values of 10,000 KPIs, 12 check-ins each", goal=5, rounds=31)
def _one_year() -> Measured:
    return _periods(1)


@row("period values of 10,000 KPIs, 120 check-ins each", goal=5, rounds=31)
def _ten_years() -> Measured:
    return _periods(10)
