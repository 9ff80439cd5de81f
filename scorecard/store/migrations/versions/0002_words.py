"""Targets in words, and waivers of what is wrong with a plan itself."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what stands there already has neither."""
    op.add_column("node", sa.Column("target_text", sa.String(), nullable=True))
    op.add_column("plan", sa.Column("waivers", sa.JSON(none_as_null=True), nullable=True))
