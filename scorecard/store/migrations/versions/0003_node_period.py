"""The value of each node and period, made from the check-ins that are there."""

import sqlalchemy as sa
from alembic import op

from scorecard.store.periods import refill

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, fill it, and let the check-ins of a node's period be found without its others."""
    op.create_table(
        "node_period",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_node_period_plan_id"),
        sa.PrimaryKeyConstraint("plan_id", "period", "node", name="pk_node_period"),
        sqlite_with_rowid=False,
    )
    op.drop_index("ix_observation_plan_id_node", "observation")
    op.create_index("ix_observation_plan_id_node_date", "observation", ["plan_id", "node", "date"])
    connection = op.get_bind()
    for plan_id in connection.scalars(sa.text("SELECT id FROM plan")).all():
        refill(connection, plan_id)
