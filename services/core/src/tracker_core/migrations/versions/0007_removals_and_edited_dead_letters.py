"""places of removed messages, what dead letters were edited to, and lists by Source and state in their order.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removal",
        sa.Column("stream_epoch", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("stream_seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("workspace_id", sa.Uuid(), sa.ForeignKey("workspace.id", ondelete="CASCADE"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("dead_letter", sa.Column("text_before", sa.Text(), nullable=True))
    op.add_column("dead_letter", sa.Column("text_after", sa.Text(), nullable=True))
    op.create_index(
        "ix_dead_letter_open", "dead_letter", ["workspace_id", "id"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("ix_message_source_id_state_id", "message", ["source_id", "state", "id"])
    op.drop_index("ix_message_source_id_state", table_name="message")


def downgrade() -> None:
    op.create_index("ix_message_source_id_state", "message", ["source_id", "state"])
    op.drop_index("ix_message_source_id_state_id", table_name="message")
    op.drop_index("ix_dead_letter_open", table_name="dead_letter")
    op.drop_column("dead_letter", "text_after")
    op.drop_column("dead_letter", "text_before")
    op.drop_table("removal")
