"""Backup and restore: everything that is kept, as one SQLite file that says itself whether it is whole.

A backup ends in a line with the hash of all that stands before it, so that a damaged or cut one is told from
a good one whatever was hit. It holds the same tables for every kind of database.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from scorecard.domain.errors import N_, Refused
from scorecard.store import upgrade
from scorecard.store.database import Database
from scorecard.store.periods import refill
from scorecard.store.queries import fsck
from scorecard.store.rows import OBSERVATIONS, PLAN
from scorecard.store.tables import CHANGES, metadata
from scorecard.store.triggers import drop_triggers, make_triggers
from scorecard.store.unit_of_work import rebuild, write

SEAL = b"\nscorecard-backup sha256:%s\n"
_SEAL_LENGTH = len(SEAL % (b"0" * 64))
_BATCH = 5_000


class FileExists(Refused):
    """A backup takes nobody's place."""

    sentence = N_("There is a file {file} already; name another, or allow it to be replaced.")


class NoBackup(Refused):
    """What was named is no backup of ours, or not all of it."""

    sentence = N_("{file} is not a whole backup: {why}. Nothing was touched.")


class NotSound(Refused):
    """A backup that could not be restored is none."""

    sentence = N_(
        "Nothing was backed up, since what is kept is not sound: {why}. “flask store fsck” says more."
    )


class Contents(NamedTuple):
    """What a backup holds."""

    plans: int
    changes: int
    observations: int


def backup(db: Database, file: Path, *, replace: bool = False, sound: bool = True) -> Contents:
    """Write everything into one file while others go on reading and writing; it appears whole or not at all.

    Parameters:
        replace: take the place of a file that is there.
        sound: refuse to back up what could not be restored.

    Raises:
        FileExists, NotSound.
    """
    if file.exists() and not replace:
        raise FileExists(file=file)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.absolute().parent) as folder:
        made = Path(folder) / "backup.db"
        _snapshot(db, made)
        _seal(made)
        try:
            with checked(made, sound) as copy, copy.read() as connection:
                contents = _contents(connection)
        except NoBackup as fault:
            raise NotSound(why=fault.facts["why"]) from fault
        os.replace(made, file)
    return contents


def restore(db: Database, file: Path) -> Contents:
    """Put what a backup holds in the place of everything that is kept, in one transaction.

    The file is verified before anything is touched; an older one is brought up to this version first. Plans
    get new numbers, so that no worker takes one of them for a plan it knows.

    Raises:
        NoBackup, upgrade.NewerDatabase.
    """
    with checked(file) as copy, copy.read() as source, rebuild(db) as target:
        drop_triggers(target)
        shift = target.scalar(select(func.coalesce(func.max(PLAN.table.c.id), 0))) or 0
        _empty(target)
        _copy(source, target, shift)
        make_triggers(target)
        return _contents(target)


def reindex(db: Database) -> None:
    """Make the values of all periods anew from the check-ins; no plan gets a revision for it."""
    with db.read() as connection:
        keys = list(connection.scalars(select(PLAN.table.c.key)))
    for key in keys:
        with write(db, key, "reindex", "command", archived=True) as work:
            refill(work.connection, work.plan_id)


@contextmanager
def checked(file: Path, sound: bool = True) -> Iterator[Database]:
    """Open a copy of a backup that was verified: seal, pages, tables of this version, and its meaning.

    Raises:
        NoBackup: naming what is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        copy = Path(folder) / "copy.db"
        _unseal(file, copy)
        db = Database(f"sqlite:///{copy}")
        try:
            _verify(db, file, sound)
            yield db
        finally:
            db.close()


def _verify(db: Database, file: Path, sound: bool) -> None:
    try:
        with db.read() as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        if said != ["ok"]:
            raise NoBackup(file=file, why=said[0])
        upgrade.upgrade(db)
        troubles = fsck(db) if sound else []
    except (DatabaseError, upgrade.ForeignDatabase) as error:
        raise NoBackup(file=file, why=str(error).splitlines()[0]) from error
    if troubles:
        first = troubles[0]
        raise NoBackup(file=file, why=f"{first.plan}: {first.where}: {first.sentence.rstrip('.')}")


def _snapshot(db: Database, to: Path) -> None:
    """Write one moment of the database to a file."""
    if db.is_sqlite:
        with closing(sqlite3.connect(to)) as target, db.engine.connect() as connection:
            source: Any = connection.connection.driver_connection
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        return
    copy = Database(f"sqlite:///{to}")
    upgrade.upgrade(copy)
    with db.read() as source_connection, rebuild(copy) as target_connection:
        _copy(source_connection, target_connection)
    with copy.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    copy.close()


def _seal(file: Path) -> None:
    with file.open("r+b") as handle:
        found = sha256(handle.read()).hexdigest()
        handle.write(SEAL % found.encode("ascii"))
        handle.flush()
        os.fsync(handle.fileno())


def _unseal(file: Path, to: Path) -> None:
    """Copy what a seal vouches for.

    Raises:
        NoBackup: no seal, or that of something else.
    """
    whole = file.read_bytes()
    body, seal = whole[:-_SEAL_LENGTH], whole[-_SEAL_LENGTH:]
    if not seal.startswith(SEAL.partition(b"%s")[0]):
        raise NoBackup(file=file, why=N_("its end is missing, or it was never one"))
    if seal != SEAL % sha256(body).hexdigest().encode("ascii"):
        raise NoBackup(file=file, why=N_("its content is not what was written"))
    to.write_bytes(body)


def _empty(target: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        if table is PLAN.table:
            target.execute(update(table).values(branch_of=None))
        target.execute(delete(table))


def _copy(source: Connection, target: Connection, shift: int = 0) -> None:
    """Copy all rows of all tables, plans under numbers that begin after `shift`."""
    for table in metadata.sorted_tables:
        rows = source.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        for batch in rows.partitions(_BATCH):
            target.execute(insert(table), [_shifted(table, dict(row), shift) for row in batch])
        _count_on(target, table)


def _shifted(table: Table, row: dict[str, Any], shift: int) -> dict[str, Any]:
    for name in ("id", "branch_of") if table is PLAN.table else ("plan_id",):
        if row.get(name) is not None:
            row[name] += shift
    return row


def _count_on(target: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after those that were copied."""
    column = table.autoincrement_column
    if column is not None and target.dialect.name == "postgresql":
        last = select(func.coalesce(func.max(column), 1)).scalar_subquery()
        target.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), last)))


def _contents(connection: Connection) -> Contents:
    tables = (PLAN.table, CHANGES, OBSERVATIONS)
    found = (connection.scalar(select(func.count()).select_from(table)) for table in tables)
    return Contents(*(each or 0 for each in found))
