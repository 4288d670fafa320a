"""lessons, duplicates and the vectors that both are found by.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from tracker_core.errors import ConfigurationError
from tracker_core.vectors import HalfVector

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CATEGORIES = "('bug', 'feature', 'question', 'task', 'incident', 'noise')"
_PRIORITIES = "('low', 'medium', 'high', 'urgent')"


def _reference(name: str, target: str, *, null: bool = False, ondelete: str = "CASCADE") -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{target}.id", ondelete=ondelete), nullable=null)


def _key() -> sa.Column:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _vector() -> list[sa.Column]:
    return [
        sa.Column("vector", HalfVector(), nullable=True),
        sa.Column("vector_version", sa.Text(), nullable=False, server_default=""),
    ]


def _time(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _create_extension() -> None:
    # Not a trusted extension: who may not create it needs it created by who may.
    offered, made = op.get_bind().execute(
        sa.text(
            "select exists (select from pg_available_extensions where name = 'vector'),"
            " exists (select from pg_extension where extname = 'vector')"
        )
    ).one()
    if made:
        return
    if not offered:
        raise ConfigurationError(
            "This Postgres has no extension 'vector' (pgvector)",
            cure="Install pgvector for it (Debian: postgresql-<version>-pgvector, image: pgvector/pgvector)",
        )
    op.execute("create extension vector")


def upgrade() -> None:
    _create_extension()
    op.add_column("message", sa.Column("claims", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("message", _time("handed_over_at", null=True))
    for table in ("verdict", "task"):
        for column in _vector():
            op.add_column(table, column)
    op.add_column("task", sa.Column("status_before_duplicate", sa.Text(), nullable=True))
    op.create_index(
        "ix_task_vector", "task", ["vector"], postgresql_using="hnsw", postgresql_ops={"vector": "halfvec_cosine_ops"}
    )
    op.create_index(
        "ix_task_duplicate_of", "task", ["duplicate_of"], postgresql_where=sa.text("duplicate_of is not null")
    )
    op.add_column("task_message", _reference("via_task_id", "task", null=True))
    op.create_index("ix_task_message_via_task_id", "task_message", ["via_task_id"])
    op.create_table(
        "lesson",
        _key(),
        _reference("workspace_id", "workspace"),
        _reference("source_id", "source"),
        _reference("message_id", "message"),
        _reference("verdict_id", "verdict"),
        _reference("task_id", "task", null=True, ondelete="SET NULL"),
        _reference("member_id", "member", null=True, ondelete="SET NULL"),
        sa.Column("judged_category", sa.Text(), nullable=False),
        sa.Column("judged_priority", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        *_vector(),
        sa.Column("prediction", JSONB(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False, server_default=""),
        _time("created_at"),
        _time("updated_at"),
        sa.CheckConstraint(f"judged_category in {_CATEGORIES}", name="judged_category"),
        sa.CheckConstraint(f"judged_priority in {_PRIORITIES}", name="judged_priority"),
        sa.CheckConstraint(f"category in {_CATEGORIES}", name="category"),
        sa.CheckConstraint(f"priority in {_PRIORITIES}", name="priority"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("ix_lesson_workspace_id_id", "lesson", ["workspace_id", "id"])
    op.create_index("ix_lesson_source_id_id", "lesson", ["source_id", "id"])
    op.create_index("ix_lesson_verdict_id", "lesson", ["verdict_id"])
    op.create_table(
        "duplicate_proposal",
        _key(),
        _reference("workspace_id", "workspace"),
        _reference("task_id", "task"),
        _reference("other_id", "task"),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _time("created_at"),
        _time("decided_at", null=True),
        _reference("decided_by", "member", null=True, ondelete="SET NULL"),
        sa.CheckConstraint("state in ('open', 'confirmed', 'dismissed')", name="state"),
        sa.CheckConstraint("task_id <> other_id", name="not_itself"),
        sa.CheckConstraint("score between 0 and 1", name="score"),
        sa.UniqueConstraint("task_id", "other_id"),
    )
    op.create_index("ix_duplicate_proposal_other_id", "duplicate_proposal", ["other_id"])


def downgrade() -> None:
    op.drop_table("duplicate_proposal")
    op.drop_table("lesson")
    op.drop_index("ix_task_message_via_task_id", table_name="task_message")
    op.drop_column("task_message", "via_task_id")
    op.drop_index("ix_task_duplicate_of", table_name="task")
    op.drop_index("ix_task_vector", table_name="task")
    op.drop_column("task", "status_before_duplicate")
    for table in ("task", "verdict"):
        op.drop_column(table, "vector_version")
        op.drop_column(table, "vector")
    op.drop_column("message", "handed_over_at")
    op.drop_column("message", "claims")
