"""What people do with suggestions is what triage learns from."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from tracker_core.ids import new_id
from tracker_core.tables import Role
from tracker_core.vectors import VECTOR_SIZE, literal, parse

from tests.api.conftest import NOON, Api

VECTOR = [0.5, 0.5, 0.5, 0.5] + [0.0] * (VECTOR_SIZE - 4)
OWN = {"model": "test-1", "categories": {"bug": 0.9, "task": 0.1}, "priorities": {"high": 1.0}}


async def edit(client: httpx.AsyncClient, key: object, **fields: object) -> dict[str, Any]:
    version = (await client.get(f"/api/tasks/{key}")).json()["version"]
    answer = await client.patch(f"/api/tasks/{key}", json=fields, headers={"if-match": f'"{version}"'})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def correct(client: httpx.AsyncClient, message_id: UUID, **said: object) -> httpx.Response:
    return await client.post(f"/api/messages/{message_id}/correction", json=said)


async def lessons(api: Api) -> list[tuple[str, ...]]:
    rows = await api.rows("select judged_category, judged_priority, category, priority from lesson order by id")
    return [tuple(row) for row in rows]


async def add_judged(api: Api, *, state: str = "ignored", category: str = "noise", **output: Any) -> UUID:
    """A message whose verdict made no task."""
    message_id = await api.add_message(
        await api.add_source(), f"judged {new_id()}", state=state, subject="Weekly news", text="Please print the list"
    )
    row = {
        "id": new_id(),
        "workspace_id": api.team.workspace_id,
        "message_id": message_id,
        "provider": "embedded",
        "model": "test-1",
        "prompt_version": "",
        "category": category,
        "priority": "low",
        "actionable": category != "noise",
        "confidence": 0.7,
        "language": "en",
        "reason": "Nothing to do in it",
        "tokens_in": 0,
        "tokens_out": 0,
        "cost_micros": 0,
        "latency_ms": 12.0,
        "created_at": NOON,
    }
    await api.insert("verdict", row, output=json.dumps(output))
    return message_id


async def test_accepting_confirms_and_keeps_what_the_lesson_needs(api: Api, admin: httpx.AsyncClient) -> None:
    task_id, message_id = await api.add_suggestion(await api.add_source())
    await api.execute(
        "update verdict set vector = cast(cast(:vector as text) as halfvec), vector_version = 'v1',"
        " output = cast(:output as jsonb)",
        vector=literal(VECTOR),
        output=json.dumps({"own": OWN}),
    )
    await edit(admin, 1, status="todo")

    (row,) = await api.rows("select *, vector::text as listed from lesson")
    assert (row.message_id, row.task_id, row.member_id) == (message_id, task_id, api.team.members[Role.ADMIN])
    assert (row.judged_category, row.category, row.judged_priority, row.priority) == ("bug", "bug", "high", "high")
    assert (row.confidence, row.vector_version, row.model) == (0.9, "v1", "test-1")
    assert list(parse(row.listed)) == VECTOR
    assert row.prediction["categories"] == {"bug": 0.9, "task": 0.1}
    (event,) = await api.rows("select * from event where verb = 'lesson.learned'")
    assert (event.entity_id, event.data) == (
        message_id,
        {"task_id": str(task_id), "number": 1, "confirmed": True},
    )


async def test_the_newest_word_about_a_message_counts(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_suggestion(await api.add_source())
    await edit(admin, 1, category="task")
    assert await lessons(api) == [("bug", "high", "task", "high")]
    await edit(admin, 1, status="todo", priority="low")
    await edit(admin, 1, category="feature")

    assert await lessons(api) == [("bug", "high", "feature", "low")]


async def test_a_word_that_is_taken_back_is_forgotten(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_suggestion(await api.add_source())
    for word in ({"category": "task"}, {"status": "todo"}, {"category": "noise"}):
        await edit(admin, 1, **word)
        assert len(await lessons(api)) == 1
        await edit(admin, 1, status="triage", category="bug")
        assert await lessons(api) == []


async def test_declining_and_other_edits_teach_nothing(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source()
    for number in (1, 2):
        await api.add_suggestion(source_id, f"m{number}")
    await edit(admin, 1, title="Better words", labels=["x"])
    await edit(admin, 1, status="declined")
    await edit(admin, 2, duplicate_of=1)

    assert await lessons(api) == []


async def test_noise_declines_the_task_and_is_learnt(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_suggestion(await api.add_source())
    declined = await edit(admin, 1, category="noise")

    assert (declined["status"], declined["category"]) == ("declined", "noise")
    assert await lessons(api) == [("bug", "high", "noise", "high")]
    refused = await admin.patch(
        "/api/tasks/1", json={"category": "noise", "status": "todo"}, headers={"if-match": '"2"'}
    )
    assert refused.status_code == 200, "it is noise already: the edit says nothing new about that"


async def test_doing_what_was_called_noise_does_not_teach_that_it_is(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_suggestion(await api.add_source())
    await api.execute("update task set category = 'noise'")
    await api.execute("update verdict set category = 'noise'")
    await edit(admin, 1, status="todo")
    assert await lessons(api) == []

    await edit(admin, 1, category="bug")
    assert await lessons(api) == [("noise", "high", "bug", "high")]


async def test_noise_that_is_to_be_done_is_refused(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_suggestion(await api.add_source())
    refused = await admin.patch(
        "/api/tasks/1", json={"category": "noise", "status": "todo"}, headers={"if-match": '"1"'}
    )

    assert (refused.status_code, await lessons(api)) == (422, [])


async def test_an_ignored_message_that_is_something_to_do_becomes_a_task(api: Api, admin: httpx.AsyncClient) -> None:
    message_id = await add_judged(api, title="Print the list", priorities={"low": 0.2, "high": 0.8})
    message = (await correct(admin, message_id, category="task")).json()

    assert (message["state"], message["state_reason"]) == ("task", "Admin said so")
    task = (await admin.get(f"/api/tasks/{message['task']['number']}")).json()
    assert (task["title"], task["status"], task["category"]) == ("Print the list", "todo", "task")
    assert (task["priority"], task["source"]["name"], task["confidence"]) == ("high", "inbox", 0.7)
    assert [shown["id"] for shown in task["messages"]] == [str(message_id)]
    assert await lessons(api) == [("noise", "low", "task", "high")]
    await edit(admin, task["number"], category="bug")
    assert await lessons(api) == [("noise", "low", "bug", "high")]


async def test_an_ignored_message_can_be_confirmed_to_be_noise(api: Api, admin: httpx.AsyncClient) -> None:
    message_id = await add_judged(api)
    message = (await correct(admin, message_id, category="noise")).json()

    assert (message["state"], message["task"]) == ("ignored", None)
    assert await lessons(api) == [("noise", "low", "noise", "low")]


async def test_a_message_with_a_task_is_corrected_by_its_task(api: Api, admin: httpx.AsyncClient) -> None:
    _, message_id = await api.add_suggestion(await api.add_source())
    assert (await correct(admin, message_id, category="bug")).status_code == 200
    assert await lessons(api) == [("bug", "high", "bug", "high")]
    assert (await correct(admin, message_id, category="feature", priority="low")).status_code == 200
    assert await lessons(api) == [("bug", "high", "feature", "low")]
    message = (await correct(admin, message_id, category="noise")).json()

    assert (message["task"]["status"], message["state"]) == ("declined", "task")
    assert await lessons(api) == [("bug", "high", "noise", "low")]


async def test_noise_that_had_joined_a_task_leaves_it(api: Api, admin: httpx.AsyncClient) -> None:
    task_id, _ = await api.add_suggestion(await api.add_source())
    joined = await add_judged(api, state="task", category="bug")
    await api.insert("task_message", {"task_id": task_id, "message_id": joined, "workspace_id": api.team.workspace_id})
    message = (await correct(admin, joined, category="noise")).json()

    assert (message["state"], message["task"]) == ("ignored", None)
    task = (await admin.get("/api/tasks/1")).json()
    assert (task["status"], task["message_count"]) == ("triage", 1)
    assert await lessons(api) == [("bug", "low", "noise", "low")]
    assert await api.value("select entity_id from event where verb = 'message.left'") == joined


@pytest.mark.parametrize("state", ["waiting", "dead"])
async def test_what_is_not_judged_cannot_be_corrected(api: Api, admin: httpx.AsyncClient, state: str) -> None:
    message_id = await api.add_message(await api.add_source(), "m1", state=state)
    answer = await correct(admin, message_id, category="bug")

    assert (answer.status_code, bool(answer.json()["cure"])) == (409, True)
    assert (await correct(admin, new_id(), category="bug")).status_code == 404
    assert (await correct(admin, message_id, category="spam")).status_code == 422


async def test_a_correction_that_is_sent_again_makes_one_task(api: Api, admin: httpx.AsyncClient) -> None:
    message_id = await add_judged(api)
    headers = {"idempotency-key": "k1"}
    for _ in range(2):
        answer = await admin.post(f"/api/messages/{message_id}/correction", json={"category": "task"}, headers=headers)
        assert answer.status_code == 200

    assert await api.value("select count(*) from task") == 1


async def test_accuracy_is_counted_from_what_people_said(api: Api, admin: httpx.AsyncClient) -> None:
    inbox, mail = await api.add_source("inbox"), await api.add_source("mail", kind="email")
    for number, source_id in enumerate((inbox, inbox, inbox, mail, mail), 1):
        await api.add_suggestion(source_id, f"m{number}")
    for number in (1, 2):
        await edit(admin, number, status="todo")
    await edit(admin, 3, category="task", priority="low")
    await edit(admin, 4, category="noise")

    found = (await admin.get("/api/accuracy")).json()
    assert found["totals"] == {
        "judged": 4,
        "category_right": 2,
        "priority_right": 3,
        "category_accuracy": 0.5,
        "priority_accuracy": 0.75,
    }
    assert [(row["source"], row["judged"], round(row["category_accuracy"], 2)) for row in found["by_source"]] == [
        ("default/inbox", 3, 0.67),
        ("default/mail", 1, 0.0),
    ]
    assert found["by_category"] == [
        {"category": "bug", "judged": 4, "right": 2, "corrected_to": {"noise": 1, "task": 1}}
    ]
    assert [(row["day"], row["source"], row["judged"], row["right"]) for row in found["over_time"]] == [
        (found["to"], None, 4, 2),
        (found["to"], "default/inbox", 3, 2),
        (found["to"], "default/mail", 1, 0),
    ]
    (step,) = found["calibration"]
    assert (step["from"], step["to"], step["judged"], step["accuracy"]) == (0.9, 1.0, 4, 0.5)
    assert step["confidence"] == pytest.approx(0.9)
    assert {row["field"]: row["count"] for row in found["corrections"]} == {
        "category": 2,
        "priority": 1,
        "actionable": 1,
    }

    mailed = (await admin.get("/api/accuracy", params={"source": "default/mail"})).json()
    assert (mailed["totals"]["judged"], mailed["totals"]["category_accuracy"]) == (1, 0.0)
    assert sum(row["count"] for row in mailed["corrections"]) == 2
    await api.execute("delete from lesson")
    empty = (await admin.get("/api/accuracy", params={"days": 1})).json()
    assert (empty["totals"]["judged"], empty["totals"]["category_accuracy"], empty["over_time"]) == (0, None, [])
    assert empty["from"] == empty["to"]
