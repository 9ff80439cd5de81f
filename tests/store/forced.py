"""What whoever owns the database can do to it: write past triggers and references."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine

from scorecard.store.database import Database
from scorecard.store.triggers import drop_triggers, make_triggers


@contextmanager
def forced(db: Database) -> Iterator[Connection]:
    """Open a transaction in which nothing protects history, and the triggers stand again afterwards.

    It goes past our own engine: SQLite checks references only where it is asked to.
    """
    engine = create_engine(db.engine.url)
    try:
        with engine.begin() as connection:
            drop_triggers(connection)
            if not db.is_sqlite:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
            make_triggers(connection)
    finally:
        engine.dispose()
