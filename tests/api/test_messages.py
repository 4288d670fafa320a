"""Messages and dead letters: shown, sent back to triage, settled."""

import base64
import json
from uuid import UUID, uuid4

import httpx
import pytest
from tracker_core.bus import INBOUND, JOBS
from tracker_core.ids import new_id
from tracker_core.inbound import decode
from tracker_core.tables import Role

from tests.api.conftest import NOON, Api


async def wake_ups(api: Api) -> int:
    return (await api.context.bus.js.stream_info(JOBS)).state.messages


async def add_dead(api: Api, message_id: UUID | None, source_id: UUID | None, raw: bytes = b"{broken") -> UUID:
    dead_id = new_id()
    await api.insert(
        "dead_letter",
        {
            "id": dead_id,
            "workspace_id": api.team.workspace_id,
            "source_id": source_id,
            "message_id": message_id,
            "subject": "",
            "raw": raw,
            "reason": "It cannot be read",
            "trace_id": "",
            "state": "open",
            "note": "",
            "created_at": NOON,
        },
    )
    return dead_id


async def test_a_message_shows_its_task_and_verdict(api: Api, admin: httpx.AsyncClient) -> None:
    task_id, message_id = await api.add_suggestion(await api.add_source())
    (shown,) = (await admin.get("/api/messages")).json()["items"]
    detail = (await admin.get(f"/api/messages/{message_id}")).json()

    assert shown["task"] == {"id": str(task_id), "number": 1, "title": "Export is old", "status": "triage"}
    assert (shown["verdict"]["category"], shown["verdict"]["confidence"]) == ("bug", 0.9)
    assert shown["sent_at"] == "2026-10-05T14:00:00+02:00"
    assert (shown["subject"], shown["state_reason"], shown["last_error"]) == (None, None, None)
    assert detail == shown | {"raw": "raw form", "raw_encoding": "text"}
    task = (await admin.get(f"/api/tasks/{task_id}")).json()
    assert (task["messages"][0]["id"], task["verdicts"][0]["model"]) == (str(message_id), "test-1")
    assert (task["reason"], task["language"], task["message_count"]) == ("It says that something is wrong", "en", 1)


async def test_lists_are_narrowed_and_paged(api: Api, admin: httpx.AsyncClient) -> None:
    inbox, mail = await api.add_source("inbox"), await api.add_source("mail", kind="email")
    for number in range(5):
        await api.add_message(inbox, str(number), state="waiting" if number else "dead", text=f"Message {number}")
    await api.add_message(mail, "1", text="The printer burns")

    async def texts(**params: str) -> list[str]:
        return [item["text"] for item in (await admin.get("/api/messages", params=params)).json()["items"]]

    assert await texts(source="default/mail") == ["The printer burns"]
    assert await texts(source=str(mail)) == ["The printer burns"]
    assert await texts(state="dead") == ["Message 0"]
    assert len(await texts(state="dead,waiting")) == 5
    assert await texts(q="printer") == ["The printer burns"]
    first = (await admin.get("/api/messages", params={"limit": 4})).json()
    await api.add_message(inbox, "late")
    rest = (await admin.get("/api/messages", params={"limit": 4, "cursor": first["next"]})).json()
    assert [item["text"] for item in rest["items"]] == ["Message 1", "Message 0"]
    assert rest["next"] is None


async def test_triage_can_be_asked_again(api: Api) -> None:
    _, message_id = await api.add_suggestion(await api.add_source())
    async with api.client(Role.MEMBER) as client:
        answer = await client.post(f"/api/messages/{message_id}/retriage")

    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    row = (await api.rows("select state, attempts, next_attempt_at <= now() as due from message"))[0]
    assert tuple(row) == ("waiting", 0, True)
    assert await wake_ups(api) == 1
    assert await api.value("select count(*) from event where verb = 'message.retriaged'") == 1


async def test_a_message_that_a_worker_holds_is_only_woken(api: Api, admin: httpx.AsyncClient) -> None:
    message_id = await api.add_message(await api.add_source(), "1", state="waiting", attempts=3)
    await admin.post(f"/api/messages/{message_id}/retriage")

    assert await api.value("select attempts from message") == 3
    assert await wake_ups(api) == 1


