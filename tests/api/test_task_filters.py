"""Filters, orders, counts, calendar and export of tasks, and views that keep them."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tracker_api.tasks.filter_text import Asking, read_filter
from tracker_core.errors import InvalidInputError
from tracker_core.tables import Role

from tests.api.conftest import Api

CASES = json.loads(Path(__file__).with_name("filter_cases.json").read_text(encoding="utf-8"))
TODAY = date(2026, 5, 13)


@pytest.mark.parametrize("case", CASES["read"], ids=lambda case: case["text"])
def test_a_filter_reads_as_written(case: dict[str, Any]) -> None:
    read = read_filter(case["text"])
    assert read.words == case["words"]
    assert read.askings == tuple(Asking(**asking | {"values": tuple(asking["values"])}) for asking in case["askings"])
    again = read_filter(" ".join(str(asking) for asking in read.askings))
    assert again.askings == read.askings


@pytest.mark.parametrize("text", CASES["refused"])
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_filter(text)
    assert refused.value.cure


@pytest_asyncio.fixture(scope="module")
async def team_tasks(shared_api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """Nine tasks, numbered from 1, that differ in everything a list can ask about. About 1 s."""
    source = await shared_api.add_source("mail")
    await shared_api.add_suggestion(source, "m1", title="Überweisung kommt nicht an", confidence=0.7)
    async with shared_api.client() as client:
        day = TODAY.isoformat()
        ann, bob = str(shared_api.team.members[Role.ADMIN]), str(shared_api.team.members[Role.MEMBER])
        drafts: list[dict[str, Any]] = [
            {"title": "alpha", "priority": "urgent", "due_on": day, "assignee_id": ann, "labels": ["needs info"]},
            {"title": "Bravo", "priority": "low", "due_on": "2026-05-12", "category": "bug"},
            {"title": "charlie", "priority": "high", "due_on": "2026-05-20", "assignee_id": bob, "labels": ["ui"]},
            {"title": "Delta", "due_on": "2026-06-30", "assignee_id": bob, "labels": ["ui", "needs info"]},
            {"title": "echo 100%", "category": "question"},
            {"title": "Foxtrot", "priority": "high", "due_on": "2026-05-01"},
            {"title": "golf", "priority": "low"},
            {"title": "Hotel", "assignee_id": ann},
        ]
        for draft in drafts:
            assert (await client.post("/api/tasks", json=draft)).status_code == 201
        for number, patch in ((7, {"status": "done"}), (8, {"snoozed_until": "2999-01-01T00:00:00Z"})):
            await client.patch(f"/api/tasks/{number}", json=patch, headers={"if-match": '"1"'})
        yield client


async def numbers(client: httpx.AsyncClient, **params: Any) -> list[int]:
    answer = await client.get("/api/tasks", params={"today": TODAY.isoformat(), "sort": "number", **params})
    assert answer.status_code == 200, answer.text
    return [task["number"] for task in answer.json()["items"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("status:open", [1, 2, 3, 4, 5, 6, 8, 9]),
        ("-status:open", [7]),
        ("status:done,triage", [1, 7]),
        ("status:done -status:closed", []),
        ("priority:>=high", [1, 2, 4, 7]),
        ("priority:<medium", [3, 8]),
        ("-priority:high,urgent status:todo", [3, 5, 6, 8, 9]),
        ("category:bug", [1, 3]),
        ("source:mail", [1]),
        ("source:none label:ui", [4, 5]),
        ("assignee:me", [2, 9]),
        ("assignee:member", [4, 5]),
        ("assignee:none priority:high", [1, 7]),
        ("-assignee:none", [2, 4, 5, 9]),
        ("is:unassigned category:question", [6]),
        ('label:"needs info"', [2, 5]),
        ("label:none is:snoozed", [8]),
        ('label:ui -label:"needs info"', [4]),
        ("due:today", [2]),
        ("due:<7d", [2, 3, 7]),
        ("due:<=7d", [2, 3, 4, 7]),
        ("due:7d", [2, 4]),
        ("due:>today", [4, 5]),
        ("due:2026-05-01..2026-05-12", [3, 7]),
        ("due:overdue", [3]),
        ("-is:overdue due:any", [2, 4, 5, 7]),
        ("due:none is:snoozed", [8]),
        ("created:<1d status:todo", [2, 3, 4, 5, 6, 8, 9]),
        ("created:<2026-10-06", [1]),
        ("updated:>=2026-10-06 label:ui", [4, 5]),
        ("confidence:<80%", [1]),
        ("confidence:>=0.8", []),
        ("-confidence:<80% label:ui", [4, 5]),
        ("überweisung", [1]),
        ("rav status:open", [3]),
        ("100%", [6]),
        ("#4", [4]),
        ("4", [4]),
    ],
)
async def test_filters_find_what_they_say(team_tasks: httpx.AsyncClient, text: str, found: list[int]) -> None:
    assert await numbers(team_tasks, filter=text) == found
    counted = (
        await team_tasks.get("/api/tasks/groups", params={"filter": text, "today": TODAY.isoformat(), "by": "priority"})
    ).json()
    assert counted["total"] == sum(group["total"] for group in counted["groups"]) == len(found)


@pytest.mark.parametrize(
    "text",
    [
        "status:late",
        "priority:highest",
        "priority:>low,high",
        "category:>bug",
        "source:nobody/nothing",
        "assignee:Nobody",
        "due:soon",
        "due:2h",
        "due:<today..tomorrow",
        "due:today,tomorrow",
        "created:1999x",
        "confidence:120%",
        "confidence:high",
        "is:late",
        "prioritty:high",
    ],
)
async def test_what_a_filter_cannot_mean_is_named_with_an_example(team_tasks: httpx.AsyncClient, text: str) -> None:
    answer = await team_tasks.get("/api/tasks", params={"filter": text})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("query.filter: ")
    assert answer.json()["cure"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("title", [2, 3, 4, 5, 6, 7, 8, 9, 1]),
        ("-priority", [2, 7, 4, 1, 9, 6, 5, 8, 3]),
        ("due_on", [7, 3, 2, 4, 5, 1, 6, 8, 9]),
        ("-due_on", [5, 4, 2, 3, 7, 9, 8, 6, 1]),
        ("assignee", [2, 9, 4, 5, 1, 3, 6, 7, 8]),
        ("-assignee", [5, 4, 9, 2, 8, 7, 6, 3, 1]),
        ("source", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("status", [1, 2, 3, 4, 5, 6, 8, 9, 7]),
        ("-status", [7, 9, 8, 6, 5, 4, 3, 2, 1]),
        ("category", [1, 3, 6, 2, 4, 5, 7, 8, 9]),
        ("-confidence", [1, 9, 8, 7, 6, 5, 4, 3, 2]),
        ("-updated_at", [8, 7, 9, 6, 5, 4, 3, 2, 1]),
    ],
)
async def test_each_order_is_the_same_page_by_page(
    team_tasks: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, sort: str, order: list[int]
) -> None:
    assert await numbers(team_tasks, sort=sort) == order
    monkeypatch.setattr("tracker_core.repositories.tasks.BRANCHES_AT_ONCE", 2)
    seen: list[int] = []
    params: dict[str, Any] = {"sort": sort, "limit": 2}
    while True:
        page = (await team_tasks.get("/api/tasks", params=params)).json()
        seen += [task["number"] for task in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == order


async def test_groups_count_by_status_and_by_what_tasks_have_in_common(
    shared_api: Api, team_tasks: httpx.AsyncClient
) -> None:
    counted = (await team_tasks.get("/api/tasks/groups", params={"by": "assignee", "filter": "-status:triage"})).json()
    groups = {group["key"]: group for group in counted["groups"]}
    assert counted["total"] == 8
    assert {key: group["total"] for key, group in groups.items()} == {
        str(shared_api.team.members[Role.ADMIN]): 2,
        str(shared_api.team.members[Role.MEMBER]): 2,
        None: 4,
    }
    assert (groups[None]["statuses"]["todo"], groups[None]["statuses"]["done"]) == (3, 1)


async def test_a_calendar_shows_the_most_urgent_tasks_of_a_day_and_counts_all(team_tasks: httpx.AsyncClient) -> None:
    params = {"from": "2026-05-01", "to": "2026-05-31", "filter": "status:open"}
    days = (await team_tasks.get("/api/tasks/calendar", params=params)).json()["days"]
    assert {day["day"]: [task["number"] for task in day["tasks"]] for day in days} == {
        "2026-05-12": [3],
        "2026-05-13": [2],
        "2026-05-20": [4],
    }
    long = await team_tasks.get("/api/tasks/calendar", params=params | {"to": "2027-05-31"})
    assert long.status_code == 422
    assert "query.to" in long.json()["detail"]


async def test_export_is_the_whole_list_in_its_order(
    team_tasks: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker_api.tasks.exporting.PAGE", 2)
    params = {"filter": "status:open", "sort": "number"}
    table = await team_tasks.get("/api/tasks/export", params=params)
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    tasks = (await team_tasks.get("/api/tasks/export", params=params | {"format": "json"})).json()

    assert "attachment" in table.headers["content-disposition"]
    assert [int(row["number"]) for row in rows] == [task["number"] for task in tasks] == [1, 2, 3, 4, 5, 6, 8, 9]
    assert (rows[0]["source"], rows[1]["labels"], rows[1]["assignee"]) == ("default/mail", "needs info", "Admin")
    none = await team_tasks.get("/api/tasks/export", params={"filter": "status:declined", "format": "json"})
    assert none.json() == []
    wrong = await team_tasks.get("/api/tasks/export", params={"filter": "status:late"})
    assert wrong.status_code == 422


async def test_an_export_runs_no_formula_in_a_spreadsheet(admin: httpx.AsyncClient) -> None:
    await admin.post("/api/tasks", json={"title": '=HYPERLINK("http://x.test")'})
    text = (await admin.get("/api/tasks/export")).text
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["title"] == '\'=HYPERLINK("http://x.test")'


async def test_bulk_edit_changes_each_task_once_and_tells_what_it_refused(api: Api, admin: httpx.AsyncClient) -> None:
    tasks = [(await admin.post("/api/tasks", json={"title": f"Task {n}"})).json() for n in range(4)]
    await admin.patch("/api/tasks/2", json={"title": "Somebody was faster"}, headers={"if-match": '"1"'})
    edits = [{"task": task["id"], "version": 1, "patch": {"priority": "high", "labels": ["x"]}} for task in tasks]
    edits[3]["patch"] = {"assignee_id": "00000000-0000-7000-8000-000000000000"}
    before = await api.value("select count(*) from event where verb = 'task.updated'")

    answer = await admin.post("/api/tasks/bulk", json={"edits": edits}, headers={"idempotency-key": "once"})
    again = await admin.post("/api/tasks/bulk", json={"edits": edits}, headers={"idempotency-key": "once"})

    assert answer.status_code == 200, answer.text
    assert again.json() == answer.json()
    assert sorted(task["number"] for task in answer.json()["updated"]) == [1, 3]
    refused = {refused["task"]: refused["status"] for refused in answer.json()["refused"]}
    assert refused == {tasks[1]["id"]: 412, tasks[3]["id"]: 422}
    assert await api.value("select count(*) from event where verb = 'task.updated'") == before + 2
    shown = (await admin.get("/api/tasks", params={"sort": "number"})).json()["items"]
    assert [(task["priority"], task["version"]) for task in shown] == [
        ("high", 2),
        ("medium", 2),
        ("high", 2),
        ("medium", 1),
    ]


@pytest.mark.parametrize("case", ["twice", "duplicate", "none", "many", "unknown"])
async def test_bulk_edits_that_make_no_sense_change_nothing(admin: httpx.AsyncClient, case: str) -> None:
    task = (await admin.post("/api/tasks", json={"title": "One"})).json()
    edit = {"task": task["id"], "version": 1, "patch": {"status": "done"}}
    edits = {
        "twice": [edit, edit],
        "duplicate": [edit | {"patch": {"status": "duplicate"}}],
        "none": [],
        "many": [edit] * 201,
        "unknown": [edit | {"patch": {"title": "All the same"}}],
    }[case]
    answer = await admin.post("/api/tasks/bulk", json={"edits": edits})
    assert answer.status_code == 422
    assert (await admin.get("/api/tasks/1")).json()["version"] == 1


async def test_views_are_their_owners_until_they_are_shared(api: Api, admin: httpx.AsyncClient) -> None:
    draft = {"name": "Mine", "filter": "assignee:me status:open", "sort": "-priority", "options": {"columns": "title"}}
    async with api.client(Role.MEMBER) as member, api.client(Role.VIEWER) as viewer:
        view = (await member.post("/api/views", json=draft)).json()
        assert (view["layout"], view["shared"], view["owner"]["name"]) == ("table", False, "Member")
        assert (await admin.get("/api/views")).json() == []
        assert (await admin.delete(f"/api/views/{view['id']}")).status_code == 404
        url, tag = f"/api/views/{view['id']}", {"if-match": '"1"'}
        shared = await member.patch(url, json={"shared": True, "name": "Ours"}, headers=tag)
        assert (shared.json()["name"], shared.headers["etag"]) == ("Ours", '"2"')
        assert [seen["name"] for seen in (await viewer.get("/api/views")).json()] == ["Ours"]
        assert (await viewer.patch(url, json={"name": "Theirs"}, headers={"if-match": '"2"'})).status_code == 403
        assert (await member.patch(url, json={"name": "Late"}, headers=tag)).status_code == 412
        assert (await admin.patch(url, json={"name": "Tidy"}, headers={"if-match": '"2"'})).status_code == 200
        assert (await admin.patch(url, json={"shared": False}, headers={"if-match": '"3"'})).status_code == 403
        assert (await admin.delete(url)).status_code == 204
        assert (await member.get("/api/views")).json() == []
    assert await api.value("select count(*) from event where verb like 'view.%' and data::text like '%Mine%'") == 0


@pytest.mark.parametrize("fields", [{"filter": "prioritty:high"}, {"sort": "color"}, {"options": {"x": "y" * 10_001}}])
async def test_a_view_that_could_not_be_shown_is_not_saved(admin: httpx.AsyncClient, fields: dict[str, Any]) -> None:
    assert (await admin.post("/api/views", json={"name": "x"} | fields)).status_code == 422
