"""Protections taken away while a block runs, for the process that runs it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

from scorecard.store import unit_of_work
from scorecard.store.database import Database


def no_transactions(taken_away: bool) -> AbstractContextManager[Any]:
    """Let every statement stand by itself: no turn, no lock, no snapshot, nothing taken back."""
    plain: Callable[..., Any] = unit_of_work._transaction
    return patch.object(unit_of_work, "_transaction", _statement_by_statement if taken_away else plain)


@contextmanager
def _statement_by_statement(db: Database, foreign_keys: bool = True) -> Iterator[Connection]:
    with db.engine.connect() as connection:
        if db.is_sqlite:
            connection.exec_driver_sql(
                "COMMIT"
            )  # of what was begun by asking; the driver begins nothing anew
        else:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection
        connection.commit()