async def test_unknown_messages_and_dead_letters_are_not_found(admin: httpx.AsyncClient) -> None:
    assert (await admin.get(f"/api/messages/{uuid4()}")).status_code == 404
    assert (await admin.post(f"/api/messages/{uuid4()}/retriage")).status_code == 404
    assert (await admin.post(f"/api/dead-letters/{uuid4()}/retry")).status_code == 404


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        (None, "", "{broken"),
        (None, "It had a text", "It had a text"),
        ({"raw": "The corrected text"}, "It had a text", "The corrected text"),
    ],
)
async def test_a_dead_letter_goes_back_to_triage(
    api: Api, admin: httpx.AsyncClient, body: dict[str, str] | None, text: str, expected: str
) -> None:
    source_id = await api.add_source()
    message_id = await api.add_message(source_id, "1", state="dead", text=text, attempts=9, last_error="x")
    dead_id = await add_dead(api, message_id, source_id)
    answer = await admin.post(f"/api/dead-letters/{dead_id}/retry", json=body)
    again = await admin.post(f"/api/dead-letters/{dead_id}/retry", json=body)

    assert (answer.status_code, answer.json()["state"], answer.json()["settled_by"]) == (202, "retried", "Admin")
    assert again.status_code == 409
    row = (await api.rows("select state, text, attempts, last_error, raw from message"))[0]
    assert tuple(row) == ("waiting", expected, 0, "", "raw form")
    assert await wake_ups(api) == 1
    assert await api.value("select count(*) from event where verb = 'dead_letter.retried'") == 1


async def test_bytes_that_were_no_message_go_back_onto_the_bus(api: Api, admin: httpx.AsyncClient) -> None:
    await api.context.bus.js.publish("inbound.default.inbox", b"{", headers={"Nats-Msg-Id": "default/inbox:1"})
    dead_id = await add_dead(api, None, None)
    still_broken = await admin.post(f"/api/dead-letters/{dead_id}/retry", json={})
    message = {
        "source": "default/inbox",
        "external_id": "1",
        "sent_at": "2026-10-05T12:00:00Z",
        "received_at": "2026-10-05T12:00:00Z",
        "text": "Mended",
    }
    mended = await admin.post(f"/api/dead-letters/{dead_id}/retry", json={"raw": json.dumps(message)})

    assert still_broken.status_code == 422
    assert mended.status_code == 202
    raw = await api.context.bus.js.get_msg(INBOUND, seq=2)
    assert decode(raw.data or b"").text == "Mended"


async def test_a_discarded_dead_letter_is_ignored_with_its_reason(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source()
    message_id = await api.add_message(source_id, "1", state="dead")
    dead_id = await add_dead(api, message_id, source_id)
    nameless = await admin.post(f"/api/dead-letters/{dead_id}/discard", json={"reason": " "})
    answer = await admin.post(f"/api/dead-letters/{dead_id}/discard", json={"reason": "Spam"})

    assert nameless.status_code == 422
    assert (answer.json()["state"], answer.json()["note"]) == ("discarded", "Spam")
    row = (await api.rows("select state, state_reason from message"))[0]
    assert tuple(row) == ("ignored", "Discarded: Spam")


async def test_dead_letters_are_listed_by_state_and_readable(api: Api, admin: httpx.AsyncClient) -> None:
    await add_dead(api, None, None, b"\xff\xfe")
    await add_dead(api, None, await api.add_source(), b"text")
    newest, oldest = (await admin.get("/api/dead-letters", params={"state": "open"})).json()["items"]

    assert (newest["raw"], newest["raw_encoding"], newest["source"]["name"]) == ("text", "text", "inbox")
    assert (base64.b64decode(oldest["raw"]), oldest["raw_encoding"], oldest["source"]) == (b"\xff\xfe", "base64", None)
    assert (await admin.get("/api/dead-letters", params={"state": "discarded"})).json()["items"] == []
