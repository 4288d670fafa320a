"""an index for each order of tasks, what counts are read from, and saved views.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PRIORITY_RANK = "array_position(array['low', 'medium', 'high', 'urgent'], priority)"
_INDEXES: dict[str, list[str | sa.TextClause]] = {
    "ix_task_by_updated_at": ["workspace_id", "status", "updated_at", "id"],
    "ix_task_by_priority": ["workspace_id", "status", sa.text(_PRIORITY_RANK), "id"],
    "ix_task_by_due_on": ["workspace_id", "status", "due_on", "id"],
    "ix_task_by_number": ["workspace_id", "status", "number", "id"],
    "ix_task_by_confidence": ["workspace_id", "status", "confidence", "id"],
    "ix_task_by_title": ["workspace_id", "status", sa.text('lower("left"(title, 100))'), "id"],
    "ix_task_by_category": ["workspace_id", "status", "category", "id"],
    "ix_task_by_assignee": ["assignee_id", "status", "id"],
    "ix_task_by_source": ["source_id", "status", "id"],
    "ix_task_facets": [
        "workspace_id",
        "status",
        "snoozed_until",
        "priority",
        "category",
        "assignee_id",
        "source_id",
        "due_on",
    ],
}


def _time(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _reference(name: str, target: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=False)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.create_index(name, "task", columns)
    op.create_index("ix_task_labels", "task", ["labels"], postgresql_using="gin")
    op.drop_index("ix_task_assignee_id", table_name="task")
    op.drop_index("ix_task_source_id", table_name="task")
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _reference("workspace_id", "workspace"),
        _reference("owner_id", "member"),
        _text("name"),
        sa.Column("shared", sa.Boolean(), nullable=False),
        _text("layout"),
        _text("filter"),
        _text("sort"),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("layout in ('table', 'board', 'calendar')", name="layout"),
    )
    op.create_index("ix_saved_view_workspace_id", "saved_view", ["workspace_id"])
    op.create_index("ix_saved_view_owner_id", "saved_view", ["owner_id"])


def downgrade() -> None:
    op.drop_table("saved_view")
    op.create_index("ix_task_source_id", "task", ["source_id"])
    op.create_index("ix_task_assignee_id", "task", ["assignee_id"])
    op.drop_index("ix_task_labels", table_name="task")
    for name in _INDEXES:
        op.drop_index(name, table_name="task")
