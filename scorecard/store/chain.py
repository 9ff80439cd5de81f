"""The chain of changes: each carries a hash over itself, its check-ins and the hash before it.

What is hashed is JSON with sorted keys and no spaces: columns by name, those without a value left out, days
and moments in ISO form, moments in UTC. It reads alike on every database, and a column that comes later
leaves the hashes of earlier changes as they are.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, bindparam, select

from scorecard.store.rows import OBSERVATIONS, Row
from scorecard.store.tables import CHANGES

NOT_SAID = ("hash", "plan_id")
"""Columns that are not hashed: the plan is named by its key."""


def hash_of(previous: str | None, plan: str, change: Row, observations: Iterable[Row]) -> str:
    """Return the hash of a change in hexadecimal, given that of the change before it."""
    said = {
        **_said(change),
        "plan": plan,
        "previous": previous,
        "observations": list(map(_said, observations)),
    }
    return sha256(canonical(said).encode("ascii")).hexdigest()


def canonical(value: Any) -> str:
    """Return a value as the one JSON text that stands for it."""
    return json.dumps(value, default=to_jsonable_python, sort_keys=True, separators=(",", ":"))


def _said(row: Row) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items() if value is not None and name not in NOT_SAID}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value + 0.0 if isinstance(value, float) else value  # SQLite forgets the sign of zero


def next_hash(connection: Connection, plan: str, change: Row) -> str:
    """Return the hash of a change whose check-ins are written and whose own row comes next."""
    return hash_of(
        kept_hash(connection, change["plan_id"], change["revision"] - 1),
        plan,
        change,
        check_ins_of(connection, change["plan_id"], change["revision"], change["revision"]),
    )


def kept_hash(connection: Connection, plan_id: int, revision: int) -> str | None:
    """Return the hash that a change carries, nothing before the first."""
    return connection.scalar(_KEPT, {"of": plan_id, "at": revision})


def check_ins_of(connection: Connection, plan_id: int, first: int, last: int) -> list[Row]:
    """Return the rows of check-ins that changes wrote, in the order they were written."""
    return list(connection.execute(_SEEN, {"of": plan_id, "first": first, "last": last}).mappings())


_KEPT = select(CHANGES.c.hash).where(
    CHANGES.c.plan_id == bindparam("of"), CHANGES.c.revision == bindparam("at")
)
_SEEN = (
    select(OBSERVATIONS)
    .where(
        OBSERVATIONS.c.plan_id == bindparam("of"),
        OBSERVATIONS.c.revision.between(bindparam("first"), bindparam("last")),
    )
    .order_by(OBSERVATIONS.c.revision, OBSERVATIONS.c.id)
)
"""Put together once: every write asks for them."""
