"""Tasks: keyset lists with composable filters, one task, counts, numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.repositories.searching import few_matches, with_hits
from tracker_core.repositories.task_orders import NAMED, Branch, Position, Sort, SortKey, branches
from tracker_core.repositories.task_terms import SLEEPING, Term, conditions_of, indexed_conditions_of
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
    """Words, as in a web search; also a part of the title, or a task's number."""
    terms: Sequence[Term] = ()
    """More conditions, all of which have to hold."""


COLUMNS = """
t.id, t.number, t.title, t.description, t.status, t.category, t.priority, t.assignee_id, a.name as assignee_name,
t.due_on, t.snoozed_until, t.labels, t.source_id, s.namespace as source_namespace, s.name as source_name,
s.kind as source_kind, t.verdict_id, t.confidence, v.reason, v.language, v.provider, t.duplicate_of,
t.status_before_duplicate, t.created_at, t.updated_at, t.version,
(select count(*) from task_message tm where tm.task_id = t.id) as message_count,
(select count(*) from duplicate_proposal p where p.task_id = t.id and p.state = 'open')
+ (select count(*) from duplicate_proposal p where p.other_id = t.id and p.state = 'open') as duplicate_proposals
"""

JOINS = """
left join member a on a.id = t.assignee_id
left join source s on s.id = t.source_id
left join verdict v on v.id = t.verdict_id
"""


BRANCHES_AT_ONCE = 24
"""Branches after which a statement is long enough; the following ones are asked only while the page is not full."""


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
    conditions, values = _conditions(wanted)
    values["workspace"] = workspace_id
    hits, match = await _hits(connection, wanted, values)
    if match:
        conditions.append(match)
    names = await _names(connection, workspace_id, sort.key) if sort.key in NAMED else []
    statuses = wanted.statuses or list(TaskStatus)
    remaining = _from(list(branches(sort, statuses, names, together=bool(hits))), after)
    rows: list[tuple[TaskRow, Position]] = []
    for some in _in_turns(remaining):
        page = _Page(sort, "hits" if hits else "task", conditions, after, limit - len(rows))
        if after is not None:
            values |= {"after_id": after.id} | ({"after_key": after.key} if page.compares(some) else {})
        found = await connection.execute(text(hits + page.statement(some)), values)
        rows += [(TaskRow(*row[:-2]), Position(row[-2], row[-1], row.id)) for row in found]
        if len(rows) >= limit:
            break
    return rows


def _in_turns(some: Sequence[Branch]) -> Iterator[list[Branch]]:
    """Return the branches in the order in which they are asked; those of one group are asked together."""
    turn: list[Branch] = []
    for _, group in groupby(some, key=lambda branch: branch.rank):
        turn += group
        if len(turn) >= BRANCHES_AT_ONCE:
            yield turn
            turn = []
    if turn:
        yield turn


def _from(all_branches: Sequence[Branch], after: Position | None) -> Sequence[Branch]:
    """Return the branches that stand at or behind a position; none when there is no such group any more."""
    if after is None:
        return all_branches
    rank = next((branch.rank for branch in all_branches if branch.group == after.group), None)
    return [] if rank is None else [branch for branch in all_branches if branch.rank >= rank]


@dataclass(frozen=True)
class _Page:
    """Writes the statement of a page."""

    sort: Sort
    table: str
    conditions: Sequence[str]
    after: Position | None
    limit: int

    def compares(self, some: Sequence[Branch]) -> bool:
        """Say whether the statement names the sort key of the position."""
        return any(self._continues(branch) and branch.key is not None for branch in some)

    def statement(self, some: Sequence[Branch]) -> str:
        """Return the select of one page, merged from branches; each row ends in its group and its key."""
        order = f"rank, sort_key {self._direction}, id {self._direction}"
        page = " union all ".join(f"({self._branch(branch)})" for branch in some)
        # Joined after the page is cut: the joins touch `limit` rows, not all that match.
        return (
            f"select {COLUMNS}, t.sort_group, coalesce(t.sort_key::text, '') from"  # noqa: S608 -- constants and numbers
            f" (select * from ({page}) merged order by {order} limit {self.limit:d}) t {JOINS}"
            f" order by t.rank, t.sort_key {self._direction}, t.id {self._direction}"
        )

    def _branch(self, branch: Branch) -> str:
        key = "null::" + self._type if branch.key is None else branch.key[0]
        where = ["t.workspace_id = :workspace", branch.condition, *self.conditions]
        keys = ["t.id"] if branch.key is None else [branch.key[0], "t.id"]
        if self._continues(branch):
            where.append(self._behind(branch))
        order = ", ".join(f"{name} {self._direction}" for name in keys)
        return (
            f"select t.*, {branch.rank:d} as rank, '{branch.group}' as sort_group, {key} as sort_key"  # noqa: S608 -- as above
            f" from {self.table} t where {' and '.join(where)} order by {order} limit {self.limit:d}"
        )

    def _continues(self, branch: Branch) -> bool:
        return self.after is not None and branch.group == self.after.group

    def _behind(self, branch: Branch) -> str:
        comparison = "<" if self.sort.descending else ">"
        if branch.key is None:
            return f"t.id {comparison} :after_id"
        expression, kind = branch.key
        return f"({expression}, t.id) {comparison} (cast(cast(:after_key as text) as {kind}), :after_id)"

    @property
    def _type(self) -> str:
        return next((branch.key[1] for branch in branches(self.sort, list(TaskStatus)) if branch.key), "text")

    @property
    def _direction(self) -> str:
        return "desc" if self.sort.descending else "asc"


