"""Dead letters: found, edited and tried again with the original kept, settled many at once, and opened again."""

from typing import Any
from uuid import UUID

import httpx
from tracker_core.ids import new_id

from tests.api.conftest import NOON, Api

PATH = "/api/dead-letters"


async def bury(
    api: Api, source_id: UUID | None, name: str, *, reason: str = "No text was found", **fields: Any
) -> UUID:
    """A dead letter, with its message when it names a Source."""
    message = None
    if source_id is not None:
        message = await api.add_message(
            source_id, name, state="dead", state_reason=reason, text=fields.pop("text", name)
        )
    row = {
        "id": new_id(),
        "workspace_id": api.team.workspace_id,
        "source_id": source_id,
        "message_id": message,
        "subject": "inbound.default.inbox",
        "raw": name.encode(),
        "reason": reason,
        "trace_id": "",
        "state": "open",
        "note": "",
        "created_at": NOON,
    }
    await api.insert("dead_letter", row | fields)
    return UUID(str(row["id"]))


async def listed(client: httpx.AsyncClient, **params: str) -> list[str]:
    return [item["raw"] for item in (await client.get(PATH, params=params)).json()["items"]]


async def test_filters_compose(api: Api, admin: httpx.AsyncClient) -> None:
    inbox, mail = await api.add_source("inbox"), await api.add_source("mail", kind="email")
    await bury(api, inbox, "a", reason="Triage failed: timeout")
    await bury(api, mail, "b", reason="Triage failed: timeout")
    await bury(api, mail, "c")
    await bury(api, None, "d", state="discarded")

    assert await listed(admin) == ["d", "c", "b", "a"]
    assert await listed(admin, state="open", q="TIMEOUT") == ["b", "a"]
    assert await listed(admin, source="default/mail", q="timeout") == ["b"]
    assert await listed(admin, source="default/none") == []


async def test_an_edited_retry_keeps_the_original(api: Api, admin: httpx.AsyncClient) -> None:
    letter = await bury(api, await api.add_source(), "The exprot is brokn")
    answer = await admin.post(f"{PATH}/{letter}/retry", json={"raw": "The export is broken"})

    assert (answer.status_code, answer.json()["state"]) == (202, "retried")
    kept = (await admin.get(f"{PATH}/{letter}")).json()
    assert (kept["raw"], kept["text_before"]) == ("The exprot is brokn", "The exprot is brokn")
    assert (kept["text_after"], kept["text"]) == ("The export is broken", "The export is broken")
    (message,) = (await admin.get("/api/messages")).json()["items"]
    assert (message["state"], message["text"]) == ("waiting", "The export is broken")


async def test_an_unedited_retry_notes_no_edit(api: Api, admin: httpx.AsyncClient) -> None:
    letter = await bury(api, await api.add_source(), "same")
    kept = (await admin.post(f"{PATH}/{letter}/retry", json={"raw": "same"})).json()
    assert (kept["text_before"], kept["text_after"]) == (None, None)


async def test_all_that_match_are_tried_again_and_what_cannot_be_stays(api: Api, admin: httpx.AsyncClient) -> None:
    inbox = await api.add_source("inbox")
    first, second = await bury(api, inbox, "a"), await bury(api, inbox, "b")
    await bury(api, inbox, "c", reason="Another reason")
    broken = await bury(api, None, "no message")
    answer = (await admin.post(f"{PATH}/retry", json={"q": "no text"})).json()

    assert (answer["ids"], answer["more"]) == ([str(first), str(second)], False)
    assert [item["id"] for item in answer["refused"]] == [str(broken)]
    assert await listed(admin, state="open") == ["no message", "c"]
    ledger = (await admin.get("/api/ledger")).json()
    assert (ledger["waiting"], ledger["dead"], ledger["balanced"]) == (2, 2, True)


async def test_discarded_with_a_reason_and_taken_back(api: Api, admin: httpx.AsyncClient) -> None:
    inbox = await api.add_source()
    with_message, without = await bury(api, inbox, "a"), await bury(api, None, "b")
    assert (await admin.post(f"{PATH}/discard", json={"reason": "  "})).status_code == 422
    done = (await admin.post(f"{PATH}/discard", json={"reason": "A scan"})).json()
    assert set(done["ids"]) == {str(with_message), str(without)}
    ledger = (await admin.get("/api/ledger")).json()
    assert (ledger["ignored"], ledger["dead"], ledger["balanced"]) == (2, 0, True)

    back = (await admin.post(f"{PATH}/reopen", json={"ids": [*done["ids"], str(new_id())]})).json()
    assert (set(back["ids"]), len(back["refused"])) == (set(done["ids"]), 1)
    ledger = (await admin.get("/api/ledger")).json()
    assert (ledger["ignored"], ledger["dead"], ledger["balanced"]) == (0, 2, True)
    letter = (await admin.get(f"{PATH}/{with_message}")).json()
    assert (letter["state"], letter["note"], letter["settled_by"]) == ("open", "", None)


async def test_what_has_gone_on_is_not_opened_again(api: Api, admin: httpx.AsyncClient) -> None:
    letter = await bury(api, await api.add_source(), "a")
    await admin.post(f"{PATH}/{letter}/discard", json={"reason": "A scan"})
    await api.execute("update message set state = 'task'")
    back = (await admin.post(f"{PATH}/reopen", json={"ids": [str(letter)]})).json()
    assert (back["ids"], "has gone on" in back["refused"][0]["detail"]) == ([], True)
