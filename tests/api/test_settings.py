"""What the settings change: members and their roles, how far triage may go by itself, and which models there are."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from tracker_core.modelling import SUBJECT, Model, Models, ModelTrial, decode_question
from tracker_core.tables import Role

from tests.api.conftest import Api


@contextlib.asynccontextmanager
async def answering(api: Api, models: Models) -> AsyncIterator[list[str]]:
    """A triage worker, as far as the wire shows it; gives what it was asked to try."""
    tried: list[str] = []
    subscription = await api.context.bus.nc.subscribe(SUBJECT)

    async def run() -> None:
        async for message in subscription.messages:
            tried.append(decode_question(message.data).tried)
            await message.respond(msgspec.json.encode(models))

    task = asyncio.create_task(run())
    yield tried
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_role_counts_from_the_next_request_on(api: Api, admin: httpx.AsyncClient) -> None:
    member = api.team.members[Role.MEMBER]
    changed = await admin.patch(f"/api/members/{member}", json={"role": "viewer", "name": "Ann", "email": None})

    assert changed.json() == {"id": str(member), "name": "Ann", "role": "viewer", "email": None}
    async with api.client(Role.MEMBER) as demoted:
        assert (await demoted.post("/api/tasks", json={"title": "x"})).status_code == 403
    verb, before = (await api.rows("select verb, before from event order by id desc limit 1"))[0]
    assert (verb, before["role"]) == ("member.updated", "member")


async def test_somebody_stays_who_can_let_others_in(api: Api, admin: httpx.AsyncClient) -> None:
    me, other = api.team.members[Role.ADMIN], api.team.members[Role.VIEWER]
    only = await admin.patch(f"/api/members/{me}", json={"role": "member"})
    myself = await admin.delete(f"/api/members/{me}")
    await admin.patch(f"/api/members/{other}", json={"role": "admin"})

    assert (only.status_code, myself.status_code) == (409, 409)
    assert "only admin" in only.json()["detail"]
    assert (await admin.patch(f"/api/members/{me}", json={"role": "member"})).status_code == 200


async def test_an_address_belongs_to_one_member(api: Api, admin: httpx.AsyncClient) -> None:
    answer = await admin.patch(f"/api/members/{api.team.members[Role.MEMBER]}", json={"email": "viewer@example.org"})

    assert answer.status_code == 409
    assert "viewer@example.org" in answer.json()["detail"]


async def test_who_is_removed_is_out_and_the_work_stays(api: Api, admin: httpx.AsyncClient) -> None:
    member = api.team.members[Role.MEMBER]
    task_id, _ = await api.add_suggestion(await api.add_source(), assignee_id=member)
    async with api.client(Role.MEMBER) as theirs:
        await theirs.patch(
            f"/api/tasks/{task_id}", json={"category": "question", "status": "todo"}, headers={"if-match": '"1"'}
        )
        for name, shared in (("ours", True), ("mine", False)):
            made = await theirs.post(
                "/api/views",
                json={"name": name, "shared": shared, "layout": "table", "filter": "", "sort": "-created_at"},
            )
            assert made.status_code == 201, made.text
        removed = await admin.delete(f"/api/members/{member}")
        after = await theirs.get("/api/me")

    assert (removed.status_code, after.status_code) == (204, 401)
    assert (await admin.get(f"/api/tasks/{task_id}")).json()["assignee"] is None
    assert await api.value("select count(*) from correction where member_id is null") >= 1
    assert [view["name"] for view in (await admin.get("/api/views")).json()] == ["ours"]


async def test_how_far_triage_goes_is_written_into_the_manifest(api: Api, admin: httpx.AsyncClient) -> None:
    manifest = (
        "apiVersion: tasktracker.dev/v1alpha1\nkind: Source\nmetadata: {name: inbox, namespace: default}\n"
        "spec: {type: webhook, triage: {autonomy: Shadow, autoThreshold: 30}}\n"
    )
    applied = await admin.put("/api/manifests", content=manifest, headers={"content-type": "application/yaml"})
    assert applied.status_code == 200, applied.text
    changed = await admin.put("/api/sources/default/inbox/autonomy", json={"autonomy": "Auto", "auto_threshold": 92})
    said = (await admin.get("/api/manifests/sources/default/inbox")).text
    too_low = await admin.put("/api/sources/default/inbox/autonomy", json={"autonomy": "Auto", "auto_threshold": 20})

    assert changed.status_code == 200, changed.text
    assert "autonomy: Auto" in said
    assert "autoThreshold: 92" in said
    assert too_low.status_code == 422


async def test_models_and_the_budget_are_what_a_triage_worker_says(api: Api, admin: httpx.AsyncClient) -> None:
    models = Models([Model("embedded", "v1"), Model("local", "small", remote=False, threshold=0.75)], 1000)
    async with answering(api, models):
        found = (await admin.get("/api/providers")).json()

    assert [(item["name"], item["threshold"]) for item in found["items"]] == [("embedded", None), ("local", 0.75)]
    assert found["budget"] == {"used_today": 0, "limit": 1000}


async def test_a_model_is_tried_by_its_name(api: Api, admin: httpx.AsyncClient) -> None:
    refused = Models([], None, ModelTrial(ok=False, detail="The key was refused", cure="Set another"))
    async with answering(api, refused) as tried:
        found = (await admin.post("/api/providers/hosted/test")).json()
    async with answering(api, Models([])):
        unknown = await admin.post("/api/providers/nothing/test")

    assert tried == ["hosted"]
    assert found == {"ok": False, "detail": "The key was refused", "cure": "Set another", "latency_ms": 0.0}
    assert unknown.status_code == 404


async def test_without_a_worker_the_answer_says_what_to_do(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/api/providers")

    assert answer.status_code == 503
    assert "triage worker" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/members/{member}"),
        ("DELETE", "/api/members/{member}"),
        ("PUT", "/api/sources/default/inbox/autonomy"),
        ("POST", "/api/providers/embedded/test"),
    ],
)
async def test_only_an_admin_changes_settings(shared_api: Api, method: str, path: str) -> None:
    async with shared_api.client(Role.MEMBER) as member:
        answer = await member.request(method, path.format(member=shared_api.team.members[Role.VIEWER]), json={})

    assert answer.status_code == 403
