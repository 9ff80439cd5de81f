"""Databases for the tests: a fresh SQLite file each, a fresh schema where a PostgreSQL server is named."""

import os
import shutil
from datetime import UTC, datetime

import pytest

from scorecard.store import work
from scorecard.store.database import Database
from scorecard.store.upgrade import upgrade
from tests.faults.places import own_schema

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


@pytest.fixture
def postgres(schema_url):
    """A database of its own on PostgreSQL."""
    db = Database(schema_url)
    upgrade(db)
    yield db
    db.close()


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
