"""Answers into the channel: who may write one, what waits for approval, what a status change tells the reporter."""

from typing import Any

import httpx
from tracker_core.tables import Role

from tests.api.conftest import Api

OPEN = {"reply": {"enabled": True, "requireApproval": False}}
UPDATES = {"reply": {"enabled": True, "requireApproval": False, "statusUpdates": True}}


async def reply(client: httpx.AsyncClient, task: int = 1, body: str = "On it", **fields: Any) -> httpx.Response:
    return await client.post(f"/api/tasks/{task}/replies", json={"body": body} | fields)


async def suggest(api: Api, spec: dict[str, Any], *, kind: str = "telegram", name: str = "inbox") -> None:
    source_id = await api.add_source(name, kind=kind, **spec)
    await api.add_suggestion(source_id, f"m-{name}")


async def test_reply_of_a_member_is_queued_for_the_reporter(api: Api) -> None:
    await suggest(api, OPEN)
    async with api.client(Role.MEMBER) as member:
        answer = await reply(member)
        listed = (await member.get("/api/tasks/1/replies")).json()["items"]
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["state"], shown["recipient"], shown["kind"]) == ("queued", "Ann", "reply")
    assert listed == [shown]
    assert await api.value("select next_attempt_at <= now() from reply")
    assert await api.value("select count(*) from event where verb = 'reply.created'") == 1


async def test_sent_again_with_its_key_it_is_one_reply(api: Api) -> None:
    await suggest(api, OPEN)
    async with api.client(Role.MEMBER, **{"idempotency-key": "a"}) as member:
        first, again = await reply(member), await reply(member)
    assert first.json() == again.json()
    assert await api.value("select count(*) from reply") == 1


async def test_member_waits_for_approval_where_the_source_asks_and_an_admin_does_not(api: Api) -> None:
    await suggest(api, {"reply": {"enabled": True}})
    async with api.client(Role.MEMBER) as member, api.client() as admin:
        waiting = (await reply(member)).json()
        assert waiting["state"] == "awaiting_approval"
        assert (await reply(admin, body="Mine")).json()["state"] == "queued"
        assert (await member.post(f"/api/replies/{waiting['id']}/approve")).status_code == 403
        to_approve = (await admin.get("/api/replies?state=awaiting_approval")).json()["items"]
        assert [row["id"] for row in to_approve] == [waiting["id"]]
        approved = (await admin.post(f"/api/replies/{waiting['id']}/approve")).json()
        assert (approved["state"], approved["approved_by"]) == ("queued", "Admin")
        again = await admin.post(f"/api/replies/{waiting['id']}/approve")
    assert again.status_code == 409
    assert "is queued, not awaiting_approval" in again.json()["detail"]


async def test_rejected_reply_says_why_and_never_leaves(api: Api) -> None:
    await suggest(api, {"reply": {"enabled": True}})
    async with api.client(Role.MEMBER) as member, api.client() as admin:
        waiting = (await reply(member)).json()
        rejected = (await admin.post(f"/api/replies/{waiting['id']}/reject", json={"reason": "too harsh"})).json()
    assert (rejected["state"], rejected["error"]) == ("rejected", "too harsh")
    assert await api.value("select count(*) from reply where state = 'queued'") == 0


async def test_source_without_replies_refuses_with_the_cure(api: Api, admin: httpx.AsyncClient) -> None:
    await suggest(api, {})
    refused = await reply(admin)
    assert refused.status_code == 409
    assert "spec.reply.enabled" in refused.json()["cure"]


async def test_task_made_by_hand_has_nobody_to_answer(api: Api, admin: httpx.AsyncClient) -> None:
    await admin.post("/api/tasks", json={"title": "By hand"})
    assert (await reply(admin)).status_code == 409


async def test_message_of_another_task_cannot_be_answered_here(api: Api, admin: httpx.AsyncClient) -> None:
    await suggest(api, OPEN)
    await suggest(api, OPEN, name="other")
    other = (await admin.get("/api/tasks/2")).json()["messages"][0]["id"]
    assert (await reply(admin, 1, message_id=other)).status_code == 409
    assert (await reply(admin, 2, message_id=other)).status_code == 201


async def test_internal_note_makes_no_reply(api: Api, admin: httpx.AsyncClient) -> None:
    await suggest(api, OPEN | {"reply": {"enabled": True, "requireApproval": False, "statusUpdates": True}})
    await admin.post("/api/tasks/1/comments", json={"body": "the customer is wrong"})
    assert await api.value("select count(*) from reply") == 0


async def test_reporter_hears_that_the_task_is_done_in_their_language(api: Api, admin: httpx.AsyncClient) -> None:
    await suggest(api, {"reply": {"enabled": True, "requireApproval": False, "statusUpdates": True}})
    await api.execute("update verdict set language = 'de'")
    for version, status in (("1", "todo"), ("2", "done")):
        done = await admin.patch("/api/tasks/1", json={"status": status}, headers={"if-match": f'"{version}"'})
        assert done.status_code == 200, done.text
    (told,) = (await admin.get("/api/tasks/1/replies")).json()["items"]
    assert (told["kind"], told["state"]) == ("status", "queued")
    assert told["body"].startswith("Das ist erledigt: Export is old (#1)")


async def test_each_reporter_hears_of_their_own_report_and_once(api: Api, admin: httpx.AsyncClient) -> None:
    """What was merged may come from strangers: the one's words are not sent to the other."""
    await suggest(api, UPDATES)
    await suggest(api, UPDATES, name="other")
    await api.execute("update task set title = 'Acme cannot pay' where number = 2")
    await api.execute("update task set status = 'in_progress' where number = 1")
    for verb in ("merge", "unmerge", "merge"):
        version = (await admin.get("/api/tasks/1")).json()["version"]
        body = {"into": 2} if verb == "merge" else None
        done = await admin.post(f"/api/tasks/1/{verb}", json=body, headers={"if-match": f'"{version}"'})
        assert done.status_code == 200, done.text
    assert await api.value("select count(*) from reply") == 0

    await admin.patch("/api/tasks/2", json={"status": "done"}, headers={"if-match": '"1"'})
    told = [row["body"] for row in (await admin.get("/api/tasks/2/replies")).json()["items"]]
    assert sorted(body.partition(".")[0] for body in told) == [
        "This is done: Acme cannot pay (#2)",
        "This is done: Export is old (#1)",
    ]


async def test_noise_that_is_declined_needs_no_refusal(api: Api, admin: httpx.AsyncClient) -> None:
    await suggest(api, {"reply": {"enabled": True, "requireApproval": False, "statusUpdates": True}})
    await admin.patch("/api/tasks/1", json={"category": "noise"}, headers={"if-match": '"1"'})
    assert await api.value("select count(*) from reply") == 0


async def test_failed_reply_goes_out_again_when_a_person_says_so(api: Api, admin: httpx.AsyncClient) -> None:
    await suggest(api, OPEN)
    written = (await reply(admin)).json()
    await api.execute("update reply set state = 'failed', last_error = 'blocked by the user'")
    again = await admin.post(f"/api/replies/{written['id']}/retry")
    assert again.status_code == 202, again.text
    assert (again.json()["state"], again.json()["error"]) == ("queued", None)
