"""Orders of a list of tasks, and what it takes to read a page of each without reading all tasks.

A page is read from ordered ranges of indexes, its *branches*, which are merged. There is one per status, because a list
is nearly always narrowed to some, and a rare status would be a needle in the range of another; so each column that can
be sorted by has an index `(workspace_id, status, <column>, id)`. Where an order groups rows (by status, by assignee,
tasks without a date after those with one), each group has branches of its own, and the groups follow each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tracker_core.tables import TaskStatus


class SortKey(StrEnum):
    """What a list can be sorted by."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    PRIORITY = "priority"
    DUE_ON = "due_on"
    """Tasks without a date come last, in both directions."""
    NUMBER = "number"
    CONFIDENCE = "confidence"
    """Tasks that nobody proposed come last, in both directions."""
    TITLE = "title"
    CATEGORY = "category"
    STATUS = "status"
    """In the order of a task's life."""
    ASSIGNEE = "assignee"
    """By name; what nobody does comes last, in both directions."""
    SOURCE = "source"
    """By name; what was made by hand comes last, in both directions."""


@dataclass(frozen=True)
class Sort:
    """Order of a list; the id breaks ties, in the same direction."""

    key: SortKey
    descending: bool


@dataclass(frozen=True)
class Position:
    """The last row of a page."""

    group: str
    """Name of the group that it stands in; empty in an order that has none, and in the group of those without."""
    key: str
    """The sort key's value as text; empty where the id alone sorts."""
    id: UUID


@dataclass(frozen=True)
class Branch:
    """An ordered range of tasks."""

    rank: int
    """Groups follow each other by rank."""
    group: str
    condition: str
    key: tuple[str, str] | None
    """Expression and type that it is ordered by before the id; None for the id alone."""


_COLUMNS: Mapping[SortKey, tuple[str, str] | None] = {
    # UUIDv7 ids sort by time of creation.
    SortKey.CREATED_AT: None,
    SortKey.UPDATED_AT: ("t.updated_at", "timestamptz"),
    SortKey.PRIORITY: ("array_position(array['low', 'medium', 'high', 'urgent'], t.priority)", "int"),
    SortKey.NUMBER: ("t.number", "int"),
    SortKey.TITLE: ("lower(left(t.title, 100))", "text"),
    SortKey.CATEGORY: ("t.category", "text"),
}
_PERHAPS: Mapping[SortKey, tuple[str, str]] = {
    SortKey.DUE_ON: ("t.due_on", "date"),
    SortKey.CONFIDENCE: ("t.confidence", "float8"),
}
NAMED: Mapping[SortKey, str] = {SortKey.ASSIGNEE: "t.assignee_id", SortKey.SOURCE: "t.source_id"}
"""Keys whose order is that of names in another table, and the column that refers to it."""


def branches(
    sort: Sort, statuses: Sequence[TaskStatus], names: Sequence[UUID] = (), *, together: bool = False
) -> Iterator[Branch]:
    """Return the branches of an order, by rank.

    Args:
        sort: The order.
        statuses: Those that the list is narrowed to.
        names: For an order by name: all referred rows, by name.
        together: One branch for all statuses of a group: what is read is no index.
    """
    chosen = [status for status in TaskStatus if status in statuses]
    parts = [_is(*chosen)] if together else [_is(status) for status in chosen]
    if sort.key is SortKey.STATUS:
        for rank, status in enumerate(reversed(chosen) if sort.descending else chosen):
            yield Branch(rank, status, _is(status), None)
    elif sort.key in NAMED:
        column = NAMED[sort.key]
        groups = [(str(name), f"{column} = '{UUID(str(name))}'") for name in names]
        for rank, (group, condition) in enumerate(
            [*(groups[::-1] if sort.descending else groups), ("", f"{column} is null")]
        ):
            for part in parts:
                yield Branch(rank, group, f"{condition} and {part}", None)
    elif sort.key in _PERHAPS:
        column = _PERHAPS[sort.key][0]
        for part in parts:
            yield Branch(0, "some", f"{column} is not null and {part}", _PERHAPS[sort.key])
        for part in parts:
            yield Branch(1, "", f"{column} is null and {part}", None)
    else:
        for part in parts:
            yield Branch(0, "", part, _COLUMNS[sort.key])


def _is(*statuses: TaskStatus) -> str:
    # Literals, because the planner has to know how rare each is.
    return f"t.status in ({', '.join(f"'{TaskStatus(status)}'" for status in statuses)})"
