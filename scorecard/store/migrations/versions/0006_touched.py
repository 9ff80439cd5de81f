"""What was touched since a revision is found without all that was ever touched."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_touched_plan_id_revision", "touched", ["plan_id", "revision"])
