"""The one way to write: lock, read again, check, rows and one audit row, revision, commit.

A command holds its plan against every other writer from before it is read until after it is committed.
That is what keeps two edits, each fine alone, from losing one another or closing a circle. Nothing else in
the code commits.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import Connection, RowMapping, bindparam, select, text

from scorecard.domain.errors import N_, NotFound, Refused
from scorecard.store.database import PATIENCE, Busy, Database, TakenBack, said_plainly
from scorecard.store.once import AnsweredBefore
from scorecard.store.replay import standing_plan
from scorecard.store.rows import PLAN
from scorecard.store.work import Work, Written

P = ParamSpec("P")
R = TypeVar("R")

PAUSE = 0.01

ATTEMPTS = 4
"""How often a command is begun before it gives up."""

SITE = 7_264_001
"""The number of the advisory lock that stands for the installation on PostgreSQL."""


class PlanArchived(Refused):
    """An archived plan is read only."""

    sentence = N_("The plan “{key}” is archived. Restore it before you change it.")


class BrokenReferences(Refused):
    """A migration left rows that refer to nothing."""

    sentence = N_("The database holds rows that refer to nothing; it was left as it was.")


def command(do: Callable[P, Written]) -> Callable[P, Written]:
    """Make a function a command: begun again where the database took it back, answered alike for one key."""

    @wraps(do)
    def done(*args: P.args, **kwargs: P.kwargs) -> Written:
        try:
            return begun_again(do)(*args, **kwargs)
        except AnsweredBefore as first:
            return first.answer.written

    return done


def begun_again(do: Callable[P, R]) -> Callable[P, R]:
    """Let a function run again where the database took its transaction back to let another one pass."""

    @wraps(do)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            with suppress(TakenBack):
                return do(*args, **kwargs)
            time.sleep(PAUSE)
        return do(*args, **kwargs)

    return done


@contextmanager
def write(
    db: Database, plan: str, intent: str, actor: str, reason: str | None = None, *, archived: bool = False
) -> Iterator[Work]:
    """Hold one plan for one intent; leaving the block commits, an exception takes everything back.

    Parameters:
        archived: also on a plan that is archived.

    Raises:
        NotFound: no such plan.
        PlanArchived: the plan is read only.
        Busy: others are writing.
    """
    with _transaction(db) as connection:
        _claim(db, connection)
        row = _held(db, connection, plan)
        if row["archived"] and not archived:
            raise PlanArchived(key=plan)
        work = Work(connection, row["id"], standing_plan(db, connection, row), intent, actor, reason)
        yield work
        finish(db, work)
        _commit(db, connection)
        _remember(db, work)


def finish(db: Database, work: Work) -> None:
    """Write what ends an intent: the audit row, the revision, and the answer to who asks again."""
    work.finish()
    if db.once:
        db.once.settle(work.connection, work.plan_id, work.written, work.has_changes)


@contextmanager
def write_site(db: Database) -> Iterator[Connection]:
    """Hold the installation for what belongs to no plan; it bumps no revision."""
    with _transaction(db) as connection:
        _claim(db, connection)
        _hold_site(db, connection)
        yield connection


@contextmanager
def rebuild(db: Database) -> Iterator[Connection]:
    """Hold the installation to change its tables.

    On SQLite foreign keys are off meanwhile, since swapping a table would empty those that refer to it, and
    are checked before the commit.
    """
    with _transaction(db, foreign_keys=False) as connection:
        _hold_site(db, connection)
        yield connection
        if db.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise BrokenReferences


def _commit(db: Database, connection: Connection) -> None:
    connection.commit()
    if db.once:
        db.once.count()


def _remember(db: Database, work: Work) -> None:
    """Keep the plan as it is now where that is known already, before the next writer reads it."""
    if work.after is not None:
        db.remember(work.plan_id, work.after)


def _claim(db: Database, connection: Connection) -> None:
    if db.once:
        db.once.claim(connection)


def _hold_site(db: Database, connection: Connection) -> None:
    if not db.is_sqlite:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({SITE})"))


def _held(db: Database, connection: Connection, plan: str) -> RowMapping:
    """Read the plan's row and hold it; on SQLite the whole database is held already."""
    row = connection.execute(_HELD, {"key": plan}).mappings().one_or_none()
    if row is None:
        raise NotFound(kind="plan", key=plan)
    return row


_HELD = select(PLAN.table).where(PLAN.table.c.key == bindparam("key")).with_for_update()


@contextmanager
def _transaction(db: Database, foreign_keys: bool = True) -> Iterator[Connection]:
    """Open the one transaction there is, begun in the writer's turn, committed or taken back whole."""
    with db.writers_turn(), said_plainly(), db.engine.connect() as plain:
        connection = plain.execution_options(sqlite_begin="IMMEDIATE")
        with _foreign_keys(db, connection, foreign_keys):
            _begin(db, connection)
            try:
                yield connection
                if connection.in_transaction():
                    _commit(db, connection)
            except BaseException:
                connection.rollback()
                raise


@contextmanager
def _foreign_keys(db: Database, connection: Connection, on: bool) -> Iterator[None]:
    """Switch SQLite's foreign keys off around a transaction; inside one the pragma does nothing."""
    driver = connection.connection.driver_connection
    if on or not db.is_sqlite or driver is None:
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _begin(db: Database, connection: Connection) -> None:
    """Begin, trying again while others hold the lock; once it is ours nobody can make the rest fail."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with said_plainly():
                connection.begin()
                if not db.is_sqlite:
                    connection.execute(text(f"SET LOCAL lock_timeout = {int(PATIENCE * 1000)}"))
            return
        except Busy:
            connection.rollback()
            if time.monotonic() > deadline:
                raise
        time.sleep(PAUSE)
