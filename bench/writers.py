"""The writers' rows: sixteen that check in at once so that it lasts, and an import meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache, partial
from itertools import cycle, islice
from typing import NamedTuple

from bench import places
from bench.rows import Measured, row
from scorecard.domain.schema import ObservationFields, PlanFile
from scorecard.graph.plan import Plan
from scorecard.store import queries
from scorecard.store.commands.check_ins import record
from scorecard.store.commands.imports import apply_import
from scorecard.store.database import Database

NODES = 2_000
WRITERS = 16
EACH = 200
"""Check-ins of each writer at least."""

ROWS = 10_000
FIRST = date(2027, 1, 1)


class Run(NamedTuple):
    """How sixteen writers fared: the milliseconds of each check-in in rising order, and of all together."""

    taken: list[float]
    together: float

    @property
    def each(self) -> float:
        """Return the milliseconds of a check-in, counting all writers' time as one."""
        return self.together / len(self.taken)

    @property
    def late(self) -> float:
        """Return the milliseconds that one check-in of a hundred takes longer than."""
        return self.taken[len(self.taken) * 99 // 100]


def _measured_leaves(plan: Plan) -> list[str]:
    kinds = {key: node.measure.kind for key, node in plan.nodes.items() if node.measure}
    return [key for key, kind in kinds.items() if kind in ("reach", "at_least", "at_most", "between")]


def _writing(db: Database, meanwhile: Callable[[], object] = lambda: None) -> Run:
    """Let sixteen writers check in at once while something else is done; they go on until that is done."""
    leaves = _measured_leaves(queries.load_plan(db, places.PLAN))
    start, ended = threading.Barrier(WRITERS + 1), threading.Event()

    def write(number: int) -> list[float]:
        taken: list[float] = []
        start.wait()
        while len(taken) < EACH or not ended.is_set():
            seen = ObservationFields(
                node=leaves[(number * 97 + len(taken)) % len(leaves)],
                date=FIRST + timedelta(number * EACH + len(taken)),
                value=float(len(taken)),
            )
            taken.append(_milliseconds(partial(record, db, places.PLAN, seen, actor="bench")))
        return taken

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        start.wait()
        begun = time.perf_counter()
        meanwhile()
        ended.set()
        taken = sorted(each for writer in writers for each in writer.result())
    return Run(taken, (time.perf_counter() - begun) * 1e3)


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


@contextmanager
def _database(name: str) -> Iterator[Database]:
    db = Database(places.address(places.copied(NODES, name)))
    yield db
    db.close()


@cache
def _crowd() -> Run:
    with _database("writers") as db:
        return _writing(db)


@cache
def _import_meanwhile() -> tuple[float, Run]:
    """Return the milliseconds of an import of 10,000 values, and how the writers fared meanwhile."""
    taken: list[float] = []
    with _database("import") as db:
        file = _values(queries.load_plan(db, places.PLAN))
        bring = partial(apply_import, db, file, partial=True, actor="bench")
        run = _writing(db, lambda: taken.append(_milliseconds(bring)))
    return taken[0], run


def _values(plan: Plan) -> PlanFile:
    """Return a file of 10,000 values for the nodes of a plan."""
    leaves = _measured_leaves(plan)
    keys = islice(cycle(leaves), ROWS)
    days = (date(2025, 1, 1) + timedelta(number // len(leaves)) for number in range(ROWS))
    rows = (ObservationFields(node=key, date=day, value=1.0) for key, day in zip(keys, days, strict=True))
    return PlanFile(plan=plan.key, nodes=(), perspectives=(), observations=tuple(rows))


@row("check-ins of 16 writers at once that last: each of them", goal=2, unit="ms each")
def _each() -> Measured:
    return Measured(lambda: _crowd().each)


@row("check-ins of 16 writers at once that last: one of a hundred", goal=120, unit="ms (p99)")
def _late() -> Measured:
    return Measured(lambda: _crowd().late)


@row("import of 10,000 values while 16 write", goal=5_000, unit="ms in all")
def _import() -> Measured:
    return Measured(lambda: _import_meanwhile()[0])


@row("check-ins of 16 writers while 10,000 values come in: one of a hundred", goal=500, unit="ms (p99)")
def _late_meanwhile() -> Measured:
    return Measured(lambda: _import_meanwhile()[1].late)


@row("check-ins of 16 writers while 10,000 values come in: the slowest", unit="ms (max)")
def _latest_meanwhile() -> Measured:
    return Measured(lambda: _import_meanwhile()[1].taken[-1])
