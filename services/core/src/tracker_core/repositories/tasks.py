"""Tasks: keyset lists with composable filters, one task, counts, numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.repositories.searching import few_matches, with_hits
from tracker_core.tables import TaskStatus


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what a screen shows beside it."""

    id: UUID
    number: int
    title: str
    description: str
    status: str
    category: str
    priority: str
    assignee_id: UUID | None
    assignee_name: str | None
    due_on: date | None
    snoozed_until: datetime | None
    labels: list[str]
    source_id: UUID | None
    source_namespace: str | None
    source_name: str | None
    source_kind: str | None
    verdict_id: UUID | None
    confidence: float | None
    reason: str | None
    language: str | None
    provider: str | None
    duplicate_of: UUID | None
    status_before_duplicate: str | None
    created_at: datetime
    updated_at: datetime
    version: int
    message_count: int
    """Those that its duplicates brought are counted too."""
    duplicate_proposals: int
    """Tasks that may be the same, and about which nobody has decided yet."""


class SortKey(StrEnum):
    """What a list can be sorted by."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    PRIORITY = "priority"
    DUE_ON = "due_on"
    NUMBER = "number"
    CONFIDENCE = "confidence"


@dataclass(frozen=True)
class Sort:
    """Order of a list; the id breaks ties, in the same direction."""

    key: SortKey
    descending: bool


@dataclass(frozen=True)
class Position:
    """The last row of a page."""

    key: str
    """The sort key's value as text; empty when the list is sorted by the id alone."""
    id: UUID


@dataclass(frozen=True)
class TaskFilter:
    """What a list is narrowed to; empty means everything."""

    statuses: Sequence[TaskStatus] = ()
    priorities: Sequence[str] = ()
    categories: Sequence[str] = ()
    sources: Sequence[UUID] | None = None
    """None for every Source; an empty list matches nothing."""
    assignee: UUID | None = None
    unassigned: bool = False
    label: str | None = None
    snoozed: bool | None = None
    """Only tasks that sleep now, or only tasks that do not."""
    query: str = ""
    """Words, as in a web search; also a part of the title."""


# Expression and type of each sort key. UUIDv7 ids sort by time of creation, so that order needs no column beside the
# index that ends in the id.
_SORTS: Mapping[SortKey, tuple[str, str] | None] = {
    SortKey.CREATED_AT: None,
    SortKey.UPDATED_AT: ("t.updated_at", "timestamptz"),
    SortKey.PRIORITY: (
        "case t.priority when 'urgent' then 3 when 'high' then 2 when 'medium' then 1 else 0 end",
        "int",
    ),
    SortKey.DUE_ON: ("coalesce(t.due_on, 'infinity'::date)", "date"),
    SortKey.NUMBER: ("t.number", "int"),
    SortKey.CONFIDENCE: ("coalesce(t.confidence, -1)", "float8"),
}

_COLUMNS = """
t.id, t.number, t.title, t.description, t.status, t.category, t.priority, t.assignee_id, a.name as assignee_name,
t.due_on, t.snoozed_until, t.labels, t.source_id, s.namespace as source_namespace, s.name as source_name,
s.kind as source_kind, t.verdict_id, t.confidence, v.reason, v.language, v.provider, t.duplicate_of,
t.status_before_duplicate, t.created_at, t.updated_at, t.version,
(select count(*) from task_message tm where tm.task_id = t.id) as message_count,
(select count(*) from duplicate_proposal p where p.task_id = t.id and p.state = 'open')
+ (select count(*) from duplicate_proposal p where p.other_id = t.id and p.state = 'open') as duplicate_proposals
"""

_JOINS = """
left join member a on a.id = t.assignee_id
left join source s on s.id = t.source_id
left join verdict v on v.id = t.verdict_id
"""


async def list_tasks(
    connection: AsyncConnection,
    workspace_id: UUID,
    wanted: TaskFilter,
    sort: Sort,
    *,
    after: Position | None,
    limit: int,
) -> list[tuple[TaskRow, Position]]:
    """Return at most `limit` tasks after `after`, each with its own position."""
    expression = _SORTS[sort.key]
    direction, comparison = ("desc", "<") if sort.descending else ("asc", ">")
    keys = ["t.id"] if expression is None else [expression[0], "t.id"]
    order = ", ".join(f"{key} {direction}" for key in keys)
    conditions, values = _conditions(wanted)
    values["workspace"] = workspace_id
    if after is not None:
        values["after_id"] = after.id
        if expression is None:
            conditions.append(f"t.id {comparison} :after_id")
        else:
            values["after_key"] = after.key
            compared = f"(cast(cast(:after_key as text) as {expression[1]}), :after_id)"
            conditions.append(f"({', '.join(keys)}) {comparison} {compared}")
    hits = ""
    if wanted.query:
        match = _match(wanted.query)
        if await few_matches(connection, "task", match, values):
            hits = with_hits("task", match)
        else:
            conditions.append(match)
    page = _page("hits" if hits else "task", conditions, wanted.statuses, f"order by {order} limit {limit:d}")
    sort_key = "''" if expression is None else f"({expression[0]})::text"
    # Joined after the page is cut: the joins touch `limit` rows, not all that match.
    query = (
        f"{hits} select {_COLUMNS}, {sort_key} as sort_key from ({page}) t {_JOINS}"  # noqa: S608 -- as below
        f" order by {order} limit {limit:d}"
    )
    rows = await connection.execute(text(query), values)
    return [(TaskRow(*row[:-1]), Position(row[-1], row.id)) for row in rows]


