"""Statistics: what is counted, that sums of past days change nothing, and that each figure is a list."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tracker_core.ids import new_id
from tracker_core.repositories.daily import first_key, sum_up
from tracker_core.repositories.removing import remove_source
from tracker_core.tables import Role

from tests.api.conftest import Api

TODAY = datetime.now(UTC).date()
WEEK = {"from": str(TODAY - timedelta(days=6)), "to": str(TODAY)}


def noon(days_ago: int) -> datetime:
    return datetime.combine(TODAY - timedelta(days=days_ago), time(12), UTC)


def key(days_ago: int) -> UUID:
    """A UUIDv7 of that noon."""
    return UUID(int=first_key(TODAY - timedelta(days=days_ago)).int + (12 * 3600 * 1000 << 80) + (new_id().int % 2**62))


async def add_message(api: Api, source_id: UUID, days_ago: int, *, seconds: float | None = None, **cost: Any) -> UUID:
    """A message of that day, judged after so many seconds."""
    message_id = key(days_ago)
    await api.add_message(source_id, str(message_id), id=message_id, recorded_at=noon(days_ago))
    if seconds is not None:
        verdict = {
            "id": key(days_ago),
            "workspace_id": api.team.workspace_id,
            "message_id": message_id,
            "provider": "embedded",
            "model": "test-1",
            "prompt_version": "",
            "category": "bug",
            "priority": "high",
            "actionable": True,
            "confidence": 0.9,
            "language": "en",
            "reason": "",
            "tokens_in": 0,
            "tokens_out": 0,
            "cost_micros": 0,
            "latency_ms": 20.0,
            "created_at": noon(days_ago) + timedelta(seconds=seconds),
        } | cost
        await api.insert("verdict", verdict, output="{}")
    return message_id


async def add_task(api: Api, days_ago: int, **fields: Any) -> UUID:
    source_id: UUID = fields.pop("source_id", None) or await api.add_source("made")
    task_id, _ = await api.add_suggestion(source_id, str(new_id()), created_at=noon(days_ago), **fields)
    return task_id


async def statistics(admin: httpx.AsyncClient, **period: str) -> Any:
    answer = await admin.get("/api/statistics", params=period or WEEK)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_period_stands_beside_the_one_before(api: Api, admin: httpx.AsyncClient) -> None:
    inbox, mail = await api.add_source("inbox"), await api.add_source("mail")
    for days_ago in (0, 1, 1, 8, 20):
        await add_message(api, inbox, days_ago)
    await add_message(api, mail, 6)
    await add_message(api, mail, 13)
    found = await statistics(admin)

    assert found["period"] == WEEK
    assert found["before"] == {"from": str(TODAY - timedelta(days=13)), "to": str(TODAY - timedelta(days=7))}
    assert found["messages"] == {"now": 4, "before": 2}
    assert [(row["source"], row["messages"]) for row in found["by_source"]] == [
        ("default/inbox", {"now": 3, "before": 1}),
        ("default/mail", {"now": 1, "before": 1}),
    ]
    assert [step["messages"] for step in found["over_time"]] == [
        {"now": 1, "before": 1},
        *[{"now": 0, "before": 0}] * 4,
        {"now": 2, "before": 1},
        {"now": 1, "before": 0},
    ]


async def test_sums_of_past_days_say_the_same(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source()
    for days_ago in range(16):
        await add_message(api, source_id, days_ago, seconds=0.5 * (days_ago + 1), cost_micros=days_ago, tokens_in=7)
    counted = await statistics(admin)
    summed = await sum_up(api.context.engine, datetime.now(UTC) + timedelta(hours=2))
    again = await sum_up(api.context.engine, datetime.now(UTC) + timedelta(hours=2))

    assert (summed in (15, 16), again) == (True, 0)
    assert await statistics(admin) == counted
    assert counted["messages"] == {"now": 7, "before": 7}
    assert counted["models"][0]["cost_micros"] == {"now": 21, "before": 70}
    assert counted["models"][0]["tokens_in"] == 49


async def test_sums_forget_what_was_removed(api: Api, admin: httpx.AsyncClient) -> None:
    source_id, gone = await api.add_source(), await api.add_source("gone")
    await add_message(api, source_id, 3, seconds=1)
    await add_message(api, gone, 3, seconds=1)
    await sum_up(api.context.engine, datetime.now(UTC))
    async with api.context.engine.begin() as connection:
        await remove_source(connection, api.team.workspace_id, gone, "default/gone")
    left = await statistics(admin)
    await sum_up(api.context.engine, datetime.now(UTC))

    assert (left["messages"]["now"], left["models"][0]["verdicts"]["now"]) == (1, 1)
    assert await statistics(admin) == left


async def test_times_are_told_by_median_and_90th_percentile(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source()
    for seconds in [1.0] * 8 + [60.0] * 2:
        await add_message(api, source_id, 2, seconds=seconds, latency_ms=seconds * 10)
    await add_message(api, source_id, 2)
    found = await statistics(admin)
    judged, latency = found["speeds"]["judged"]["now"], found["models"][0]["latency"]

    assert judged["count"] == 10
    assert judged["median"] == pytest.approx(1.0, rel=0.25)
    assert judged["p90"] == pytest.approx(60.0, rel=0.25)
    assert (latency["count"], latency["median"]) == (10, pytest.approx(0.01, rel=0.25))
    assert found["speeds"]["replied"]["now"] == {"count": 0, "median": None, "p90": None}


async def test_whatever_changes_a_status_keeps_its_moments(api: Api, admin: httpx.AsyncClient) -> None:
    async def move(status: str) -> list[Any]:
        version = (await admin.get(f"/api/tasks/{task_id}")).json()["version"]
        await admin.patch(f"/api/tasks/{task_id}", json={"status": status}, headers={"if-match": f'"{version}"'})
        ((decided, closed),) = await api.rows("select decided_at, closed_at from task where id = :id", id=task_id)
        return [decided is not None, closed is not None]

    task_id = await add_task(api, 2)

    assert await move("todo") == [True, False]
    assert await move("done") == [True, True]
    assert await move("declined") == [True, True]
    assert await move("in_progress") == [True, False]
    assert await move("triage") == [False, False]


async def test_done_tasks_their_time_and_who_did_them(api: Api, admin: httpx.AsyncClient) -> None:
    ann = api.team.members[Role.MEMBER]
    await add_task(api, 4, status="done", closed_at=noon(2), assignee_id=ann)
    await add_task(api, 12, status="done", closed_at=noon(9))
    await add_task(api, 5, status="declined", closed_at=noon(5))
    await add_task(api, 3, status="todo", assignee_id=ann, due_on=TODAY - timedelta(days=1))
    await add_task(api, 3)
    found = await statistics(admin)
    days = timedelta(days=1).total_seconds()

    assert found["tasks"] == {"now": 4, "before": 1}
    assert found["done"] == {"now": 1, "before": 1}
    assert found["speeds"]["finished"]["now"] == {"count": 1, "median": 2 * days, "p90": 2 * days}
    assert found["speeds"]["finished"]["before"]["median"] == 3 * days
    assert found["load"] == [
        {
            "member": {"id": str(ann), "name": "Member"},
            "todo": 1,
            "in_progress": 0,
            "overdue": 1,
            "done": {"now": 1, "before": 0},
        },
        {"member": None, "todo": 0, "in_progress": 0, "overdue": 0, "done": {"now": 0, "before": 1}},
    ]
    assert [(step["tasks"], step["closed"], step["open"]) for step in found["over_time"]] == [
        (0, 0, 0),
        (1, 1, 0),
        (1, 0, 1),
        (2, 0, 3),
        (0, 1, 2),
        (0, 0, 2),
        (0, 0, 2),
    ]


async def test_the_backlog_of_a_past_day_leaves_out_what_came_later(api: Api, admin: httpx.AsyncClient) -> None:
    await add_task(api, 9, status="done", closed_at=noon(3))
    await add_task(api, 8, status="todo")
    await add_task(api, 2, status="todo")
    found = await statistics(admin, **{"from": str(TODAY - timedelta(days=10)), "to": str(TODAY - timedelta(days=5))})

    assert [step["open"] for step in found["over_time"]] == [0, 1, 2, 2, 2, 2]


async def test_the_first_answer_of_a_person_counts(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source(kind="email", reply={"enabled": True})
    task_id, message_id = await api.add_suggestion(source_id, created_at=noon(1))
    reply = {
        "workspace_id": api.team.workspace_id,
        "task_id": task_id,
        "message_id": message_id,
        "source_id": source_id,
        "body": "On it",
        "state": "queued",
        "attempts": 0,
        "last_error": "",
        "external_id": "",
        "url": "",
        "created_at": noon(1),
    }
    for kind, minutes in (("status", 5), ("reply", 30), ("reply", 90)):
        await api.insert("reply", reply | {"id": new_id(), "kind": kind})
        sent_at = noon(1) + timedelta(minutes=minutes)
        await api.execute("update reply set state = 'sent', sent_at = :at where state = 'queued'", at=sent_at)
    found = await statistics(admin)

    assert found["speeds"]["replied"]["now"] == {"count": 1, "median": 1800.0, "p90": 1800.0}


async def test_right_and_corrected_verdicts_are_counted(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source()
    right, _ = await api.add_suggestion(source_id, "right")
    wrong, _ = await api.add_suggestion(source_id, "wrong")
    for task_id, patch in ((right, {"status": "todo"}), (wrong, {"category": "question", "status": "todo"})):
        await admin.patch(f"/api/tasks/{task_id}", json=patch, headers={"if-match": '"1"'})
    quality = (await statistics(admin))["quality"]

    assert quality["reviewed"] == {"now": 2, "before": 0}
    assert quality["right"] == {"now": 1, "before": 0}
    assert quality["corrections"]["now"] >= 1


async def test_each_figure_has_its_list(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source()
    await add_message(api, source_id, 1)
    await add_message(api, source_id, 9)
    await add_task(api, 3, source_id=source_id, status="done", closed_at=noon(2), decided_at=noon(3), id=key(3))
    await add_task(api, 9, source_id=source_id, status="done", closed_at=noon(8), id=key(9))
    period = f"{WEEK['from']}..{WEEK['to']}"

    async def count(path: str, **query: str) -> int:
        answer = await admin.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["items"])

    for field, expected in (("created", 1), ("closed", 1), ("decided", 1), ("replied", 0)):
        assert await count("/api/tasks", filter=f"{field}:{period}") == expected, field
    of_week = (await statistics(admin))["messages"]["now"]
    assert await count("/api/messages", **WEEK) == of_week
    assert await count("/api/messages", source="default/inbox", state="ignored", **WEEK) == 1


async def test_a_year_is_told_by_weeks(api: Api, admin: httpx.AsyncClient) -> None:
    found = await statistics(admin, **{"from": "2025-01-01", "to": "2025-12-31"})
    steps = [(step["from"], step["to"]) for step in found["over_time"]]

    assert found["unit"] == "week"
    assert steps[:2] == [("2025-01-01", "2025-01-05"), ("2025-01-06", "2025-01-12")]
    assert (steps[-1], len(steps)) == (("2025-12-29", "2025-12-31"), 53)
    assert all(date.fromisoformat(first).weekday() == 0 for first, _ in steps[1:])


async def test_figures_of_nothing_are_zero(admin: httpx.AsyncClient) -> None:
    found = (await admin.get("/api/statistics")).json()

    assert (len(found["over_time"]), found["unit"]) == (30, "day")
    assert found["messages"] == {"now": 0, "before": 0}
    assert (found["models"], found["load"], found["by_source"]) == ([], [], [])


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ({"from": "2026-05-02", "to": "2026-05-01"}, "2026-05-02 is after 2026-05-01"),
        ({"from": "2024-01-01", "to": "2026-05-01"}, "more than 366 days"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "yesterday"}, "to"),
    ],
)
async def test_a_wrong_period_is_refused_with_its_cure(shared_api: Api, period: dict[str, str], said: str) -> None:
    async with shared_api.client() as client:
        answer = await client.get("/api/statistics", params=period)

    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert answer.json()["cure"]
