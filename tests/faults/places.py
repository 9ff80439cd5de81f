"""Where faults are injected: a database of their own each, gone afterwards."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url

from scorecard.store.database import Database
from scorecard.store.upgrade import upgrade


@contextmanager
def empty_database(server: str | None) -> Iterator[str]:
    """Give the address of a migrated database: a file in a folder of its own, or a schema on the server."""
    with bare_database(server) as address:
        with opened(address) as db:
            upgrade(db)
        yield address


@contextmanager
def bare_database(server: str | None) -> Iterator[str]:
    """Give the address of a database without tables."""
    if server is None:
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            yield f"sqlite:///{Path(folder) / 'scorecard.db'}"
    else:
        with own_schema(server) as address:
            yield address


@contextmanager
def opened(address: str) -> Iterator[Database]:
    """Open a database as a process does, and close it."""
    db = Database(address)
    try:
        yield db
    finally:
        db.close()


@contextmanager
def own_schema(server: str) -> Iterator[str]:
    """Give the address of an empty schema on a PostgreSQL server, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    options = f"-csearch_path={name} -csynchronous_commit=off"  # nobody cuts the server's power here
    url = make_url(server).update_query_dict({"options": options})
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
        engine.dispose()
