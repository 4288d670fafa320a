"""What the pages of the dashboard ask of the API, with everything that people can choose there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
from tracker_api.paging import encode_cursor
from tracker_core.repositories.task_orders import SortKey
from tracker_core.tables import TaskStatus

from tests.bench.filling import RARE


@dataclass(frozen=True)
class Question:
    kind: str
    """Line of the table that it counts in."""
    path: str


@dataclass(frozen=True)
class Team:
    """What the questions have to know of the data."""

    tasks: int
    member: UUID
    source: UUID
    message: UUID
    """One in the middle of the years."""
    task: UUID
    """As old as that."""
    dead_letter: UUID
    chatty: int
    """Number of a task in a conversation of thousands."""
    seq: int
    """Of the newest frame of the live feed."""


FLOOR = Question("who am I: two queries, the floor", "/api/me")

# Each kind of filter, alone and together; what is rare is harder than what is common.
_FILTERS: Mapping[str, str] = {
    "": "all",
    "status:open": "status",
    "status:done": "status",
    "priority:>=high status:open": "priority",
    "priority:urgent": "priority",
    "category:bug,incident": "category",
    "source:bench/source-3 status:open category:bug": "Source",
    "source:bench/source-15": "Source",
    "assignee:none priority:urgent": "assignee",
    "assignee:me status:open": "assignee",
    "label:customer-17": "label",
    "-label:backend status:open": "label",
    "due:<7d status:open": "dates",
    "is:overdue": "dates",
    "created:>300d status:triage": "dates",
    "updated:<7d": "dates",
    "confidence:<55% status:open": "confidence",
    "is:snoozed": "snoozed",
    "export": "a frequent word",
    RARE: "a rare word",
    "refund coupon": "several words",
    "refund coupon status:open label:backend": "several words",
    "помилка експорт": "other languages",
    "Rechnung Anmeldung": "other languages",
    "INV-4711": "a number",
    "#4711": "a number",
    "xylophone": "a word that is nowhere",
}
_SORTS = [f"{sign}{key}" for key in SortKey for sign in ("", "-")]
_LANES = ("assignee", "priority", "category", "source")


def questions(team: Team) -> Iterator[Question]:
    """Return everything that a page can ask, each once."""
    yield FLOOR
    yield from _inbox()
    yield from _board(team)
    yield from _table(team)
    yield from _calendar()
    yield from _task(team)
    yield from _messages(team)
    yield from _figures()
    for missed in (0, 100, 400):
        yield Question("live feed: back with a cursor", f"/ws?since={team.seq - missed}")
    for missed in (600, 900):
        yield Question("live feed: back after a restart and 900 frames", f"/ws?since={team.seq - missed}")
    for path in ("members", "tokens", "me/notifications", "me/identities", "webhooks", "samples", "views"):
        yield Question("settings, views and what every page loads", f"/api/{path}")


def _url(path: str, **parameters: str | int) -> str:
    return str(httpx.URL(path, params=parameters))


def _inbox() -> Iterator[Question]:
    kind = "inbox: waiting, snoozed, declined"
    for narrowed in (
        {"status": "triage", "snoozed": "false", "sort": "-created_at"},
        {"status": "triage", "snoozed": "true", "sort": "-created_at"},
        {"status": "declined", "sort": "-updated_at"},
    ):
        yield Question(kind, _url("/api/tasks", **narrowed))
    yield Question("inbox: counts", "/api/tasks/counts")


def _board(team: Team) -> Iterator[Question]:
    sorts = {"todo": "-created_at", "in_progress": "-updated_at", "done": "-updated_at", "triage": "-created_at"}
    for status, sort in sorts.items():
        for text in ("", "label:backend", "priority:>=high"):
            yield Question("board: a column", _url("/api/tasks", filter=text, status=status, sort=sort))
        for lane in (
            f"assignee:{team.member}",
            "assignee:none",
            "priority:urgent",
            "category:bug",
            f"source:{team.source}",
        ):
            yield Question(
                "board: a cell of a lane", _url("/api/tasks", filter=lane, status=status, sort=sort, limit=20)
            )
    for by in _LANES:
        for text in ("", "status:open", "label:backend", "export"):
            yield Question("board: counts of its lanes", _url("/api/tasks/groups", filter=text, by=by))


def _table(team: Team) -> Iterator[Question]:
    for text, kind in _FILTERS.items():
        for sort in _SORTS:
            asked: dict[str, str | int] = {"filter": text, "sort": sort, "limit": 50}
            yield Question(f"table by {kind}: a page", _url("/api/tasks", **asked))
            deep = encode_cursor(sort, *_middle(sort.removeprefix("-"), team))
            yield Question(f"table by {kind}: a page deep inside", _url("/api/tasks", cursor=deep, **asked))
        yield Question("table: count of what a filter finds", _url("/api/tasks/groups", filter=text, by="nothing"))
    for typed in ("exp", "export login", RARE, "#47"):
        yield Question("search while typing", _url("/api/tasks", q=typed, limit=8))


def _middle(key: str, team: Team) -> tuple[str, str, str]:
    """Return a position about the middle of an order: group, key, id."""
    groups = {
        SortKey.DUE_ON: "some",
        SortKey.CONFIDENCE: "some",
        SortKey.STATUS: TaskStatus.DONE,
        SortKey.ASSIGNEE: str(team.member),
        SortKey.SOURCE: str(team.source),
    }
    middle = (datetime.now(UTC) - timedelta(days=365)).isoformat()
    keys = {
        SortKey.UPDATED_AT: middle,
        SortKey.PRIORITY: "2",
        SortKey.DUE_ON: middle[:10],
        SortKey.NUMBER: str(team.tasks // 2),
        SortKey.CONFIDENCE: "0.75",
        SortKey.TITLE: "login",
        SortKey.CATEGORY: "feature",
    }
    return groups.get(SortKey(key), ""), keys.get(SortKey(key), ""), str(team.task)


def _calendar() -> Iterator[Question]:
    today = datetime.now(UTC).date()
    for back in (0, 6, 24):
        first = (today.replace(day=1) - timedelta(days=30 * back)).isoformat()
        last = (today.replace(day=1) - timedelta(days=30 * back - 41)).isoformat()
        for text in ("", "status:open", "assignee:me", "export"):
            parameters = {"from": first, "to": last, "filter": text, "per_day": "5"}
            yield Question("calendar: six weeks", str(httpx.URL("/api/tasks/calendar", params=parameters)))


def _task(team: Team) -> Iterator[Question]:
    for task in (1, team.tasks // 2, team.tasks, team.chatty):
        yield Question("task: itself, conversation, verdicts", f"/api/tasks/{task}")
        yield Question("task: activity, comments, replies", f"/api/tasks/{task}/events?limit=100")
        yield Question("task: activity, comments, replies", f"/api/tasks/{task}/comments?limit=200")
        yield Question("task: activity, comments, replies", f"/api/tasks/{task}/replies?limit=100")


def _messages(team: Team) -> Iterator[Question]:
    deep = encode_cursor(str(team.message))
    for state in ("", "task", "ignored", "waiting", "dead"):
        for source in ("", "bench/source-3", "bench/source-15"):
            narrowed = {name: value for name, value in (("state", state), ("source", source)) if value}
            yield Question("messages by state and Source", _url("/api/messages", **narrowed))
            yield Question("messages by state and Source, deep inside", _url("/api/messages", cursor=deep, **narrowed))
    for words in ("export", RARE, "refund coupon", "помилка експорт", "INV-471100", "xylophone"):
        for narrowed in (
            {},
            {"state": "dead"},
            {"source": "bench/source-15"},
            {"state": "task", "source": "bench/source-3"},
        ):
            yield Question("messages: search", _url("/api/messages", q=words, **narrowed))
        yield Question("messages: search", _url("/api/messages", q=words, cursor=deep))
    yield Question("messages: one", f"/api/messages/{team.message}")
    for narrowed in (
        {"state": "open"},
        {"state": "discarded"},
        {"state": "open", "source": "bench/source-3"},
        {"q": "gave up 12"},
    ):
        yield Question("dead letters", _url("/api/dead-letters", **narrowed))
    yield Question("dead letters", f"/api/dead-letters/{team.dead_letter}")


def _figures() -> Iterator[Question]:
    yield Question("ledger", "/api/ledger")
    yield Question("ledger", "/api/ledger?source=bench/source-3")
    yield Question("Sources: health and counts", "/api/sources")
    yield Question("system health", "/api/health")
    yield Question("history of everything", "/api/events?limit=100")
    today = datetime.now(UTC).date()
    for name, days in (("a week", 7), ("a month", 30), ("a quarter", 90), ("a year", 365)):
        parameters = {"from": (today - timedelta(days=days - 1)).isoformat(), "to": today.isoformat()}
        yield Question(
            f"statistics of {name}, and the one before", str(httpx.URL("/api/statistics", params=parameters))
        )
        for source in ({}, {"source": "bench/source-3"}):
            yield Question(f"accuracy of {name}", _url("/api/accuracy", days=days, **source))
