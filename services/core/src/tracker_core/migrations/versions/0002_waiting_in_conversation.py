"""an index on the messages of a conversation that wait.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_message_conversation_waiting",
        "message",
        ["conversation_id", "id"],
        postgresql_where=sa.text("state = 'waiting' and conversation_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_conversation_waiting", table_name="message")
