"""Bring a database to the shape this code expects, or say why it cannot be."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError

from scorecard.domain.errors import N_, Refused
from scorecard.store.database import Database
from scorecard.store.unit_of_work import rebuild

STEPS = Path(__file__).parent / "migrations"


class NewerDatabase(Refused):
    """The database knows steps that this code does not."""

    sentence = N_("This database was written by a newer version ({found}); this one knows up to {known}.")


class ForeignDatabase(Refused):
    """Somebody else's tables stand there."""

    sentence = N_("This database holds other tables ({tables}) and none of ours; name an empty one.")


class OlderDatabase(Refused):
    """The tables are those of an earlier version; changing them is the operator's decision."""

    sentence = N_("The database is at {found}, this version needs {wanted}: run “flask db upgrade” first.")


def head() -> str:
    """Return the step this code expects."""
    return str(_steps().get_current_head())


def current(db: Database) -> str | None:
    """Return the step a database is at, nothing for an empty one."""
    with db.read() as connection:
        return _current(connection)


def ready(db: Database) -> bool:
    """Tell whether the database answers and is at the step this code expects."""
    try:
        return current(db) == head()
    except OperationalError:
        return False


def prepare(db: Database) -> None:
    """Give an empty database its tables, and refuse one of another version; asked once for each process.

    Raises:
        OlderDatabase, NewerDatabase, ForeignDatabase.
    """
    if db.prepared:
        return
    found = current(db)
    if found is not None and found != head():
        raise OlderDatabase(found=found, wanted=head())
    upgrade(db)
    db.prepared = True


def upgrade(db: Database) -> str:
    """Bring a database to the expected step, alone and all or nothing, and return that step.

    Raises:
        NewerDatabase, ForeignDatabase.
    """
    if current(db) != head():
        with rebuild(db) as connection:
            _refuse_unknown(connection)
            command.upgrade(_config(connection), "head")
    return head()


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(connection: Connection) -> None:
    found = _current(connection)
    known = {step.revision for step in _steps().walk_revisions()}
    if found is not None and found not in known:
        raise NewerDatabase(found=found, known=head())
    tables = inspect(connection).get_table_names()
    if found is None and tables:
        raise ForeignDatabase(tables=", ".join(sorted(tables)[:3]))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _steps() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
