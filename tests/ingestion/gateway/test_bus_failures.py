"""When the bus is away, full, stuck or refuses: the sender gets 503 and keeps the message, and nothing is lost."""

import asyncio
import os
import re
import signal
import time
from dataclasses import replace
from datetime import timedelta

import httpx
from nats.js.api import StreamConfig
from tracker_core.bus import INBOUND
from tracker_ingestion.kinds.gateway.live import Live

from tests.ingestion.gateway.conftest import Running, make_settings, running, serving
from tests.ingestion.gateway.folders import BEARER, Folders
from tests.support.servers import Server
from tests.support.waiting import eventually


async def send(gateway: Running, number: int) -> int:
    response = await gateway.post(json={"id": number, "text": f"message {number}"}, headers=BEARER)
    if response.status_code == 503:
        assert int(response.headers["retry-after"]) >= 1
        assert response.json()["cure"]
    return response.status_code


async def test_messages_sent_until_accepted_survive_a_crash_of_the_bus(gateway: Running, nats_server: Server) -> None:
    accepted: set[int] = set()
    refused = 0

    async def sender(number: int) -> None:
        nonlocal refused
        deadline = time.monotonic() + 30
        while await send(gateway, number) != 202:
            refused += 1
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        accepted.add(number)

    await asyncio.gather(*(sender(number) for number in range(50)))
    nats_server.kill()
    assert await send(gateway, 1000) == 503
    assert (await gateway.client.get("/readyz")).status_code == 503
    senders = [asyncio.create_task(sender(number)) for number in range(50, 100)]
    await asyncio.sleep(0)
    nats_server.start()
    await asyncio.gather(*senders)
    assert refused
    await eventually("connection of the test", lambda: _connected(gateway))
    found = [int(message.external_id) for message in await gateway.messages()]
    assert sorted(found) == sorted(accepted) == list(range(100))


async def _connected(gateway: Running) -> bool:
    return gateway.bus.nc.is_connected


async def test_gateway_starts_before_the_bus(folders: Folders, nats_server: Server) -> None:
    nats_server.kill()
    live = Live(make_settings(folders, nats_server.url))
    async with (
        serving(live),
        httpx.AsyncClient(transport=httpx.ASGITransport(live.app), base_url="http://gateway.test") as client,
    ):
        response = await client.post("/webhook/default/inbox", json={"text": "a"}, headers=BEARER)
        assert response.status_code == 503
        assert (await client.get("/healthz")).status_code == 200
        nats_server.start()

        async def accepted() -> bool:
            response = await client.post("/webhook/default/inbox", json={"text": "a"}, headers=BEARER)
            return response.status_code == 202

        await eventually("accepted message", accepted)


async def test_full_stream_is_503_at_once(gateway: Running) -> None:
    config = (await gateway.bus.js.stream_info(INBOUND)).config
    await gateway.bus.js.update_stream(replace(config, max_msgs=2))
    assert [await send(gateway, number) for number in range(2)] == [202, 202]
    started = time.monotonic()
    response = await gateway.post(json={"id": 3, "text": "a"}, headers=BEARER)
    assert response.status_code == 503
    assert time.monotonic() - started < 0.5
    assert (response.json()["detail"], response.headers["retry-after"]) == ("The message bus is full", "10")
    assert await send(gateway, 1) == 202, "it is there already"
    await gateway.bus.js.update_stream(replace(config, max_msgs=-1))
    assert await send(gateway, 3) == 202


async def test_missing_stream_is_503(gateway: Running) -> None:
    await gateway.bus.js.delete_stream(INBOUND)
    assert await send(gateway, 1) == 503


async def test_stuck_bus_is_503_and_the_next_attempt_is_the_same_message(folders: Folders, nats_server: Server) -> None:
    async with running(folders, nats_server.url, max_in_flight=1) as gateway:
        assert await send(gateway, 0) == 202
        os.kill(nats_server.pid, signal.SIGSTOP)
        try:
            waiting = asyncio.create_task(send(gateway, 1))
            await asyncio.sleep(0)

            async def overloaded() -> bool:
                response = await gateway.post(json={"id": 2, "text": "a"}, headers=BEARER)
                return "wait for the message bus" in response.json()["detail"]

            await eventually("bound of messages in flight", overloaded, 1)
            assert await waiting == 503
        finally:
            os.kill(nats_server.pid, signal.SIGCONT)
        await eventually("accepted message", lambda: _accepted(gateway, 1))
        assert sorted(message.external_id for message in await gateway.messages()) in (["0", "1"], ["0", "1", "2"])


async def _accepted(gateway: Running, number: int) -> bool:
    return await send(gateway, number) == 202


async def test_message_over_the_limit_of_the_stream_is_413(gateway: Running) -> None:
    config: StreamConfig = (await gateway.bus.js.stream_info(INBOUND)).config
    await gateway.bus.js.update_stream(replace(config, max_msg_size=2000))
    response = await gateway.post(json={"text": "a" * 3000}, headers=BEARER)
    assert response.status_code == 413
    assert response.json()["cure"]


async def test_message_over_the_limit_of_the_file_store_is_413(folders: Folders, nats_url: str) -> None:
    folders.webhook(limits={"perSecond": 100, "maxBodyBytes": 25 << 20})
    async with running(folders, nats_url, ack_timeout=timedelta(seconds=10)) as gateway:
        # Each quote is two bytes of the body, and four of the raw form on the bus.
        response = await gateway.post(json={"id": 1, "text": '"' * (9 << 20)}, headers=BEARER)
        assert response.status_code == 413, response.text
        assert await send(gateway, 2) == 202


async def test_message_over_the_limit_of_the_server_is_413(folders: Folders, nats_server: Server) -> None:
    [config] = nats_server.log.parent.rglob("*.conf")
    nats_server.kill()
    config.write_text(re.sub(r'("?max_payload"?\s*:\s*)\d+', r"\g<1>65536", config.read_text()))
    nats_server.start()
    async with running(folders, nats_server.url) as gateway:
        assert gateway.bus.nc.max_payload == 65536
        response = await gateway.post(json={"text": "a" * 70_000}, headers=BEARER)
        assert response.status_code == 413
        assert "65536" in response.json()["detail"]
        assert await send(gateway, 1) == 202
