"""statistics: when a task was decided, answered and closed, and days summed up.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TRIGGERS = (
    """
    create function task_status_moments() returns trigger language plpgsql as $$
    begin
      if new.status in ('done', 'declined', 'duplicate') then
        new.closed_at := coalesce(new.closed_at, now());
      else
        new.closed_at := null;
      end if;
      if tg_op = 'UPDATE' then
        if new.status = 'triage' then
          new.decided_at := null;
        elsif old.status = 'triage' then
          new.decided_at := now();
        end if;
      end if;
      return new;
    end $$
    """,
    """
    create trigger task_status_moments before insert or update of status on task
       for each row execute function task_status_moments()
    """,
    """
    create function task_first_reply() returns trigger language plpgsql as $$
    begin
      update task set replied_at = coalesce(new.sent_at, now()) where id = new.task_id and replied_at is null;
      return null;
    end $$
    """,
    """
    create trigger task_first_reply after insert or update of state on reply
       for each row when (new.state = 'sent' and new.kind = 'reply') execute function task_first_reply()
    """,
)

# What is known of the past: of each change of a status there is an event.
_PAST = (
    """
    update task t
       set decided_at = e.decided_at,
           closed_at = case when t.status in ('done', 'declined', 'duplicate') then e.closed_at end
      from (select entity_id, min(at) filter (where before ->> 'status' = 'triage') as decided_at,
                   max(at) filter (where after ->> 'status' in ('done', 'declined', 'duplicate')) as closed_at
              from event where entity_type = 'task' and after -> 'status' is not null group by entity_id) e
     where e.entity_id = t.id and t.status <> 'triage'
    """,
    """
    update task set closed_at = updated_at where closed_at is null and status in ('done', 'declined', 'duplicate')
    """,
    """
    update task t set replied_at = r.first
      from (select task_id, min(sent_at) as first from reply where state = 'sent' and kind = 'reply' group by task_id) r
     where r.task_id = t.id
    """,
)


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _workspace() -> sa.Column:
    return sa.Column("workspace_id", sa.Uuid(), sa.ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    for name in ("decided_at", "replied_at", "closed_at"):
        op.add_column("task", _moment(name))
    for statement in (*_PAST, *_TRIGGERS):
        op.get_bind().exec_driver_sql(statement)
    op.create_index("ix_task_created_at", "task", ["workspace_id", "created_at", "category", "priority", "source_id"])
    for name, also in (("decided_at", ()), ("replied_at", ()), ("closed_at", ("status", "assignee_id"))):
        op.create_index(
            f"ix_task_{name}",
            "task",
            ["workspace_id", name, *also, "created_at"],
            postgresql_where=sa.text(f"{name} is not null"),
        )
    op.create_table(
        "message_day",
        _workspace(),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("source_id", sa.Uuid(), sa.ForeignKey("source.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("waited", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("messages", sa.Integer(), nullable=False),
    )
    op.create_table(
        "verdict_day",
        _workspace(),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("provider", sa.Text(), primary_key=True),
        sa.Column("model", sa.Text(), primary_key=True),
        sa.Column("took", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("verdicts", sa.Integer(), nullable=False),
        sa.Column("tokens_in", sa.BigInteger(), nullable=False),
        sa.Column("tokens_out", sa.BigInteger(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("verdict_day")
    op.drop_table("message_day")
    op.execute("drop trigger task_first_reply on reply")
    op.execute("drop function task_first_reply")
    op.execute("drop trigger task_status_moments on task")
    op.execute("drop function task_status_moments")
    op.drop_index("ix_task_created_at", "task")
    for name in ("closed_at", "replied_at", "decided_at"):
        op.drop_column("task", name)
