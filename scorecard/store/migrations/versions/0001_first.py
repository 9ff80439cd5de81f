"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from scorecard.store.triggers import make_triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)


def _needed(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _may(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=True) for name in names]


def _of_plan(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=f"fk_{table}_plan_id")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["plan_id", column],
        [f"{other}.plan_id", f"{other}.key"],
        name=f"fk_{table}_plan_id_{column}",
        deferrable=True,
        initially="DEFERRED",
    )


def _kept(table: str, *parts: Any, key: tuple[str, ...] = ("key",)) -> None:
    """Make the table of a family of rows."""
    op.create_table(
        table,
        *_needed(sa.Integer(), "plan_id", "version"),
        *_needed(sa.Float(), "position"),
        *parts,
        _of_plan(table),
        sa.PrimaryKeyConstraint("plan_id", *key, name=f"pk_{table}"),
    )


def upgrade() -> None:
    """Make every table, index and trigger."""
    _plan()
    _parts()
    _nodes()
    _history()
    make_triggers(op.get_bind())


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        *_needed(sa.String(), "key"),
        *_needed(sa.Integer(), "revision", "version"),
        *_needed(sa.Boolean(), "archived"),
        *_may(sa.Integer(), "branch_of", "base_revision"),
        *_needed(MOMENT, "created_at"),
        *_needed(sa.String(), "title"),
        *_needed(sa.Integer(), "fiscal_year_start"),
        *_needed(sa.String(), "timezone"),
        *_needed(JSON, "bands"),
        *_needed(sa.String(), "policy"),
        *_may(sa.String(), "mission", "vision"),
        *_may(JSON, "values", "stakeholders"),
        sa.CheckConstraint("revision > 0", name="ck_plan_revision"),
        sa.ForeignKeyConstraint(["branch_of"], ["plan.id"], name="fk_plan_branch_of"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.UniqueConstraint("key", name="uq_plan_key"),
    )


def _parts() -> None:
    _kept("perspective", *_needed(sa.String(), "key", "title"))
    _kept(
        "unit",
        *_needed(sa.String(), "key", "title"),
        *_may(sa.String(), "parent"),
        _to("unit", "parent", "unit"),
    )
    _kept(
        "person",
        *_needed(sa.String(), "key", "name"),
        *_may(sa.String(), "email", "unit"),
        *_may(JSON, "roles"),
        _to("person", "unit", "unit"),
    )
    _kept(
        "cycle",
        *_needed(sa.String(), "key", "title"),
        *_may(sa.String(), "parent"),
        *_needed(sa.Date(), "start", "end"),
        *_needed(sa.String(), "state"),
        _to("cycle", "parent", "cycle"),
    )


def _nodes() -> None:
    _kept(
        "node",
        *_needed(sa.String(), "key", "kind", "title"),
        *_may(sa.String(), "description", "perspective", "unit", "owner", "cycle", "level"),
        *_needed(sa.String(), "lifecycle"),
        *_may(sa.String(), "replaced_by"),
        *_needed(sa.Boolean(), "archived"),
        *_may(sa.Integer(), "tier"),
        *_may(sa.String(), "lead", "type", "cadence", "format"),
        *_needed(sa.String(), "aggregate"),
        *_may(JSON, "measure"),
        *_may(sa.String(), "formula", "policy"),
        *_may(JSON, "judged", "bands"),
        *_may(sa.String(), "source", "key_result_area"),
        *_may(JSON, "benchmark"),
        *_may(sa.String(), "controllable"),
        *_may(JSON, "tags", "actions", "waivers", "grade"),
        _to("node", "perspective", "perspective"),
        _to("node", "unit", "unit"),
        _to("node", "owner", "person"),
        _to("node", "cycle", "cycle"),
        _to("node", "replaced_by", "node"),
    )
    _kept(
        "link",
        *_needed(sa.String(), "child", "parent", "family", "kind"),
        *_needed(sa.Float(), "weight"),
        *_needed(sa.Boolean(), "critical"),
        *_needed(sa.Integer(), "sign", "lag"),
        sa.CheckConstraint("weight > 0", name="ck_link_weight"),
        sa.CheckConstraint("sign IN (-1, 1)", name="ck_link_sign"),
        sa.CheckConstraint("child <> parent", name="ck_link_ends"),
        _to("link", "child", "node"),
        _to("link", "parent", "node"),
        key=("child", "parent", "family"),
    )
    op.create_index("ix_link_plan_id_parent", "link", ["plan_id", "parent"])
    _kept(
        "target",
        *_needed(sa.String(), "node"),
        *_needed(sa.Date(), "date"),
        *_needed(sa.String(), "label"),
        *_needed(sa.Float(), "value"),
        _to("target", "node", "node"),
        key=("node", "date", "label"),
    )


def _history() -> None:
    op.create_table(
        "observation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *_needed(sa.Integer(), "plan_id"),
        *_needed(sa.String(), "node"),
        *_needed(sa.Date(), "date"),
        *_needed(sa.String(), "label"),
        *_may(sa.Float(), "value"),
        *_may(sa.String(), "word", "note", "by"),
        *_may(sa.Float(), "confidence"),
        *_may(sa.String(), "source"),
        *_needed(MOMENT, "recorded_at"),
        *_needed(sa.String(), "recorded_by"),
        *_needed(sa.Integer(), "revision"),
        _of_plan("observation"),
        sa.PrimaryKeyConstraint("id", name="pk_observation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_observation_plan_id_node", "observation", ["plan_id", "node"])
    op.create_index("ix_observation_plan_id_revision", "observation", ["plan_id", "revision"])
    op.create_table(
        "change",
        *_needed(sa.Integer(), "plan_id", "revision"),
        *_needed(MOMENT, "at"),
        *_needed(sa.String(), "actor", "intent"),
        *_may(sa.String(), "subject", "reason"),
        *_needed(JSON, "facts", "rows"),
        *_may(sa.Integer(), "undoes"),
        _of_plan("change"),
        sa.PrimaryKeyConstraint("plan_id", "revision", name="pk_change"),
    )
    op.create_table(
        "touched",
        *_needed(sa.Integer(), "plan_id"),
        *_needed(sa.String(), "node"),
        *_needed(sa.Integer(), "revision"),
        sa.ForeignKeyConstraint(
            ["plan_id", "revision"], ["change.plan_id", "change.revision"], name="fk_touched_plan_id_revision"
        ),
        sa.PrimaryKeyConstraint("plan_id", "node", "revision", name="pk_touched"),
    )
