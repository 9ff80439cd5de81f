"""The steps make what the tables say, and touch no database they do not know."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from scorecard.store import upgrade
from scorecard.store.database import Database
from scorecard.store.tables import metadata
from scorecard.store.unit_of_work import rebuild
from tests.store.conftest import needs_server


def test_the_migrated_database_is_the_one_the_tables_describe(db):
    with db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(db):
    assert upgrade.current(db) == upgrade.head() == upgrade.upgrade(db)
    assert upgrade.ready(db)


def test_an_empty_database_is_not_ready(tmp_path):
    db = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert not upgrade.ready(db)
    assert upgrade.current(db) is None


def _sql(db, statement):
    with rebuild(db) as connection:
        connection.execute(text(statement))


def test_a_database_of_a_newer_version_is_refused(db):
    _sql(db, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(upgrade.NewerDatabase, match="9999"):
        upgrade.upgrade(db)
    assert not upgrade.ready(db)


def test_a_database_of_somebody_else_is_refused(tmp_path):
    db = Database(f"sqlite:///{tmp_path / 'theirs.db'}")
    _sql(db, "CREATE TABLE orders (id INTEGER)")
    with pytest.raises(upgrade.ForeignDatabase, match="orders"):
        upgrade.upgrade(db)


@needs_server
def test_a_failed_upgrade_leaves_nothing_behind(schema_url, monkeypatch):
    db = Database(schema_url)
    monkeypatch.setattr("scorecard.store.triggers.APPEND_ONLY", ("nowhere",))
    with pytest.raises(Exception, match="nowhere"):
        upgrade.upgrade(db)
    assert upgrade.current(db) is None
    db.close()
