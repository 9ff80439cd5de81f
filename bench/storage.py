"""The store's rows: reading a plan that nobody has read, and writing so that it lasts."""

from itertools import count

from bench import floors, places
from bench.rows import Measured, row
from bench.shapes import DAY
from scorecard.domain.schema import ObservationFields
from scorecard.store import queries
from scorecard.store.commands.check_ins import record
from scorecard.store.database import Database
from scorecard.store.reading import find_plan, read_plan

NODES, MANY = 2_000, 10_000
LEAF = "node_1998"


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
