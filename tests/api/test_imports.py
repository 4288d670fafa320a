"""Imports: what is new goes onto the bus, once."""

import json
from collections import Counter
from typing import Any

import httpx
import msgspec
import pytest
from tracker_api.imports.service import read_messages
from tracker_core.bus import INBOUND
from tracker_core.inbound import decode
from tracker_core.tables import Role

from tests.api.conftest import Api, eventually
from tests.support.servers import Server


def message(external_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "external_id": external_id,
        "sent_at": "2026-10-05T12:00:00+02:00",
        "text": "The export is a day old",
    } | fields


async def send(client: httpx.AsyncClient, *messages: Any, source: str = "default/inbox") -> httpx.Response:
    return await client.post(f"/api/imports/{source}", json={"messages": list(messages)})


async def stored(api: Api) -> int:
    return (await api.context.bus.js.stream_info(INBOUND)).state.messages


async def test_new_messages_go_onto_the_bus_as_from_a_gateway(api: Api) -> None:
    await api.add_source()
    async with api.client(Role.MEMBER) as client:
        answer = await send(client, message("1", source="other/place", sender={"name": "Ann"}), message("2"))

    assert answer.json() == {"accepted": 2, "duplicates": 0, "rejected": {}}
    raw = await api.context.bus.js.get_msg(INBOUND, seq=1)
    sent = decode(raw.data or b"")
    assert (raw.subject, sent.source, sent.sender.name) == ("inbound.default.inbox", "default/inbox", "Ann")
    assert raw.headers is not None
    assert raw.headers["Nats-Msg-Id"] == "default/inbox:1"
    assert answer.headers["x-trace-id"] in raw.headers["traceparent"]


async def test_a_batch_that_is_sent_again_adds_nothing(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_source()
    batch = [message(str(number)) for number in range(450)]
    first, second = await send(admin, *batch), await send(admin, *batch)

    assert first.json()["accepted"] == 450
    assert second.json() == {"accepted": 0, "duplicates": 450, "rejected": {}}
    assert await stored(api) == 450


async def test_duplicates_are_known_from_postgres_and_from_the_batch_itself(api: Api, admin: httpx.AsyncClient) -> None:
    source_id = await api.add_source()
    await api.add_message(source_id, "recorded long ago")
    answer = await send(admin, message("recorded long ago"), message("twice"), message("twice"))

    assert answer.json() == {"accepted": 1, "duplicates": 2, "rejected": {}}


async def test_one_broken_message_refuses_only_itself(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_source()
    no_text = message("no text")
    del no_text["text"]
    answer = await send(
        admin,
        message("fine"),
        no_text,
        no_text | {"external_id": "2"},
        message("", text="x"),
        message("t", sent_at="noon"),
        7,
    )

    body = answer.json()
    assert body["accepted"] == 1
    assert body["rejected"]["Object missing required field `text`"] == 2
    assert sum(body["rejected"].values()) == 5


def test_a_message_over_the_limit_of_the_bus_is_named() -> None:
    rejected: Counter[str] = Counter()
    batch = [msgspec.Raw(json.dumps(message(text, text=text)).encode()) for text in ("fine", "x" * 400)]
    (ready,) = read_messages(batch, "default/inbox", 500, rejected)

    assert ready.external_id == "fine"
    assert rejected == {"The message is over 500 bytes": 1}


async def test_an_unknown_source_names_the_cure(admin: httpx.AsyncClient) -> None:
    answer = await send(admin, message("1"), source="default/nothing")

    assert answer.status_code == 404
    assert answer.json()["cure"] == "`tasktracker get sources` lists them"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b'{"messages": 1}', 422),
        (b"[]", 422),
        (json.dumps({"messages": [message(str(n)) for n in range(501)]}).encode(), 422),
    ],
)
async def test_what_is_no_batch_is_refused(api: Api, admin: httpx.AsyncClient, body: bytes, status: int) -> None:
    await api.add_source()
    answer = await admin.post("/api/imports/default/inbox", content=body)

    assert answer.status_code == status, answer.text
    assert answer.json()["cure"]


async def test_a_full_bus_says_so_and_loses_nothing(api: Api, admin: httpx.AsyncClient) -> None:
    await api.add_source()
    config = (await api.context.bus.js.stream_info(INBOUND)).config
    config.max_bytes = 20_000
    await api.context.bus.js.update_stream(config)
    batch = [message(str(number), text="x" * 1000) for number in range(50)]
    full = await send(admin, *batch)
    config.max_bytes = 1 << 30
    await api.context.bus.js.update_stream(config)
    again = (await send(admin, *batch)).json()

    assert (full.status_code, full.headers["retry-after"]) == (503, "5")
    assert "of 50 new messages were acknowledged" in full.json()["detail"]
    assert again["accepted"] + again["duplicates"] == 50
    assert await stored(api) == 50


async def test_without_the_bus_the_sender_keeps_the_batch(
    api: Api, admin: httpx.AsyncClient, nats_server: Server
) -> None:
    await api.add_source()
    nats_server.kill()
    await eventually(lambda: _disconnected(api))
    answer = await send(admin, message("1"))
    nats_server.start()

    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def _disconnected(api: Api) -> bool:
    return not api.context.bus.nc.is_connected


async def test_deep_nesting_is_refused(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/api/imports/default/inbox", content=b'{"messages":' + b"[" * 10_000)

    assert answer.status_code == 400
