"""who looks for tasks whose snooze ends reads those that sleep, and no others.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the tasks that sleep."""
    op.create_index(
        "ix_task_snoozed_until", "task", ["snoozed_until"], postgresql_where=sa.text("snoozed_until is not null")
    )


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_task_snoozed_until", "task")
