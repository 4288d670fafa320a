"""Removes all that a Source has brought, and keeps the places of its messages, so that the ledger still adds up."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.repositories.daily import forget_sums

# Locked first: a worker that holds one finds its claim gone afterwards.
_LOCK = "select id from message where source_id = :source order by id for update"

_KEEP_PLACES = """
insert into removal (stream_epoch, stream_seq, workspace_id, source, created_at)
select stream_epoch, stream_seq, cast(:workspace as uuid), cast(:key as text), now() from message
 where source_id = :source and stream_seq is not null
union all
select stream_epoch, stream_seq, cast(:workspace as uuid), cast(:key as text), now() from replay
 where source_id = :source
    on conflict do nothing
"""

# Tasks that nothing else speaks for: no message of another Source belongs to them.
_TASKS = """
select task.id from task
 where task.workspace_id = :workspace and task.source_id = :source
   and not exists (select from task_message tm join message m on m.id = tm.message_id
                    where tm.task_id = task.id and tm.via_task_id is null and m.source_id <> :source)
"""

# What people merged into such a task stands by itself again.
_RELEASE = """
update task set duplicate_of = null, status = 'triage', version = version + 1, updated_at = now()
 where duplicate_of = any(cast(:tasks as uuid[])) and not id = any(cast(:tasks as uuid[]))
"""


async def remove_source(connection: AsyncConnection, workspace_id: UUID, source_id: UUID, key: str) -> int:
    """Remove a Source's row with its messages, their verdicts and lessons, and the tasks that come from them alone.

    Args:
        connection: In a transaction.
        workspace_id: The Source's.
        source_id: Its row.
        key: `namespace/name`.

    Returns:
        How many messages it had.
    """
    values = {"workspace": workspace_id, "source": source_id, "key": key}
    count = len((await connection.execute(text(_LOCK), {"source": source_id})).all())
    await connection.execute(text(_KEEP_PLACES), values)
    tasks = list((await connection.execute(text(_TASKS), {"workspace": workspace_id, "source": source_id})).scalars())
    await connection.execute(text(_RELEASE), {"tasks": tasks})
    await connection.execute(text("delete from task where id = any(cast(:tasks as uuid[]))"), {"tasks": tasks})
    # An open letter about a message goes with it; the row of the Source takes everything else along.
    await connection.execute(text("delete from dead_letter where source_id = :source"), {"source": source_id})
    await connection.execute(text("delete from source where id = :source"), {"source": source_id})
    await forget_sums(connection, workspace_id)
    return count
