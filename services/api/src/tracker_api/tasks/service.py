"""Reads tasks: lists, one of them, their comments and history. How they change: `editing`."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.database import reading
from tracker_core.errors import InvalidInputError, NotFoundError
from tracker_core.repositories import comments, duplicates, messages, task_groups
from tracker_core.repositories import tasks as repository
from tracker_core.repositories.task_orders import Position, Sort, SortKey
from tracker_core.repositories.tasks import TaskFilter, TaskRow

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.events import service as events
from tracker_api.events.schemas import EventPage
from tracker_api.messages.schemas import Message, Verdict
from tracker_api.paging import cut, decode_cursor, encode_cursor, wrong_cursor
from tracker_api.tasks.asking import Narrowing
from tracker_api.tasks.schemas import (
    Comment,
    CommentPage,
    DueCalendar,
    DueDay,
    Duplicate,
    MergedTask,
    Task,
    TaskCounts,
    TaskDetail,
    TaskGroup,
    TaskGroups,
    TaskPage,
)

SHOWN_MESSAGES = 200
"""Own messages that come with a task."""
SHOWN_MERGED = 200
SHOWN_AROUND = 25
"""Messages of its conversation that come with it, before and after."""
CALENDAR_DAYS = 100
"""Of one request for what is due."""
_LARGEST_NUMBER = 2**31 - 1


async def list_tasks(
    context: Context, principal: Principal, asked: Narrowing, *, sort: str, cursor: str | None, limit: int
) -> TaskPage:
    """Return a page of the tasks that a request asks about."""
    async with reading(context.engine) as connection:
        wanted = await asked.resolve(connection)
        if wanted is None:
            return TaskPage(items=[], next=None)
        return await page_of(connection, principal, wanted, sort=sort, cursor=cursor, limit=limit)


async def page_of(
    connection: AsyncConnection,
    principal: Principal,
    wanted: TaskFilter,
    *,
    sort: str,
    cursor: str | None = None,
    limit: int,
) -> TaskPage:
    """Return a page of tasks."""
    rows = await repository.list_tasks(
        connection,
        principal.workspace_id,
        wanted,
        parse_sort(sort),
        after=_position(cursor, sort),
        limit=limit + 1,
    )
    page, more = cut(rows, limit)
    following = page[-1][1] if more else None
    return TaskPage(
        items=[Task.of(row) for row, _ in page],
        next=encode_cursor(sort, following.group, following.key, str(following.id)) if following else None,
    )


async def count_groups(
    context: Context, principal: Principal, asked: Narrowing, by: task_groups.GroupKey
) -> TaskGroups:
    """Return how many tasks there are in each group and status."""
    async with reading(context.engine) as connection:
        wanted = await asked.resolve(connection)
        counted = (
            {} if wanted is None else await task_groups.count_groups(connection, principal.workspace_id, wanted, by)
        )
    groups = [
        TaskGroup(key=key or None, statuses=TaskCounts.of(statuses), total=sum(statuses.values()))
        for key, statuses in counted.items()
    ]
    return TaskGroups(groups=groups, total=sum(group.total for group in groups))


async def due_days(
    context: Context, principal: Principal, asked: Narrowing, *, first: date, last: date, per_day: int
) -> DueCalendar:
    """Return what is due on each day.

    Raises:
        InvalidInputError: the days are too many, or in the wrong order.
    """
    if not 0 <= (last - first).days < CALENDAR_DAYS:
        raise InvalidInputError(
            f"query.to: from {first} to {last} are not 1 to {CALENDAR_DAYS} days", cure="Ask for a shorter stretch"
        )
    async with reading(context.engine) as connection:
        wanted = await asked.resolve(connection)
        days = (
            []
            if wanted is None
            else await task_groups.due_days(
                connection, principal.workspace_id, wanted, first=first, last=last, per_day=per_day
            )
        )
    return DueCalendar(
        days=[DueDay(day=due.day, total=due.total, tasks=[Task.of(row) for row in due.tasks]) for due in days]
    )


async def count_tasks(context: Context, principal: Principal) -> TaskCounts:
    """Return the number of tasks in each status."""
    async with reading(context.engine) as connection:
        return TaskCounts.of(await repository.count_tasks(connection, principal.workspace_id))


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
    sorted_by, group, key, task_id = decode_cursor(cursor, tuple[str, str, str, UUID])
    if sorted_by != sort:
        raise wrong_cursor()
    return Position(group, key, task_id)
