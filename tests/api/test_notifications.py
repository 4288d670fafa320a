"""What members are told: made in the transaction of the event, and as they want it."""

from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from tracker_api.tasks.mentions import mentioned
from tracker_core.ids import new_id
from tracker_core.repositories.accounts import MemberRow
from tracker_core.tables import Role

from tests.api.conftest import Api

SETTINGS = "/api/me/notifications"


@pytest_asyncio.fixture
async def linked(api: Api) -> Api:
    """Everybody is linked with a bot."""
    source = await api.add_source("telegram", kind="telegram", reply={"enabled": True, "requireApproval": True})
    for number, member in enumerate(api.team.members.values()):
        await api.insert(
            "member_identity",
            {
                "id": new_id(),
                "workspace_id": api.team.workspace_id,
                "member_id": member,
                "kind": "telegram",
                "external_id": str(number),
                "name": "",
                "source_id": source,
                "created_at": (await api.rows("select now()"))[0][0],
            },
        )
    return api


async def told(api: Api) -> list[tuple[Any, ...]]:
    rows = await api.rows(
        "select m.role, n.kind, n.by_name, n.detail from notification n join member m on m.id = n.member_id"
        " order by n.id"
    )
    return [tuple(row) for row in rows]


async def edit(client: httpx.AsyncClient, number: int, **fields: Any) -> None:
    task = await client.get(f"/api/tasks/{number}")
    answer = await client.patch(f"/api/tasks/{number}", json=fields, headers={"if-match": task.headers["etag"]})
    assert answer.status_code == 200, answer.text


async def test_whoever_gets_a_task_is_told_unless_it_is_their_own_doing(linked: Api, admin: httpx.AsyncClient) -> None:
    members = {role: str(member) for role, member in linked.team.members.items()}
    await admin.post("/api/tasks", json={"title": "One", "assignee_id": members[Role.MEMBER]})
    await admin.post("/api/tasks", json={"title": "Two", "assignee_id": members[Role.ADMIN]})
    assert await told(linked) == [("member", "assigned", "Admin", "")]
    await edit(admin, 1, assignee_id=members[Role.VIEWER])
    await edit(admin, 1, title="One, and more")
    await edit(admin, 1, status="in_progress")
    assert [row[0] for row in await told(linked)] == ["member", "viewer"]
    await edit(admin, 1, assignee_id=None)
    await edit(admin, 1, assignee_id=members[Role.VIEWER])
    assert [row[0] for row in await told(linked)] == ["member", "viewer", "viewer"]


async def test_a_suggestion_is_told_once_it_is_accepted(linked: Api, admin: httpx.AsyncClient) -> None:
    await linked.add_suggestion(await linked.add_source("inbox"), assignee_id=linked.team.members[Role.MEMBER])
    await edit(admin, 1, priority="low")
    assert await told(linked) == []
    await edit(admin, 1, status="todo")
    assert await told(linked) == [("member", "assigned", "Admin", "")]


async def test_who_is_mentioned_in_a_comment_is_told(linked: Api, admin: httpx.AsyncClient) -> None:
    await admin.post("/api/tasks", json={"title": "One"})
    await admin.post("/api/tasks/1/comments", json={"body": "@Member and @Admin, look: mail@viewer.org"})
    assert await told(linked) == [("member", "mentioned", "Admin", "@Member and @Admin, look: mail@viewer.org")]


async def test_admins_are_told_of_an_answer_that_waits_for_approval(linked: Api) -> None:
    source = (await linked.rows("select id from source where kind = 'telegram'"))[0][0]
    await linked.add_suggestion(source)
    async with linked.client(Role.MEMBER) as member:
        answer = await member.post("/api/tasks/1/replies", json={"body": "We are on it"})
        assert answer.json()["state"] == "awaiting_approval", answer.text
    assert await told(linked) == [("admin", "approval", "Member", "We are on it")]


async def test_settings_have_defaults_and_change_one_by_one(api: Api) -> None:
    async with api.client(Role.MEMBER) as client:
        first = (await client.get(SETTINGS)).json()
        assert first == {
            "assigned": True,
            "due": True,
            "mentioned": True,
            "approval": True,
            "quiet_from": "21:00",
            "quiet_until": "08:00",
            "zone": "UTC",
            "zone_is_set": False,
            "paused": False,
            "paused_reason": None,
            "linked": False,
        }
        changed = await client.patch(SETTINGS, json={"due": False, "zone": "Europe/Berlin", "quiet_from": "22:30"})
        assert changed.status_code == 200, changed.text
        paused = (await client.patch(SETTINGS, json={"paused": True})).json()
        assert (paused["due"], paused["zone"], paused["quiet_from"], paused["quiet_until"]) == (
            False,
            "Europe/Berlin",
            "22:30",
            "08:00",
        )
        assert (paused["paused"], paused["paused_reason"]) == (True, "Paused by yourself")
        await api.execute("update notification_settings set paused_reason = 'The bot was blocked'")
        assert (await client.patch(SETTINGS, json={"paused": True})).json()["paused_reason"] == "The bot was blocked"
        again = (await client.patch(SETTINGS, json={"paused": False, "quiet_from": None, "quiet_until": None})).json()
        assert (again["paused"], again["quiet_from"], again["assigned"]) == (False, None, True)
    async with api.client(Role.ADMIN) as other:
        assert (await other.get(SETTINGS)).json() == first


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ({"zone": "Mars/Olympus"}, "Europe/Berlin"),
        ({"quiet_from": None}, "Send both"),
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"quiet_from": "21:00+02:00"}, "zone"),
        ({"due": None}, "true or false"),
        ({"everything": False}, "everything"),
    ],
)
async def test_what_is_no_setting_is_refused_with_its_cure(api: Api, patch: dict[str, Any], words: str) -> None:
    async with api.client() as client:
        answer = await client.patch(SETTINGS, json=patch)
    assert answer.status_code == 422, answer.text
    assert words in answer.text


def test_a_mention_is_the_whole_name_behind_an_at() -> None:
    anna, ann = (
        MemberRow(new_id(), "Anna Maier", "member", "anna@example.org"),
        MemberRow(new_id(), "Ann", "member", None),
    )

    def found(body: str) -> list[UUID]:
        return mentioned(body, [anna, ann])

    assert found("ask @anna maier, please") == [anna.id]
    assert found("@Ann: and @anna@example.org") == [anna.id, ann.id]
    assert found("@Anna knows; x@Ann does not; Anna Maier too") == []
