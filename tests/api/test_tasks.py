"""Tasks: made, listed, changed."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tracker_core.ids import new_id
from tracker_core.tables import Role

from tests.api.conftest import Api


async def make(client: httpx.AsyncClient, title: str = "Mend the export", **fields: object) -> dict[str, Any]:
    answer = await client.post("/api/tasks", json={"title": title, **fields})
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def patch(
    client: httpx.AsyncClient, task: dict[str, Any], version: int | None = None, **fields: object
) -> httpx.Response:
    return await client.patch(
        f"/api/tasks/{task['id']}", json=fields, headers={"if-match": f'"{version or task["version"]}"'}
    )


async def test_a_task_made_by_hand_is_shown_by_number_and_id(admin: httpx.AsyncClient) -> None:
    task = await make(admin, priority="high", labels=["a", "a", "b"], due_on="2026-12-01")

    assert (task["number"], task["status"], task["version"]) == (1, "todo", 1)
    assert task["labels"] == ["a", "b"]
    for key in ("1", task["id"]):
        answer = await admin.get(f"/api/tasks/{key}")
        assert answer.headers["etag"] == '"1"'
        assert answer.json() == task | {
            "messages": [],
            "verdicts": [],
            "comment_count": 0,
            "duplicates": [],
            "merged": [],
        }


async def test_a_task_comes_with_the_conversation_around_its_message(api: Api, admin: httpx.AsyncClient) -> None:
    source_id, conversation = await api.add_source(), {"id": new_id(), "key": "thread"}
    await api.execute(
        "insert into conversation select :id, workspace_id, id, :key, now() from source where id = :source",
        source=source_id,
        **conversation,
    )
    thread = {"conversation_id": conversation["id"]}
    before = [await api.add_message(source_id, f"before {n}", **thread) for n in range(30)]
    task_id, own = await api.add_suggestion(source_id, "own")
    await api.execute("update message set conversation_id = :id where id = :own", id=conversation["id"], own=own)
    after = await api.add_message(source_id, "same here!!", **thread)
    await api.add_message(source_id, "elsewhere")

    task = (await admin.get(f"/api/tasks/{task_id}")).json()
    assert [message["id"] for message in task["messages"]] == [str(key) for key in (*before[-25:], own, after)]
    assert [message["task"] is not None for message in task["messages"]] == [False] * 25 + [True, False]
    assert {verdict["message_id"] for verdict in task["verdicts"]} == {str(own)}
    assert task["message_count"] == 1


async def test_numbers_count_from_one_without_a_hole(admin: httpx.AsyncClient) -> None:
    await make(admin)
    assert (await admin.post("/api/tasks", json={"title": "x", "assignee_id": str(uuid4())})).status_code == 422

    assert (await make(admin))["number"] == 2


@pytest.mark.parametrize(
    "sort", ["-created_at", "created_at", "-priority", "due_on", "-updated_at", "number", "confidence"]
)
async def test_pages_show_each_task_once_while_others_come_in(admin: httpx.AsyncClient, sort: str) -> None:
    priorities = ["low", "urgent", "medium"]
    there = [(await make(admin, f"Task {n}", priority=priorities[n % 3]))["id"] for n in range(7)]
    seen, cursor = [], None
    while True:
        page = (
            await admin.get("/api/tasks", params={"sort": sort, "limit": 2, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [task["id"] for task in page["items"]]
        await make(admin, "Came in between", priority="high")
        cursor = page["next"]
        if cursor is None or len(seen) > 30:
            break

    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


async def test_order_of_priorities_is_their_urgency(admin: httpx.AsyncClient) -> None:
    for priority in ("medium", "urgent", "low", "high"):
        await make(admin, priority=priority)

    items = (await admin.get("/api/tasks", params={"sort": "-priority"})).json()["items"]
    assert [task["priority"] for task in items] == ["urgent", "high", "medium", "low"]


async def test_filters_combine(api: Api, admin: httpx.AsyncClient) -> None:
    source = await api.add_source()
    suggestion, _ = await api.add_suggestion(source)
    mine = await make(admin, "Write the report", assignee_id=str(api.team.members[Role.ADMIN]), labels=["docs"])
    await make(admin, "Mend the printer", category="bug", priority="urgent")

    async def numbers(**params: str) -> list[int]:
        answer = await admin.get("/api/tasks", params=params)
        assert answer.status_code == 200, answer.text
        return [task["number"] for task in answer.json()["items"]]

    assert await numbers(status="triage,done") == [1]
    assert await numbers(status="todo,triage") == [3, 2, 1]
    assert await numbers(source="default/inbox") == [1]
    assert await numbers(source="nobody/nothing") == []
    assert await numbers(assignee="me") == [mine["number"]]
    assert await numbers(assignee="none", status="todo") == [3]
    assert await numbers(label="docs") == [2]
    assert await numbers(category="bug", priority="urgent") == [3]
    assert await numbers(q="report write") == [2]
    assert await numbers(q="rinte") == [3]
    assert await numbers(q="100%") == []
    assert await numbers(q='mend -printer "x') == []
    assert suggestion


@pytest.mark.parametrize("few", [0, 2000])
async def test_search_finds_the_same_whether_matches_are_few_or_many(
    api: Api, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("tracker_core.repositories.searching.FEW", few)
    source = await api.add_source()
    for number in range(4):
        await make(admin, f"Mend the export {number}", priority="low" if number % 2 else "high")
        await api.add_message(source, str(number), text=f"The export {number} is late")
    await make(admin, "Write the report")

    params: dict[str, str | int] = {"q": "export", "status": "todo,done", "limit": 3}
    first = (await admin.get("/api/tasks", params=params)).json()
    rest = (await admin.get("/api/tasks", params=params | {"cursor": first["next"]})).json()
    assert [task["number"] for task in first["items"] + rest["items"]] == [4, 3, 2, 1]
    sorted_tasks = (await admin.get("/api/tasks", params={"q": "export", "sort": "-priority"})).json()["items"]
    assert [task["number"] for task in sorted_tasks] == [3, 1, 4, 2]
    messages = (await admin.get("/api/messages", params={"q": "export late"})).json()["items"]
    assert [message["external_id"] for message in messages] == ["3", "2", "1", "0"]


async def test_snoozed_tasks_can_be_left_out(admin: httpx.AsyncClient) -> None:
    task = await make(admin)
    await patch(admin, task, snoozed_until="2999-01-01T00:00:00+02:00")

    assert (await admin.get("/api/tasks", params={"snoozed": "false"})).json()["items"] == []
    assert len((await admin.get("/api/tasks", params={"snoozed": "true"})).json()["items"]) == 1


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "nonsense"},
        {"cursor": "WzFd"},
        {"sort": "color"},
        {"limit": "0"},
        {"limit": "201"},
        {"status": "open"},
        {"assignee": "x"},
    ],
)
async def test_a_wrong_parameter_is_named(admin: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await admin.get("/api/tasks", params=params)

    assert answer.status_code == 422
    assert f"query.{next(iter(params))}" in answer.json()["detail"]


async def test_a_cursor_of_another_order_is_refused(admin: httpx.AsyncClient) -> None:
    for _ in range(3):
        await make(admin)
    cursor = (await admin.get("/api/tasks", params={"limit": 1})).json()["next"]

    answer = await admin.get("/api/tasks", params={"cursor": cursor, "sort": "-priority"})
    assert answer.status_code == 422


async def test_counts_name_every_status(admin: httpx.AsyncClient) -> None:
    await make(admin)

    counts = (await admin.get("/api/tasks/counts")).json()
    assert counts == {"triage": 0, "todo": 1, "in_progress": 0, "done": 0, "declined": 0, "duplicate": 0}


async def test_an_edit_needs_the_version_and_the_right_one(admin: httpx.AsyncClient) -> None:
    task = await make(admin)
    bare = await admin.patch(f"/api/tasks/{task['id']}", json={"title": "New"})
    first = await patch(admin, task, title="First")
    second = await patch(admin, task, title="Second")

    assert bare.status_code == 428
    assert (first.status_code, first.json()["version"], first.headers["etag"]) == (200, 2, '"2"')
    assert second.status_code == 412
    assert (await admin.get("/api/tasks/1")).json()["title"] == "First"


async def test_an_edit_that_changes_nothing_is_no_version_and_no_event(api: Api, admin: httpx.AsyncClient) -> None:
    task = await make(admin)

    assert (await patch(admin, task, title=task["title"])).json()["version"] == 1
    assert await api.value("select count(*) from event where verb = 'task.updated'") == 0


async def test_an_edit_is_an_event_with_before_and_after(api: Api, admin: httpx.AsyncClient) -> None:
    task = await make(admin)
    await patch(admin, task, status="in_progress", assignee_id=str(api.team.members[Role.MEMBER]))

    event = (await admin.get("/api/tasks/1/events")).json()["items"][0]
    assert event["verb"] == "task.updated"
    assert event["actor"] == {"kind": "member", "name": "Admin"}
    assert event["before"] == {"status": "todo", "assignee_id": None}
    assert event["after"] == {"status": "in_progress", "assignee_id": str(api.team.members[Role.MEMBER])}


async def test_editing_a_suggestion_stores_what_triage_got_wrong(api: Api, admin: httpx.AsyncClient) -> None:
    task_id, message_id = await api.add_suggestion(await api.add_source())
    task = (await admin.get(f"/api/tasks/{task_id}")).json()
    await patch(admin, task, category="question", labels=["export", "late"], description="More", status="todo")

    rows = await api.rows("select field, before, after, message_id, member_id from correction order by field")
    assert [tuple(row) for row in rows] == [
        ("category", "bug", "question", message_id, api.team.members[Role.ADMIN]),
        ("labels", '["export"]', '["export", "late"]', message_id, api.team.members[Role.ADMIN]),
    ]
    assert await api.value("select count(*) from event where verb = 'correction.stored'") == 2


async def test_accepting_a_suggestion_corrects_nothing(api: Api, admin: httpx.AsyncClient) -> None:
    task_id, _ = await api.add_suggestion(await api.add_source())
    task = (await admin.get(f"/api/tasks/{task_id}")).json()
    accepted = (await patch(admin, task, status="todo")).json()

    assert accepted["status"] == "todo"
    assert await api.value("select count(*) from correction") == 0


async def test_declining_says_that_it_was_no_task_and_undo_takes_it_back(api: Api, admin: httpx.AsyncClient) -> None:
    task_id, _ = await api.add_suggestion(await api.add_source())
    task = (await admin.get(f"/api/tasks/{task_id}")).json()
    declined = (await patch(admin, task, status="declined")).json()
    undone = (await patch(admin, declined, status="triage")).json()

    assert undone["status"] == "triage"
    rows = await api.rows("select field, before, after from correction order by id")
    assert [tuple(row) for row in rows] == [("actionable", "true", "false"), ("actionable", "false", "true")]


async def test_a_task_made_by_hand_has_no_corrections(api: Api, admin: httpx.AsyncClient) -> None:
    await patch(admin, await make(admin), category="bug", status="declined")

    assert await api.value("select count(*) from correction") == 0


async def test_a_duplicate_names_the_other_and_undo_forgets_it(api: Api, admin: httpx.AsyncClient) -> None:
    task_id, message_id = await api.add_suggestion(await api.add_source())
    other = await make(admin)
    task = (await admin.get(f"/api/tasks/{task_id}")).json()
    closed = (await patch(admin, task, status="duplicate", duplicate_of=other["number"])).json()
    detail = (await admin.get(f"/api/tasks/{task_id}")).json()
    undone = (await patch(admin, closed, status="triage")).json()

    assert (closed["status"], closed["duplicate_of"]) == ("duplicate", other["id"])
    assert [message["id"] for message in detail["messages"]] == [str(message_id)]
    told = (await admin.get(f"/api/tasks/{other['id']}/events")).json()["items"]
    assert [event["verb"] for event in told] == ["task.unmerged", "task.merged", "task.created"]
    assert told[1]["data"]["duplicate"]["number"] == task["number"]
    assert (undone["status"], undone["duplicate_of"]) == ("triage", None)


async def test_duplicates_never_lead_in_a_circle(admin: httpx.AsyncClient) -> None:
    one, two, three = [await make(admin, f"Task {n}") for n in range(3)]
    await patch(admin, one, duplicate_of=two["id"])
    await patch(admin, two, status="duplicate", duplicate_of=three["id"])
    circle = await patch(admin, three, status="duplicate", duplicate_of=one["number"])

    assert (circle.status_code, circle.json()["title"]) == (409, "Conflict")
    assert (await patch(admin, three, duplicate_of=three["id"])).status_code == 422
    assert (await patch(admin, three, duplicate_of=99)).status_code == 422
    assert (await patch(admin, three, status="duplicate")).status_code == 422
    assert (await patch(admin, three, status="done", duplicate_of=one["id"])).status_code == 422


@pytest.mark.parametrize("key", ["7", "99999999999999999999", str(uuid4()), "nonsense"])
async def test_an_unknown_task_is_not_found(admin: httpx.AsyncClient, key: str) -> None:
    answer = await admin.get(f"/api/tasks/{key}")

    assert answer.status_code == 404
    assert answer.json()["cure"]


async def test_a_post_that_is_sent_again_is_answered_as_before(api: Api, admin: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k1"}
    first = await admin.post("/api/tasks", json={"title": "Once"}, headers=headers)
    again = await admin.post("/api/tasks", json={"title": "Once"}, headers=headers)
    other = await admin.post("/api/tasks", json={"title": "Other"}, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 409
    assert await api.value("select count(*) from task") == 1


async def test_a_key_belongs_to_the_one_who_sent_it(api: Api, admin: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k1"}
    await admin.post("/api/tasks", json={"title": "Once"}, headers=headers)
    async with api.client(Role.MEMBER) as member:
        answer = await member.post("/api/tasks", json={"title": "Mine"}, headers=headers)

    assert answer.json()["title"] == "Mine"


async def test_a_key_of_a_failed_post_may_try_again(admin: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "k1"}
    failed = await admin.post("/api/tasks", json={"title": "x", "assignee_id": str(uuid4())}, headers=headers)
    worked = await admin.post("/api/tasks", json={"title": "x"}, headers=headers)

    assert (failed.status_code, worked.status_code) == (422, 201)


async def test_comments_come_in_their_order(api: Api, admin: httpx.AsyncClient) -> None:
    task = await make(admin)
    for body in ("one", "two", "three"):
        assert (await admin.post(f"/api/tasks/{task['id']}/comments", json={"body": body})).status_code == 201
    first = (await admin.get("/api/tasks/1/comments", params={"limit": 2})).json()
    rest = (await admin.get("/api/tasks/1/comments", params={"cursor": first["next"]})).json()

    assert [c["body"] for c in first["items"] + rest["items"]] == ["one", "two", "three"]
    assert rest["next"] is None
    assert first["items"][0]["author"] == {"id": str(api.team.members[Role.ADMIN]), "name": "Admin"}
    assert (await admin.get("/api/tasks/1")).json()["comment_count"] == 3


async def test_a_comment_says_in_its_event_whom_it_speaks_to(api: Api, admin: httpx.AsyncClient) -> None:
    task = await make(admin)
    member = str((await admin.post("/api/members", json={"name": "Ann Lee"})).json()["id"])
    body = "@ann lee, please look; not mail@admin.example, and no @Annette"
    await admin.post(f"/api/tasks/{task['id']}/comments", json={"body": body})

    (event,) = [e for e in (await admin.get("/api/tasks/1/events")).json()["items"] if e["verb"] == "comment.created"]
    assert event["data"]["mentions"] == [member]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.title"),
        ({"title": "  "}, "body.title"),
        ({"title": "x", "priority": "asap"}, "body.priority"),
        ({"title": "x", "colour": "red"}, "body.colour"),
        ({"title": "x", "due_on": "tomorrow"}, "body.due_on"),
    ],
)
async def test_a_wrong_field_is_named_and_its_value_not_repeated(
    admin: httpx.AsyncClient, body: dict[str, str], field: str
) -> None:
    answer = await admin.post("/api/tasks", json=body)

    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["errors"]] == [field]
    assert "asap" not in answer.text
    assert "tomorrow" not in answer.text


async def test_what_postgres_cannot_store_is_replaced(admin: httpx.AsyncClient) -> None:
    assert (await make(admin, "a\x00b"))["title"] == "a\N{REPLACEMENT CHARACTER}b"
