"""Databases as earlier versions left them, filled, from the rows kept under `schemas/`, one file a step."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import JSON, Boolean, Date, DateTime, MetaData, Table, insert

from scorecard.store import upgrade
from scorecard.store.database import Database
from scorecard.store.unit_of_work import rebuild

FOLDER = Path(__file__).parent / "schemas"
STEPS = tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


def kept(step: str) -> dict[str, Any]:
    """Return what a version left: `exports` of its plans, and `tables` by name, rows as SQLite held them."""
    found: dict[str, Any] = json.loads((FOLDER / f"{step}.json").read_text("utf-8"))
    return found


def fill(db: Database, step: str) -> dict[str, Any]:
    """Give an empty database the tables and rows of an earlier step; return the exports of its plans."""
    found = kept(step)
    with rebuild(db) as connection:
        command.upgrade(upgrade._config(connection), step)
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            rows = found["tables"].get(table.name, ())
            if rows:
                connection.execute(insert(table), [_typed(table, row) for row in rows])
            if not db.is_sqlite and "id" in table.c:
                counter = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.exec_driver_sql(f"SELECT setval({counter}, {max(row['id'] for row in rows)})")
    exports: dict[str, Any] = found["exports"]
    return exports


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, JSON):
        return json.loads(value)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return bool(value) if isinstance(kind, Boolean) else value
