"""Reads tasks: lists, one of them, their comments and history. How they change: `editing`."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.database import reading
from tracker_core.errors import InvalidInputError, NotFoundError
from tracker_core.repositories import comments, duplicates, messages, sources
from tracker_core.repositories import tasks as repository
from tracker_core.repositories.tasks import Position, Sort, SortKey, TaskFilter, TaskRow

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.events import service as events
from tracker_api.events.schemas import EventPage
from tracker_api.messages.schemas import Message, Verdict
from tracker_api.paging import cut, decode_cursor, encode_cursor, wrong_cursor
from tracker_api.tasks.schemas import (
    Comment,
    CommentPage,
    Duplicate,
    MergedTask,
    Task,
    TaskCounts,
    TaskDetail,
    TaskPage,
)

SHOWN_MESSAGES = 200
"""Own messages that come with a task."""
SHOWN_MERGED = 200
SHOWN_AROUND = 25
"""Messages of its conversation that come with it, before and after."""
_LARGEST_NUMBER = 2**31 - 1


async def list_tasks(
    context: Context,
    principal: Principal,
    wanted: TaskFilter,
    *,
    source_keys: list[str],
    sort: str,
    cursor: str | None,
    limit: int,
) -> TaskPage:
    """Return a page of tasks."""
    order = parse_sort(sort)
    async with reading(context.engine) as connection:
        if source_keys:
            named = await sources.find_source_ids(connection, principal.workspace_id, source_keys)
            wanted = replace(wanted, sources=named)
        rows = await repository.list_tasks(
            connection, principal.workspace_id, wanted, order, after=_position(cursor, sort), limit=limit + 1
        )
    page, more = cut(rows, limit)
    following = encode_cursor(sort, page[-1][1].key, str(page[-1][1].id)) if more else None
    return TaskPage(items=[Task.of(row) for row, _ in page], next=following)


async def count_tasks(context: Context, principal: Principal) -> TaskCounts:
    """Return the number of tasks in each status."""
    async with reading(context.engine) as connection:
        return TaskCounts(**await repository.count_tasks(connection, principal.workspace_id))


async def get_task(context: Context, principal: Principal, key: str) -> TaskDetail:
    """Return one task with the conversation that it comes from, and the verdicts over its own messages."""
    async with reading(context.engine) as connection:
        row = await find_task(connection, principal.workspace_id, key)
        said, own = await messages.messages_of_task(connection, row.id, limit=SHOWN_MESSAGES, around=SHOWN_AROUND)
        verdicts = await messages.verdicts_of_messages(connection, own)
        comment_count = await comments.count_comments(connection, row.id)
        proposed = await duplicates.proposed_for(connection, row.id)
        merged = await duplicates.merged_into(connection, row.id, limit=SHOWN_MERGED)
    return TaskDetail(
        **dict(Task.of(row)),
        messages=[Message.of(message) for message in said],
        verdicts=[Verdict.of(verdict) for verdict in verdicts],
        comment_count=comment_count,
        duplicates=[Duplicate.of(pair) for pair in proposed],
        merged=[MergedTask(id=other.id, number=other.number, title=other.title) for other in merged],
    )


async def list_task_events(
    context: Context, principal: Principal, key: str, *, cursor: str | None, limit: int
) -> EventPage:
    """Return what happened to a task and to the newest messages that it comes from, newest first."""
    async with reading(context.engine) as connection:
        row = await find_task(connection, principal.workspace_id, key)
        entities = [row.id, *await repository.message_ids(connection, row.id, limit=SHOWN_MESSAGES)]
    return await events.list_events(context, principal, cursor=cursor, limit=limit, entities=entities)


async def list_comments(
    context: Context, principal: Principal, key: str, *, cursor: str | None, limit: int
) -> CommentPage:
    """Return a page of a task's comments, oldest first."""
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with reading(context.engine) as connection:
        row = await find_task(connection, principal.workspace_id, key)
        rows = await comments.list_comments(connection, row.id, after=after, limit=limit + 1)
    page, more = cut(rows, limit)
    return CommentPage(items=[Comment.of(row) for row in page], next=encode_cursor(str(page[-1].id)) if more else None)


async def find_task(connection: AsyncConnection, workspace_id: UUID, key: str) -> TaskRow:
    """Return the task that `key` means: its id or its number.

    Raises:
        NotFoundError: there is none.
    """
    parsed = parse_key(key)
    row = None if parsed is None else await repository.find_task(connection, workspace_id, parsed)
    if row is None:
        raise NotFoundError(f"There is no task {key[:50]!r}", cure="Use the number or the id that a list shows")
    return row


def parse_key(key: str) -> UUID | int | None:
    """Return the id or the number that a path segment means, None when it can be neither."""
    if key.isascii() and key.isdecimal():
        number = int(key[:11])
        return number if number <= _LARGEST_NUMBER else None
    try:
        return UUID(key)
    except ValueError:
        return None


def parse_sort(sort: str) -> Sort:
    """Return the order that `-created_at` or `priority` means.

    Raises:
        InvalidInputError: nothing can be sorted by that.
    """
    key = sort.removeprefix("-")
    if key not in list(SortKey):
        raise InvalidInputError(
            f"query.sort: tasks cannot be sorted by {key[:50]!r}",
            cure=f"Use one of {', '.join(SortKey)}, with a minus in front for the other direction",
        )
    return Sort(SortKey(key), descending=sort.startswith("-"))


def _position(cursor: str | None, sort: str) -> Position | None:
    if cursor is None:
        return None
    sorted_by, key, task_id = decode_cursor(cursor, tuple[str, str, UUID])
    if sorted_by != sort:
        raise wrong_cursor()
    return Position(key, task_id)
