"""Merged tasks: a tree of duplicates, in which every task also shows the messages of those below it.

A row of `task_message` with `via_task_id` is such a shown message; it names the task whose own message it is. The rows
are worked out anew from the tree after each change of it, so merging in any order and taking any merge back comes to
the same end.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def lock_merges(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Let one transaction at a time change the tree of this workspace: two at once could close a circle."""
    await connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended('duplicate_of ' || :workspace, 0))"),
        {"workspace": str(workspace_id)},
    )


_END = """
with recursive chain as (
    select id, number, duplicate_of from task where id = :task
    union
    select t.id, t.number, t.duplicate_of from chain join task t on t.id = chain.duplicate_of
)
select id, number from chain where duplicate_of is null
"""


async def end_of(connection: AsyncConnection, workspace_id: UUID, task_id: UUID) -> tuple[UUID, int]:
    """Return id and number of the task that this one was merged into, or its own; nothing merges it before the end."""
    await connection.execute(
        text("select pg_advisory_xact_lock_shared(hashtextextended('duplicate_of ' || :workspace, 0))"),
        {"workspace": str(workspace_id)},
    )
    row = (await connection.execute(text(_END), {"task": task_id})).one()
    return row.id, row.number


async def leads_to(connection: AsyncConnection, start: UUID, target: UUID) -> bool:
    """Say whether following `duplicate_of` from `start` comes to `target`."""
    found = await connection.execute(
        text(
            "with recursive chain (id) as (select cast(:start as uuid) union"
            " select t.duplicate_of from chain join task t on t.id = chain.id where t.duplicate_of is not null)"
            " select exists (select from chain where id = :target)"
        ),
        {"start": start, "target": target},
    )
    return bool(found.scalar())


_UP = """
with recursive up (id) as (
    select unnest(cast(:tasks as uuid[]))
    union
    select t.duplicate_of from up join task t on t.id = up.id where t.duplicate_of is not null
)
"""

_UNLINK = f"""
{_UP} delete from task_message where task_id in (select id from up) and via_task_id is not null
"""  # noqa: S608 -- constants

_LINK = f"""
{_UP}, down (root, id) as (
    select id, id from up
    union
    select down.root, t.id from down join task t on t.duplicate_of = down.id
)
insert into task_message (task_id, message_id, workspace_id, via_task_id)
select distinct on (down.root, own.message_id) down.root, own.message_id, own.workspace_id, own.task_id
  from down join task_message own on own.task_id = down.id and own.via_task_id is null
 where down.id <> down.root
 order by down.root, own.message_id, own.task_id
on conflict do nothing
"""  # noqa: S608 -- as above


async def show_messages(connection: AsyncConnection, tasks: Sequence[UUID]) -> None:
    """Let these tasks, and all that they are duplicates of, show the messages of their duplicates as they are now."""
    values = {"tasks": list(tasks)}
    await connection.execute(text(_UNLINK), values)
    await connection.execute(text(_LINK), values)
