"""What a filter means: its values as statuses, days, members and Sources of the workspace."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.errors import InvalidInputError
from tracker_core.repositories import accounts, sources
from tracker_core.repositories.task_terms import Asked, Comparison, Term
from tracker_core.repositories.tasks import TaskFilter
from tracker_core.tables import Category, Priority, TaskStatus

from tracker_api.auth import Principal
from tracker_api.tasks.filter_text import EXAMPLES, Asking, read_filter

OPEN = (TaskStatus.TRIAGE, TaskStatus.TODO, TaskStatus.IN_PROGRESS)
_STATUSES: Mapping[str, Sequence[TaskStatus]] = {
    "open": OPEN,
    "closed": (TaskStatus.DONE, TaskStatus.DECLINED, TaskStatus.DUPLICATE),
} | {status.value: (status,) for status in TaskStatus}
_PRIORITIES = tuple(Priority)
"""From low to urgent."""

_SPAN = re.compile(r"(\d{1,4})([hdwm])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24}


@dataclass(frozen=True)
class Asker:
    """Who asks, and when: what `me` and `today` mean."""

    member_id: UUID
    now: datetime
    today: date
    """On the asker's calendar."""


async def understand(
    connection: AsyncConnection, principal: Principal, text: str, wanted: TaskFilter, today: date | None
) -> TaskFilter | None:
    """Narrow `wanted` by a filter; None when nothing can fulfil both.

    Raises:
        InvalidInputError: the filter cannot be understood.
    """
    read = read_filter(text)
    now = datetime.now(UTC)
    asker = Asker(principal.member_id, now, today or now.date())
    statuses = set(wanted.statuses or TaskStatus)
    terms: list[Term] = []
    for asking in read.askings:
        if asking.field == "status":
            named = {status for value in asking.values for status in _status(asking, value)}
            statuses = statuses - named if asking.negated else statuses & named
        elif asking.field in ("assignee", "source"):
            terms.append(await _referring(connection, principal, asking))
        else:
            terms.append(_READERS[asking.field](asking, asker))
    if not statuses:
        return None
    query = " ".join(part for part in (wanted.query, read.words) if part)
    narrowed = [] if len(statuses) == len(TaskStatus) else [status for status in TaskStatus if status in statuses]
    return replace(wanted, statuses=narrowed, query=query, terms=[*wanted.terms, *terms])


def _wrong(asking: Asking, value: str) -> InvalidInputError:
    return InvalidInputError(
        f"query.filter: {asking.field} cannot be {value[:50]!r}", cure=f"Write it like {EXAMPLES[asking.field]}"
    )


def _plain(asking: Asking) -> tuple[str, ...]:
    if asking.comparison:
        raise _wrong(asking, asking.comparison)
    return asking.values


def _status(asking: Asking, value: str) -> Sequence[TaskStatus]:
    _plain(asking)
    found = _STATUSES.get(value.lower())
    if found is None:
        raise _wrong(asking, value)
    return found


def _priority(asking: Asking, _: Asker) -> Term:
    ranks = []
    for value in asking.values:
        if value.lower() not in _PRIORITIES:
            raise _wrong(asking, value)
        ranks.append(_PRIORITIES.index(Priority(value.lower())))
    if asking.comparison:
        if len(ranks) > 1:
            raise _wrong(asking, ",".join(asking.values))
        ranks = [rank for rank in range(len(_PRIORITIES)) if _COMPARE[asking.comparison](rank, ranks[0])]
    return Term(Asked.PRIORITY, tuple(_PRIORITIES[rank].value for rank in ranks), negated=asking.negated)


_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}


def _category(asking: Asking, _: Asker) -> Term:
    values = tuple(value.lower() for value in _plain(asking))
    for value in values:
        if value not in list(Category):
            raise _wrong(asking, value)
    return Term(Asked.CATEGORY, values, negated=asking.negated)


def _label(asking: Asking, _: Asker) -> Term:
    values = tuple(None if value == "none" else value for value in _plain(asking))
    return Term(Asked.LABEL, values, negated=asking.negated)


def _confidence(asking: Asking, _: Asker) -> Term:
    value = _only(asking)
    number = value.removesuffix("%")
    try:
        share = float(number) / (100 if number != value else 1)
    except ValueError:
        raise _wrong(asking, value) from None
    if not 0 <= share <= 1:
        raise _wrong(asking, value)
    comparison = Comparison(asking.comparison) if asking.comparison else Comparison.IN
    return Term(Asked.CONFIDENCE, (share,), comparison, asking.negated)