async def narrowed(
    connection: AsyncConnection, workspace_id: UUID, wanted: TaskFilter
) -> tuple[str, str, dict[str, Any]]:
    """Return what a statement over the tasks of a filter is made of.

    Returns:
        The clause that makes `hits`, to be read instead of `task`, or nothing; the conditions on the row `t`; the
        values.
    """
    conditions, values = _conditions(wanted)
    values["workspace"] = workspace_id
    hits, match = await _hits(connection, wanted, values)
    if wanted.statuses:
        listed = ", ".join(f"'{TaskStatus(status)}'" for status in wanted.statuses)
        conditions.append(f"t.status in ({listed})")
    return hits, " and ".join(["t.workspace_id = :workspace", *conditions, *([match] if match else [])]), values


async def _hits(connection: AsyncConnection, wanted: TaskFilter, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return the clause that makes `hits`, when an index finds few tasks, and the condition on words that is left.

    What is rare is a needle in each order of all others.
    """
    words = _match(wanted.query) if wanted.query else ""
    sleeping = [SLEEPING] if wanted.snoozed else []
    for condition in [*([words] if words else []), *sleeping, *indexed_conditions_of(wanted.terms)]:
        if await few_matches(connection, "task", condition, values):
            return with_hits("task", condition) + " ", "" if condition == words else words
    return "", words


async def _names(connection: AsyncConnection, workspace_id: UUID, key: SortKey) -> list[UUID]:
    """Return what an order by name refers to, by name."""
    table, name = ("member", "lower(name)") if key is SortKey.ASSIGNEE else ("source", "namespace, name")
    rows = await connection.execute(
        text(f"select id from {table} where workspace_id = :workspace order by {name}, id"),  # noqa: S608 -- constants
        {"workspace": workspace_id},
    )
    return list(rows.scalars())


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
        "numbered": _number(wanted.query),
    }
    possible = (
        (bool(wanted.priorities), "t.priority = any(cast(:priorities as text[]))"),
        (bool(wanted.categories), "t.category = any(cast(:categories as text[]))"),
        (wanted.sources is not None, "t.source_id = any(cast(:sources as uuid[]))"),
        (wanted.assignee is not None, "t.assignee_id = :assignee"),
        (wanted.unassigned, "t.assignee_id is null"),
        (wanted.label is not None, "cast(:label as text) = any(t.labels)"),
        (wanted.snoozed is True, SLEEPING),
        (wanted.snoozed is False, "coalesce(t.snoozed_until <= now(), true)"),
    )
    more, given = conditions_of(wanted.terms)
    # A statement names only the values of the conditions it has; the others are not sent.
    return [condition for applies, condition in possible if applies] + more, values | given


_DIGITS = 9
"""Of a number that fits the column."""


def _match(words: str) -> str:
    by_words = "t.search @@ websearch_to_tsquery('simple', :query)"
    # Fewer than three characters make no trigram: the index would be read from end to end.
    if len(words) < 3:  # noqa: PLR2004 -- as the name says
        return by_words if _number(words) is None else f"({by_words} or t.number = :numbered)"
    by_title = f"{by_words} or t.title ilike :title escape '\\'"
    return f"({by_title})" if _number(words) is None else f"({by_title} or t.number = :numbered)"


def _number(words: str) -> int | None:
    """Return the number of a task when the words are nothing else: `12` or `#12`."""
    digits = words.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS else None


def _containing(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def find_task(connection: AsyncConnection, workspace_id: UUID, key: UUID | int) -> TaskRow | None:
    """Return a task by its id or its number."""
    column = "number" if isinstance(key, int) else "id"
    query = f"select {COLUMNS} from task t {JOINS} where t.workspace_id = :workspace and t.{column} = :key"  # noqa: S608 -- as above
    row = (await connection.execute(text(query), {"workspace": workspace_id, "key": key})).one_or_none()
    return None if row is None else TaskRow(*row)


async def count_tasks(connection: AsyncConnection, workspace_id: UUID) -> dict[TaskStatus, int]:
    """Return the number of tasks in each status that has some; those that are snoozed count in none."""
    rows = await connection.execute(
        text(
            "select status, count(*) as total from task where workspace_id = :workspace"
            " and (snoozed_until is null or snoozed_until <= now()) group by status"
        ),
        {"workspace": workspace_id},
    )
    return {TaskStatus(row.status): row.total for row in rows}


@dataclass(frozen=True, slots=True)
class Woken:
    """A task whose snooze has ended."""

    id: UUID
    workspace_id: UUID
    number: int
    title: str
    status: str
    snoozed_until: datetime


async def wake(connection: AsyncConnection, workspace_id: UUID, *, limit: int) -> list[Woken]:
    """End the snooze of tasks whose time has come, the earliest first; return them.

    The version stays: nobody edited them, and whoever edits one right now is no conflict.
    """
    rows = await connection.execute(
        text(
            "update task t set snoozed_until = null from ("
            "   select id, snoozed_until from task where snoozed_until <= now() and workspace_id = :workspace"
            "   order by snoozed_until limit :limit for update skip locked) due"
            " where t.id = due.id"
            " returning t.id, t.workspace_id, t.number, t.title, t.status, due.snoozed_until"
        ),
        {"workspace": workspace_id, "limit": limit},
    )
    return [Woken(*row) for row in rows]


async def workspaces_to_wake(connection: AsyncConnection) -> list[UUID]:
    """Return the workspaces that have tasks whose snooze has ended."""
    rows = await connection.execute(
        text("select distinct workspace_id from task where snoozed_until <= now() limit 1000")
    )
    return list(rows.scalars())


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
