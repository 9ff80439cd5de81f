"""The triggers that keep history from being rewritten, for migrations to make (again)."""

from collections.abc import Iterator

from sqlalchemy import Connection

APPEND_ONLY = ("observation", "change")
EVENTS = ("UPDATE", "DELETE")


def make_triggers(connection: Connection) -> None:
    """Refuse UPDATE and DELETE on the tables of history; may be called again."""
    drop_triggers(connection)
    for statement in _sqlite() if connection.dialect.name == "sqlite" else _postgresql():
        connection.exec_driver_sql(statement)


def drop_triggers(connection: Connection) -> None:
    """Let a migration fill a new column of the tables of history; it makes the triggers again."""
    for table in APPEND_ONLY:
        if connection.dialect.name == "sqlite":
            for event in EVENTS:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{event.lower()}")
        else:
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS {table}_append_only ON "{table}"')


def _sqlite() -> Iterator[str]:
    for table in APPEND_ONLY:
        for event in EVENTS:
            name = f"{table}_no_{event.lower()}"
            yield (
                f'CREATE TRIGGER {name} BEFORE {event} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        yield (
            f'CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )
