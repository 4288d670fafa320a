"""answers into the channels, who a member is in them, and messages that somebody wants a task of.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _key() -> sa.Column:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _reference(name: str, target: str, *, null: bool = False) -> sa.Column:
    ondelete = "SET NULL" if null else "CASCADE"
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{target}.id", ondelete=ondelete), nullable=null)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def upgrade() -> None:
    op.add_column("message", sa.Column("wanted", sa.Boolean(), nullable=False, server_default="false"))
    op.create_table(
        "reply",
        _key(),
        _reference("workspace_id", "workspace"),
        _reference("task_id", "task"),
        _reference("message_id", "message"),
        _reference("source_id", "source"),
        _reference("author_id", "member", null=True),
        _text("kind"),
        _text("body"),
        _text("state"),
        _reference("approved_by", "member", null=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("next_attempt_at", null=True),
        _text("last_error"),
        _text("external_id"),
        _text("url"),
        _time("created_at"),
        _time("sent_at", null=True),
        sa.CheckConstraint("state in ('awaiting_approval', 'queued', 'sent', 'failed', 'rejected')", name="state"),
        sa.CheckConstraint("kind in ('reply', 'status')", name="kind"),
    )
    op.create_index("ix_reply_task_id_id", "reply", ["task_id", "id"])
    op.create_index("ix_reply_message_id", "reply", ["message_id"])
    op.create_index("ix_reply_due", "reply", ["next_attempt_at"], postgresql_where=sa.text("state = 'queued'"))
    op.create_index(
        "ix_reply_external_id", "reply", ["source_id", "external_id"], postgresql_where=sa.text("external_id <> ''")
    )
    op.create_index("ix_reply_workspace_id_state_id", "reply", ["workspace_id", "state", "id"])
    op.create_table(
        "member_identity",
        _key(),
        _reference("workspace_id", "workspace"),
        _reference("member_id", "member"),
        _text("kind"),
        _text("external_id"),
        _text("name"),
        _time("created_at"),
        sa.CheckConstraint("kind in ('telegram', 'slack')", name="kind"),
        sa.UniqueConstraint("workspace_id", "kind", "external_id"),
    )
    op.create_index("ix_member_identity_member_id", "member_identity", ["member_id"])
    op.create_table(
        "link_code",
        _key(),
        _reference("workspace_id", "workspace"),
        _reference("member_id", "member"),
        _text("kind"),
        sa.Column("code_hash", postgresql.BYTEA(), nullable=False, unique=True),
        _time("created_at"),
        _time("expires_at"),
        _time("used_at", null=True),
        sa.CheckConstraint("kind in ('telegram', 'slack')", name="kind"),
    )


def downgrade() -> None:
    op.drop_table("link_code")
    op.drop_table("member_identity")
    op.drop_table("reply")
    op.drop_column("message", "wanted")
