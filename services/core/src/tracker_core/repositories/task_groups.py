"""Tasks counted in groups (the lanes of a board) and by the day that they are due (a calendar)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.repositories.tasks import COLUMNS, JOINS, TaskFilter, TaskRow, narrowed
from tracker_core.tables import TaskStatus


class GroupKey(StrEnum):
    """What tasks can be grouped by."""

    NOTHING = "nothing"
    """All of them are one group."""
    ASSIGNEE = "assignee"
    PRIORITY = "priority"
    CATEGORY = "category"
    SOURCE = "source"


_GROUPS: Mapping[GroupKey, str] = {
    GroupKey.NOTHING: "''",
    GroupKey.ASSIGNEE: "coalesce(t.assignee_id::text, '')",
    GroupKey.PRIORITY: "t.priority",
    GroupKey.CATEGORY: "t.category",
    GroupKey.SOURCE: "coalesce(t.source_id::text, '')",
}


async def count_groups(
    connection: AsyncConnection, workspace_id: UUID, wanted: TaskFilter, key: GroupKey
) -> dict[str, dict[TaskStatus, int]]:
    """Return the number of tasks by group and status; the group of those that have none is the empty text."""
    hits, where, values = await narrowed(connection, workspace_id, wanted)
    rows = await connection.execute(
        text(
            f"{hits}select {_GROUPS[key]} as name, t.status, count(*) as total"  # noqa: S608 -- constants
            f" from {'hits' if hits else 'task'} t where {where} group by 1, 2"
        ),
        values,
    )
    groups: dict[str, dict[TaskStatus, int]] = {}
    for row in rows:
        groups.setdefault(row.name, {})[TaskStatus(row.status)] = row.total
    return groups


@dataclass(frozen=True)
class DueDay:
    """A day with what is due on it."""

    day: date
    total: int
    tasks: list[TaskRow]
    """The most urgent ones."""


async def due_days(
    connection: AsyncConnection, workspace_id: UUID, wanted: TaskFilter, *, first: date, last: date, per_day: int
) -> list[DueDay]:
    """Return the days from `first` to `last` on which something is due, each with at most `per_day` tasks."""
    hits, where, values = await narrowed(connection, workspace_id, wanted)
    rows = await connection.execute(
        text(
            (f"{hits}, " if hits else "with ") + "placed as"  # noqa: S608 -- constants
            " (select t.id, t.due_on, count(*) over (partition by t.due_on) as total, row_number() over (partition by"
            " t.due_on order by (t.status in ('done', 'declined', 'duplicate')), array_position(array['urgent', 'high',"
            f" 'medium', 'low'], t.priority), t.id) as place from {'hits' if hits else 'task'} t"
            f" where {where} and t.due_on between :first and :last)"
            f" select {COLUMNS}, placed.total as due_total from placed join task t on t.id = placed.id {JOINS}"
            " where placed.place <= :per_day order by t.due_on, placed.place"
        ),
        values | {"first": first, "last": last, "per_day": per_day},
    )
    days: dict[date, DueDay] = {}
    for row in rows:
        day = days.setdefault(row.due_on, DueDay(row.due_on, row.due_total, []))
        day.tasks.append(TaskRow(*row[:-1]))
    return list(days.values())
