"""Databases of every earlier version brought up to this one: nothing lost, history whole and locked again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from scorecard.files.formats import write_file
from scorecard.store import queries
from scorecard.store.commands.nodes import edit_node
from scorecard.store.commands.undo import undo
from scorecard.store.database import Database
from scorecard.store.unit_of_work import rebuild
from scorecard.store.upgrade import current, head, upgrade
from tests.faults.places import bare_database, opened
from tests.faults.result import Result
from tests.store.old_schemas import STEPS, fill

RUNS = len(STEPS)


def run(runs: int, sabotage: bool, database: str | None) -> Result:
    """Bring each old database up and compare what it holds with what that version exported."""
    wrong: list[str] = []
    for number in range(runs):
        step = STEPS[number % len(STEPS)]
        with bare_database(database) as address, opened(address) as db:
            exports = fill(db, step)
            with _unprotected(sabotage):
                upgrade(db)
            wrong += [f"{step}: {each}" for each in _wrong(db, exports)]
    return Result(runs, len(wrong), {"steps": list(STEPS), "wrong": wrong[:5]})


@contextmanager
def _unprotected(sabotage: bool) -> Iterator[None]:
    """Forget to lock history again after a step that had to open it."""
    if not sabotage:
        yield
        return
    with patch("scorecard.store.triggers.make_triggers", lambda connection: None):
        yield


def _wrong(db: Database, exports: dict[str, object]) -> Iterator[str]:
    if current(db) != head():
        yield f"it is at {current(db)}"
    for plan, export in exports.items():
        if json.loads(write_file(queries.load_file(db, plan), "json")) != export:
            yield f"{plan} is another plan"
    for trouble in queries.fsck(db):
        yield f"{trouble.where}: {trouble.sentence}"
    for table in ("change", "observation"):
        if _may_be_rewritten(db, table):
            yield f"{table} may be rewritten"
    written = edit_node(db, "old", "won", {"title": "Won"}, version=None, actor="dana")
    undo(db, "old", written.revision, actor="dana")
    if json.loads(write_file(queries.load_file(db, "old"), "json")) != exports["old"]:
        yield "an edit could not be taken back"


def _may_be_rewritten(db: Database, table: str) -> bool:
    try:
        with rebuild(db) as connection:
            connection.execute(text(f'DELETE FROM "{table}" WHERE revision = -1'))
            connection.execute(text(f'UPDATE "{table}" SET revision = revision WHERE revision = 1'))
            raise _TakenBack
    except DBAPIError:
        return False
    except _TakenBack:
        return True


class _TakenBack(Exception):
    """Leaves the tables as they were."""
