"""the ledger is a sum of entries; sums of days by Source and by wait.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Of many rows one entry for each group: a batch of the recorder costs one. An update is of one row nearly always, and
# only a trigger for each row can leave claims alone, which are the most frequent ones.
_TRIGGERS = (
    """
    create function ledger_entry_of_messages() returns trigger language plpgsql as $$
    begin
      insert into ledger_entry (workspace_id, source_id, state, stream_epoch, messages)
      select workspace_id, source_id, state, stream_epoch, count(*) * case tg_op when 'INSERT' then 1 else -1 end
        from changed group by 1, 2, 3, 4;
      return null;
    end $$
    """,
    """
    create trigger ledger_entry_inserted after insert on message
       referencing new table as changed for each statement execute function ledger_entry_of_messages()
    """,
    """
    create trigger ledger_entry_deleted after delete on message
       referencing old table as changed for each statement execute function ledger_entry_of_messages()
    """,
    """
    create function ledger_entry_of_update() returns trigger language plpgsql as $$
    begin
      insert into ledger_entry (workspace_id, source_id, state, stream_epoch, messages)
      values (old.workspace_id, old.source_id, old.state, old.stream_epoch, -1),
             (new.workspace_id, new.source_id, new.state, new.stream_epoch, 1);
      return null;
    end $$
    """,
    """
    create trigger ledger_entry_updated after update of state, source_id, workspace_id, stream_epoch on message
       for each row when ((old.state, old.source_id, old.workspace_id, old.stream_epoch)
                          is distinct from (new.state, new.source_id, new.workspace_id, new.stream_epoch))
       execute function ledger_entry_of_update()
    """,
)

_PAST = """
insert into ledger_entry (workspace_id, source_id, state, stream_epoch, messages)
select workspace_id, source_id, state, stream_epoch, count(*) from message group by 1, 2, 3, 4
"""

_SUMS = (
    """
    insert into source_day (workspace_id, day, source_id, messages)
    select workspace_id, day, source_id, sum(messages) from message_day group by 1, 2, 3
    """,
    """
    insert into wait_day (workspace_id, day, waited, messages)
    select workspace_id, day, waited, sum(messages) from message_day where waited <> -1 group by 1, 2, 3
    """,
)


def _day_table(name: str, key: sa.Column) -> None:
    op.create_table(
        name,
        sa.Column("workspace_id", sa.Uuid(), sa.ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        key,
        sa.Column("messages", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stream_epoch", sa.BigInteger(), nullable=True),
        sa.Column("messages", sa.BigInteger(), nullable=False),
    )
    # Nobody writes a message between the count and the triggers.
    op.execute("lock table message in share row exclusive mode")
    for statement in (_PAST, *_TRIGGERS):
        op.get_bind().exec_driver_sql(statement)
    source = sa.ForeignKey("source.id", ondelete="CASCADE")
    _day_table("source_day", sa.Column("source_id", sa.Uuid(), source, primary_key=True))
    _day_table("wait_day", sa.Column("waited", sa.SmallInteger(), primary_key=True, autoincrement=False))
    for statement in _SUMS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("wait_day")
    op.drop_table("source_day")
    for name in ("inserted", "deleted", "updated"):
        op.execute(f"drop trigger ledger_entry_{name} on message")
    op.execute("drop function ledger_entry_of_messages")
    op.execute("drop function ledger_entry_of_update")
    op.drop_table("ledger_entry")