def _flag(asking: Asking, asker: Asker) -> Term:
    value = _only(asking)
    if asking.comparison:
        raise _wrong(asking, asking.comparison)
    match value.lower():
        case "snoozed":
            return Term(Asked.SNOOZED, negated=asking.negated)
        case "overdue":
            return Term(Asked.OVERDUE, (asker.today,), negated=asking.negated)
        case "unassigned":
            return Term(Asked.ASSIGNEE, (None,), negated=asking.negated)
    raise _wrong(asking, value)


def _due(asking: Asking, asker: Asker) -> Term:
    if asking.values == ("overdue",) and not asking.comparison:
        return Term(Asked.OVERDUE, (asker.today,), negated=asking.negated)
    if asking.values in (("none",), ("any",)) and not asking.comparison:
        return Term(Asked.DUE, (None,), negated=asking.negated != (asking.values == ("any",)))
    value = _only(asking)
    span = _SPAN.fullmatch(value.lower())
    if span is not None:
        if span[2] == "h":
            raise _wrong(asking, value)
        day = asker.today + timedelta(hours=int(span[1]) * _HOURS[span[2]])
        # `due:7d` is what falls due within seven days.
        first, last = (day, day) if asking.comparison else (asker.today, day)
    else:
        first, last = _days(asking, value, asker)
    return _within(Asked.DUE, asking, first, last + timedelta(days=1))


def _moment(asking: Asking, asker: Asker) -> Term:
    """Read `created` and the other moments: an age (`<7d` is younger than a week), or days, which are those of UTC."""
    asked = Asked(asking.field)
    value = _only(asking)
    span = _SPAN.fullmatch(value.lower())
    if span is not None:
        then = asker.now - timedelta(hours=int(span[1]) * _HOURS[span[2]])
        older = asking.comparison in (">", ">=")
        return Term(asked, (then,), Comparison.BELOW if older else Comparison.AT_LEAST, asking.negated)
    first, last = _days(asking, value, asker)
    return _within(asked, asking, _midnight(first), _midnight(last + timedelta(days=1)))


def _within[Time: (date, datetime)](asked: Asked, asking: Asking, begin: Time, end: Time) -> Term:
    """Return the term for a stretch from `begin` up to, and without, `end`."""
    match asking.comparison:
        case "<":
            values, comparison = (begin,), Comparison.BELOW
        case "<=":
            values, comparison = (end,), Comparison.BELOW
        case ">":
            values, comparison = (end,), Comparison.AT_LEAST
        case ">=":
            values, comparison = (begin,), Comparison.AT_LEAST
        case _:
            return Term(asked, (begin, end), Comparison.WITHIN, asking.negated)
    return Term(asked, values, comparison, asking.negated)


def _days(asking: Asking, value: str, asker: Asker) -> tuple[date, date]:
    """Return the first and the last day that a value names."""
    begin, dots, end = value.partition("..")
    first = _day(asking, begin, asker)
    last = _day(asking, end, asker) if dots else first
    if asking.comparison and dots:
        raise _wrong(asking, asking.comparison + value)
    return first, last


def _day(asking: Asking, value: str, asker: Asker) -> date:
    named = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(value.lower())
    if named is not None:
        return asker.today + timedelta(days=named)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _wrong(asking, value) from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise _wrong(asking, value)
    return day


_FIRST_YEAR, _LAST_YEAR = 1900, 9000


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _only(asking: Asking) -> str:
    if len(asking.values) > 1:
        raise _wrong(asking, ",".join(asking.values))
    return asking.values[0]


_READERS: Mapping[str, Callable[[Asking, Asker], Term]] = {
    "priority": _priority,
    "category": _category,
    "label": _label,
    "due": _due,
    "created": _moment,
    "updated": _moment,
    "decided": _moment,
    "replied": _moment,
    "closed": _moment,
    "confidence": _confidence,
    "is": _flag,
}


async def _referring(connection: AsyncConnection, principal: Principal, asking: Asking) -> Term:
    ids: list[UUID | None] = []
    members = await accounts.list_members(connection, principal.workspace_id) if asking.field == "assignee" else []
    for value in _plain(asking):
        found: list[UUID]
        if value == "none":
            ids.append(None)
            continue
        if asking.field == "source":
            found = await sources.find_source_ids(connection, principal.workspace_id, [value])
        elif value == "me":
            found = [principal.member_id]
        else:
            sought = value.casefold()
            named = [member for member in members if sought in (str(member.id), (member.email or "").casefold())]
            named = named or [member for member in members if member.name.casefold() == sought]
            found = [member.id for member in named]
        if not found:
            what = "member" if asking.field == "assignee" else "Source"
            raise InvalidInputError(
                f"query.filter: there is no {what} {value[:80]!r}", cure=f"Write it like {EXAMPLES[asking.field]}"
            )
        ids += found
    return Term(Asked(asking.field), tuple(ids), negated=asking.negated)
