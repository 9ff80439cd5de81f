"""The hash that seals each change together with those before it; what stands there already gets its own."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from scorecard.store.chain import hash_of
from scorecard.store.tables import Instant, Json
from scorecard.store.triggers import drop_triggers, make_triggers

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PAGE = 1000

PLAN = sa.table("plan", sa.column("id"), sa.column("key"))
CHANGE = sa.table(
    "change",
    *map(sa.column, ("plan_id", "revision", "actor", "intent", "subject", "reason", "undoes", "hash")),
    sa.column("at", Instant()),
    sa.column("facts", Json),
    sa.column("rows", Json),
)
OBSERVATION = sa.table(
    "observation",
    *map(sa.column, ("id", "plan_id", "node", "label", "value", "word", "note", "by", "confidence")),
    *map(sa.column, ("source", "recorded_by", "revision")),
    sa.column("date", sa.Date()),
    sa.column("recorded_at", Instant()),
)


def upgrade() -> None:
    """Add the column, fill it, and let nobody write over it."""
    connection = op.get_bind()
    drop_triggers(connection)
    op.add_column("change", sa.Column("hash", sa.String(), nullable=True))
    for plan_id, key in connection.execute(sa.select(PLAN.c.id, PLAN.c.key)).all():
        _seal(connection, plan_id, key)
    with op.batch_alter_table("change") as change:
        change.alter_column("hash", existing_type=sa.String(), nullable=False)
    make_triggers(connection)


def _seal(connection: sa.Connection, plan_id: int, key: str) -> None:
    """Give every change of a plan its hash, a page of them at a time."""
    previous: str | None = None
    last = 0
    while changes := _page(connection, plan_id, last):
        first, last = changes[0]["revision"], changes[-1]["revision"]
        seen = _check_ins(connection, plan_id, first, last)
        hashes = []
        for change in changes:
            previous = hash_of(previous, key, change, seen[change["revision"]])
            hashes.append({"its_revision": change["revision"], "its_hash": previous})
        statement = sa.update(CHANGE).where(CHANGE.c.plan_id == plan_id)
        statement = statement.where(CHANGE.c.revision == sa.bindparam("its_revision"))
        connection.execute(statement.values(hash=sa.bindparam("its_hash")), hashes)


def _page(connection: sa.Connection, plan_id: int, after: int) -> list[sa.RowMapping]:
    columns = CHANGE.c
    statement = sa.select(CHANGE).where(columns.plan_id == plan_id, columns.revision > after)
    return list(connection.execute(statement.order_by(columns.revision).limit(PAGE)).mappings())


def _check_ins(connection: sa.Connection, plan_id: int, first: int, last: int) -> dict[int, list[Any]]:
    columns = OBSERVATION.c
    its = (columns.plan_id == plan_id, columns.revision.between(first, last))
    seen: dict[int, list[Any]] = defaultdict(list)
    statement = sa.select(OBSERVATION).where(*its).order_by(columns.id)
    for row in connection.execute(statement).mappings():
        seen[row["revision"]].append(row)
    return seen
