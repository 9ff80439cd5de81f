"""A disk that fills in the middle of a write: one clear sentence, nothing half written, and on it goes."""

import random
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from scorecard.domain.schema import PlanFile
from scorecard.store import history, queries
from scorecard.store.commands.imports import apply_import
from scorecard.store.commands.plans import create_plan
from scorecard.store.database import Database, NoRoom
from tests.faults.crowd import Meet, together
from tests.faults.places import empty_database, opened
from tests.faults.result import Result
from tests.faults.sabotage import no_transactions
from tests.grown_plans import grown_plan

RUNS = 100
NODES = 60
MOST = 200_000
"""Bytes of room up to which are given; the import needs about as many."""


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Import a file `runs` times with little room: of the size of a file, or of pages of the database."""
    if database is not None:
        raise SystemExit("disk_full fills a file of SQLite; a server's disk is not ours to fill.")
    with empty_database(None) as address, opened(address) as db:
        create_plan(db, _edition(0), actor="setup")
        (found,) = together(1, partial(_process, address, runs, sabotage))
    return Result(runs, found["half"] + found["unclear"], found)


def _process(address: str, runs: int, sabotage: bool, _number: int, _meet: Meet) -> dict[str, int]:
    chance = random.Random(runs)
    found = dict.fromkeys(("refused", "done", "half", "unclear"), 0)
    with no_transactions(sabotage), opened(address) as db:
        for number in range(1, runs + 1):
            room = chance.choice((_small_files, _few_pages))
            found[_import(db, _edition(number), partial(room, db, chance.randrange(MOST)))] += 1
    return found


def _import(db: Database, file: PlanFile, room: Callable[[], Any]) -> str:
    """Return what came of an import, and import it again where there is room."""
    before, revision = queries.load_file(db, file.plan), len(history.changes(db, file.plan, limit=10**6))
    told = "done"
    try:
        with room():
            apply_import(db, file, actor="writer")
    except NoRoom:
        told = "refused"
    except SQLAlchemyError:
        told = "unclear"
    changes = len(history.changes(db, file.plan, limit=10**6)) - revision
    whole = queries.load_file(db, file.plan) == (file if told == "done" else before)
    if not whole or changes != int(told == "done") or queries.fsck(db):
        return "half"
    apply_import(db, file, actor="writer")
    return told


def _edition(number: int) -> PlanFile:
    """Return the plan with every title and value changed."""
    return grown_plan(NODES, seed=number, months=2)


@contextmanager
def _small_files(db: Database, room: int) -> Iterator[None]:
    """Let no file of this process grow past what it is and some room."""
    files = [Path(f"{db.engine.url.database}{end}") for end in ("", "-wal")]
    largest = max(file.stat().st_size for file in files if file.exists())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(largest, MOST) + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _few_pages(db: Database, room: int) -> Iterator[None]:
    """Let the database have some pages more than it has, in connections made meanwhile."""

    def limit(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + room // 20_480}")

    db.engine.dispose()
    event.listen(db.engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(db.engine, "connect", limit)
        db.engine.dispose()
