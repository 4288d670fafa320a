"""notifications to members, what they want to be told, and by which bot.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _reference(name: str, target: str, *, null: bool = False, key: bool = False) -> sa.Column:
    ondelete = "SET NULL" if null else "CASCADE"
    foreign = sa.ForeignKey(f"{target}.id", ondelete=ondelete)
    return sa.Column(name, sa.Uuid(), foreign, nullable=null, primary_key=key)


def _text(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def upgrade() -> None:
    op.add_column("member_identity", _reference("source_id", "source", null=True))
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("workspace_id", "workspace"),
        _reference("member_id", "member"),
        _reference("task_id", "task"),
        _text("kind"),
        _text("occasion"),
        _text("by_name"),
        _text("detail"),
        _text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("next_attempt_at", null=True),
        _text("last_error"),
        _time("created_at"),
        _time("sent_at", null=True),
        sa.CheckConstraint("kind in ('assigned', 'due', 'overdue', 'mentioned', 'approval')", name="kind"),
        sa.CheckConstraint("state in ('queued', 'sent', 'failed', 'dropped')", name="state"),
        sa.UniqueConstraint("member_id", "kind", "occasion"),
    )
    op.create_index(
        "ix_notification_waiting", "notification", ["next_attempt_at"], postgresql_where=sa.text("state = 'queued'")
    )
    op.create_index("ix_notification_task_id", "notification", ["task_id"])
    op.create_table(
        "notification_settings",
        _reference("member_id", "member", key=True),
        _reference("workspace_id", "workspace"),
        _flag("assigned"),
        _flag("due"),
        _flag("mentioned"),
        _flag("approval"),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        _text("zone", null=True),
        _text("paused_reason"),
        _time("updated_at"),
    )


def downgrade() -> None:
    op.drop_table("notification_settings")
    op.drop_table("notification")
    op.drop_column("member_identity", "source_id")
