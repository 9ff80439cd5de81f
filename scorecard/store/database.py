"""The database: how to open, read and lock it, on SQLite and on PostgreSQL.

Reading sees one moment of the whole database; writing is `unit_of_work`'s alone.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from sqlite3 import SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR, SQLITE_LOCKED
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DataError, OperationalError

from scorecard.domain.errors import N_, Fault, Refused
from scorecard.graph.plan import Plan
from scorecard.store.turn import Turn

if TYPE_CHECKING:
    from scorecard.store.once import Once

PATIENCE = 10.0
"""Seconds a writer waits for its turn before it says that the database is busy."""

KEPT_PLANS = 16


TAKEN_BACK_STATES, BUSY_STATES, FULL_STATES = {"40001", "40P01"}, {"55P03"}, {"53100"}
BUSY_CODES, FULL_CODES = {SQLITE_BUSY, SQLITE_LOCKED}, {SQLITE_FULL, SQLITE_IOERR}
"""What PostgreSQL (a state) and SQLite (the last byte of a code) say of each fault."""


class Unkeepable(Refused):
    """A text or a number that the database has no room for: a null sign, a count beyond all counts."""

    sentence = N_("This holds a sign or a number that cannot be kept.")


class Unwritable(Fault):
    """The database takes nothing at this moment, whatever it is."""


class Busy(Unwritable):
    """Others are writing; asking again soon will do."""

    sentence = N_("Others are writing at this moment. Please try again.")


class TakenBack(Busy):
    """The database took a transaction back to let another one pass."""


class NoRoom(Unwritable):
    """The disk below the database is full, or fails."""

    sentence = N_("The disk is full or cannot be written to. Nothing was changed.")


class Database:
    """One database and the plans last read from it.

    Parameters:
        url: as SQLAlchemy writes it; `sqlite:////path` or `postgresql+psycopg://...`.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        file = self.engine.url.database
        self._turn = Turn(Path(f"{file}.lock") if self.is_sqlite and file and file != ":memory:" else None)
        self.prepared = False
        self.once: Once | None = None
        self._plans: OrderedDict[int, Plan] = OrderedDict()
        self._plans_lock = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection on which all SELECTs see the same moment."""
        with said_plainly(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writers_turn(self) -> Iterator[None]:
        """Wait for the turn to write: SQLite's writers queue here, not inside the database.

        Raises:
            Busy: when the turn does not come.
        """
        if not self.is_sqlite:
            yield
            return
        with self._turn.taken(PATIENCE) as ours:
            if not ours:
                raise Busy
            yield

    def asked(self, once: "Once") -> "Database":
        """Return this database for a request that is to have one effect, however often it is sent."""
        same = copy(self)
        same.once = once
        return same

    def latest(self, plan_id: int) -> Plan | None:
        """Return the plan as last read, at whatever revision."""
        with self._plans_lock:
            if plan_id in self._plans:
                self._plans.move_to_end(plan_id)
            return self._plans.get(plan_id)

    def remember(self, plan_id: int, plan: Plan) -> None:
        """Keep a plan that was read, unless a later one is kept already."""
        with self._plans_lock:
            known = self._plans.get(plan_id)
            if known is None or known.revision < plan.revision:
                self._plans[plan_id] = plan
                self._plans.move_to_end(plan_id)
            while len(self._plans) > KEPT_PLANS:
                self._plans.popitem(last=False)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn what a database says when it is busy, full or given what it cannot hold into a fault of ours."""
    try:
        yield
    except DataError as error:
        raise Unkeepable from error
    except OperationalError as error:
        raise _fault(error) from error


def _fault(error: OperationalError) -> Exception:
    state, code = getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if state in TAKEN_BACK_STATES:
        return TakenBack()
    if state in BUSY_STATES or code in BUSY_CODES:
        return Busy()
    return NoRoom() if state in FULL_STATES or code in FULL_CODES else error


def _engine(url: str) -> Engine:
    options: dict[str, Any] = {"json_serializer": _json, "json_deserializer": from_json}
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, **options)
    engine = create_engine(parsed, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _json(value: Any) -> str:
    return to_json(value, inf_nan_mode="constants").decode()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set the pragmas, and leave BEGIN to us: the driver's own comes too late and locks nothing."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
