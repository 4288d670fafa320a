"""The ledger: it balances, and notices what is missing."""

from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st
from tracker_api.ledger.service import balance, prove
from tracker_core.bus import INBOUND
from tracker_core.ids import new_id
from tracker_core.repositories.ledger import Recorded, SourceCount

from tests.api.conftest import NOON, Api
from tests.support.servers import Server


async def ledger(client: httpx.AsyncClient, **params: str) -> dict[str, Any]:
    answer = await client.get("/api/ledger", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def epoch(api: Api) -> int:
    created = (await api.context.bus.js.stream_info(INBOUND)).created
    assert created is not None
    return int(created.timestamp())


async def publish(api: Api, count: int) -> None:
    for _ in range(count):
        await api.context.bus.js.publish("inbound.default.inbox", b"{}")


async def test_an_empty_ledger_balances(admin: httpx.AsyncClient) -> None:
    found = await ledger(admin)

    assert (found["received"], found["balanced"], found["sources"]) == (0, True, [])
    assert found["bus"] == {"accepted": 0, "recorded": 0, "replayed": 0, "removed": 0, "in_flight": 0, "lost": 0}


async def test_every_state_is_counted_by_source(api: Api, admin: httpx.AsyncClient) -> None:
    inbox, mail = await api.add_source("inbox"), await api.add_source("mail", kind="email")
    for number, state in enumerate(["task", "task", "ignored", "waiting", "dead"]):
        await api.add_message(inbox, str(number), state=state)
    await api.add_message(mail, "1", state="ignored")
    found = await ledger(admin)

    assert [found[name] for name in ("received", "tasks", "ignored", "waiting", "dead")] == [6, 2, 2, 1, 1]
    assert [(part["source"], part["received"]) for part in found["sources"]] == [
        ("default/inbox", 5),
        ("default/mail", 1),
    ]
    only = await ledger(admin, source="default/mail")
    assert (only["received"], only["ignored"], only["bus"]) == (1, 1, None)
    assert (await admin.get("/api/ledger", params={"source": "default/none"})).status_code == 404


async def test_what_waits_on_the_bus_is_in_flight(api: Api, admin: httpx.AsyncClient) -> None:
    inbox = await api.add_source()
    await publish(api, 3)
    await api.add_message(inbox, "1", state="task", stream_epoch=await epoch(api), stream_seq=1)
    found = await ledger(admin)

    assert found["bus"] == {"accepted": 3, "recorded": 1, "replayed": 0, "removed": 0, "in_flight": 2, "lost": 0}
    assert (found["received"], found["tasks"], found["waiting"], found["balanced"]) == (3, 1, 2, True)


async def test_what_is_nowhere_is_lost(api: Api, admin: httpx.AsyncClient) -> None:
    inbox = await api.add_source()
    await publish(api, 4)
    created = await epoch(api)
    await api.add_message(inbox, "1", stream_epoch=created, stream_seq=1)
    await api.insert(
        "replay",
        {
            "stream_epoch": created,
            "stream_seq": 2,
            "workspace_id": api.team.workspace_id,
            "source_id": inbox,
            "external_id": "1",
            "created_at": NOON,
        },
    )
    await api.context.bus.js.purge_stream(INBOUND)
    found = await ledger(admin)

    assert found["bus"] == {"accepted": 4, "recorded": 1, "replayed": 1, "removed": 0, "in_flight": 0, "lost": 2}
    assert found["balanced"] is False


async def test_bytes_that_are_no_message_are_counted_without_a_source(api: Api, admin: httpx.AsyncClient) -> None:
    await publish(api, 1)
    await api.context.bus.js.purge_stream(INBOUND)
    await api.insert(
        "dead_letter",
        {
            "id": new_id(),
            "workspace_id": api.team.workspace_id,
            "subject": "inbound.default.inbox",
            "raw": b"{}",
            "reason": "Not an inbound message",
            "trace_id": "",
            "state": "open",
            "note": "",
            "created_at": NOON,
            "stream_epoch": await epoch(api),
            "stream_seq": 1,
        },
    )
    found = await ledger(admin)

    assert (found["received"], found["dead"], found["balanced"]) == (1, 1, True)
    assert found["sources"] == [{"source": None, "received": 1, "tasks": 0, "ignored": 0, "waiting": 0, "dead": 1}]


async def test_rows_of_an_older_stream_do_not_count_against_this_one(api: Api, admin: httpx.AsyncClient) -> None:
    inbox = await api.add_source()
    await api.add_message(inbox, "1", stream_epoch=1, stream_seq=900)
    found = await ledger(admin)

    assert (found["received"], found["bus"]["accepted"], found["balanced"]) == (1, 0, True)


async def test_without_nats_the_rows_still_add_up(api: Api, admin: httpx.AsyncClient, nats_server: Server) -> None:
    await api.add_message(await api.add_source(), "1")
    nats_server.kill()
    found = await ledger(admin)
    nats_server.start()

    assert (found["received"], found["balanced"], found["bus"]) == (1, True, None)
    assert "NATS" in found["bus_error"]


naturals = st.integers(min_value=0, max_value=10**9)


@given(naturals, naturals, naturals, naturals, naturals)
def test_what_was_accepted_is_recorded_in_flight_or_lost(
    messages: int, replayed: int, poison: int, stored: int, unseen: int
) -> None:
    recorded = Recorded(messages, replayed, poison, removed := messages // 2)
    proof = prove(last=recorded.total + unseen, stored=stored, recorded=recorded)
    ledger = balance([SourceCount(None, "default/inbox", 1, 2, 3, 4)], proof, None)

    assert proof.accepted == proof.recorded + proof.replayed + removed + proof.in_flight + proof.lost
    assert proof.in_flight <= stored
    assert ledger.received == ledger.tasks + ledger.ignored + ledger.waiting + ledger.dead
    assert ledger.balanced == (proof.lost == 0)