def _page(table: str, conditions: Sequence[str], statuses: Sequence[TaskStatus], end: str) -> str:
    """Return the select of one page's rows.

    One range of the index per status, merged: with `status = any(…)` a rare one would be looked for in all tasks. The
    statuses are literals, because the planner has to know how rare they are.
    """
    where = " and ".join(["t.workspace_id = :workspace", *conditions])
    if not statuses:
        return f"select t.* from {table} t where {where} {end}"  # noqa: S608 -- constants and integers
    parts = [
        f"(select t.* from {table} t where {where} and t.status = '{TaskStatus(status)}' {end})"  # noqa: S608 -- as above
        for status in dict.fromkeys(statuses)
    ]
    return " union all ".join(parts)


def _conditions(wanted: TaskFilter) -> tuple[list[str], dict[str, Any]]:
    """Return what a task must fulfil, and the values; statuses and words are left to the caller."""
    values: dict[str, Any] = {
        "priorities": list(wanted.priorities),
        "categories": list(wanted.categories),
        "sources": None if wanted.sources is None else list(wanted.sources),
        "assignee": wanted.assignee,
        "label": wanted.label,
        "query": wanted.query,
        "title": _containing(wanted.query),
    }
    possible = (
        (bool(wanted.priorities), "t.priority = any(cast(:priorities as text[]))"),
        (bool(wanted.categories), "t.category = any(cast(:categories as text[]))"),
        (wanted.sources is not None, "t.source_id = any(cast(:sources as uuid[]))"),
        (wanted.assignee is not None, "t.assignee_id = :assignee"),
        (wanted.unassigned, "t.assignee_id is null"),
        (wanted.label is not None, "cast(:label as text) = any(t.labels)"),
        (wanted.snoozed is True, "t.snoozed_until > now()"),
        (wanted.snoozed is False, "coalesce(t.snoozed_until <= now(), true)"),
    )
    # A statement names only the values of the conditions it has; the others are not sent.
    return [condition for applies, condition in possible if applies], values


def _match(words: str) -> str:
    by_words = "t.search @@ websearch_to_tsquery('simple', :query)"
    # Fewer than three characters make no trigram: the index would be read from end to end.
    if len(words) < 3:  # noqa: PLR2004 -- as the name says
        return by_words
    return f"({by_words} or t.title ilike :title escape '\\')"


def _containing(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def find_task(connection: AsyncConnection, workspace_id: UUID, key: UUID | int) -> TaskRow | None:
    """Return a task by its id or its number."""
    column = "number" if isinstance(key, int) else "id"
    query = f"select {_COLUMNS} from task t {_JOINS} where t.workspace_id = :workspace and t.{column} = :key"  # noqa: S608 -- as above
    row = (await connection.execute(text(query), {"workspace": workspace_id, "key": key})).one_or_none()
    return None if row is None else TaskRow(*row)


async def count_tasks(connection: AsyncConnection, workspace_id: UUID) -> dict[str, int]:
    """Return the number of tasks in each status, zeros too; those that are snoozed count in none, as in the lists."""
    rows = await connection.execute(
        text(
            "select status, count(*) as total from task where workspace_id = :workspace"
            " and (snoozed_until is null or snoozed_until <= now()) group by status"
        ),
        {"workspace": workspace_id},
    )
    return {str(status): 0 for status in TaskStatus} | {row.status: row.total for row in rows}


async def next_number(connection: AsyncConnection, workspace_id: UUID) -> int:
    """Take the workspace's next task number; concurrent callers wait for each other, so no number is left out."""
    taken = await connection.execute(
        text(
            "update workspace set next_task_number = next_task_number + 1 where id = :workspace"
            " returning next_task_number - 1"
        ),
        {"workspace": workspace_id},
    )
    return int(taken.scalar_one())


async def message_ids(connection: AsyncConnection, task_id: UUID, *, limit: int) -> list[UUID]:
    """Return the newest messages that the task comes from."""
    rows = await connection.execute(
        text("select message_id from task_message where task_id = :task order by message_id desc limit :limit"),
        {"task": task_id, "limit": limit},
    )
    return list(rows.scalars())
