"""Databases for the tests: a fresh SQLite file each, a fresh schema where a PostgreSQL server is named."""

import os
import shutil
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from scorecard.store import work
from scorecard.store.database import Database
from scorecard.store.rows import PLAN
from scorecard.store.tables import metadata
from scorecard.store.triggers import drop_triggers, make_triggers
from scorecard.store.unit_of_work import rebuild
from scorecard.store.upgrade import upgrade
from tests.faults.places import opened, own_schema

SERVER = os.environ.get("SCORECARD_TEST_DATABASE_URL")
needs_server = pytest.mark.skipif(not SERVER, reason="SCORECARD_TEST_DATABASE_URL names no PostgreSQL server")


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    db = Database(f"sqlite:///{path}")
    upgrade(db)
    db.close()
    return path


@pytest.fixture
def sqlite(empty_file, tmp_path):
    """A database of its own on SQLite."""
    db = Database(f"sqlite:///{shutil.copy(empty_file, tmp_path / 'scorecard.db')}")
    yield db
    db.close()


@pytest.fixture
def schema_url():
    """The address of an empty schema on the server, dropped afterwards."""
    with own_schema(SERVER) as address:
        yield address


@pytest.fixture(scope="session")
def migrated_schema():
    """The address of a migrated schema on the server."""
    with own_schema(SERVER) as address:
        with opened(address) as db:
            upgrade(db)
        yield address


@pytest.fixture
def postgres(migrated_schema):
    """A database of its own on PostgreSQL: the one schema of this process, emptied afterwards."""
    with opened(migrated_schema) as db:
        yield db
        _empty(db)


def _empty(db):
    with rebuild(db) as connection:
        drop_triggers(connection)
        connection.execute(update(PLAN.table).values(branch_of=None))
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
            if table.autoincrement_column is not None:
                connection.exec_driver_sql(f"ALTER SEQUENCE {table.name}_id_seq RESTART")
        make_triggers(connection)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=needs_server)])
def db(request):
    """Each kind of database in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands where it is set."""

    class Clock(datetime):
        moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

        @classmethod
        def now(cls, tz=None):
            return cls.moment.astimezone(tz)

    monkeypatch.setattr(work, "datetime", Clock)
    return Clock
