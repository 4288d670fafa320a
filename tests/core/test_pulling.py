"""A pull subscription delivers a trickle at once and a backlog without a pause, and outlives the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError
from tracker_core.pulling import PullSubscription

from tests.support.servers import Server

STREAM, CONSUMER = "WORK", "worker"


@asynccontextmanager
async def a_consumer(url: str) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    async def quiet(_: Exception) -> None: ...

    nc = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.1, error_cb=quiet)
    js = nc.jetstream()
    await js.add_stream(name=STREAM, subjects=["work"])
    await js.add_consumer(STREAM, ConsumerConfig(durable_name=CONSUMER, ack_policy=AckPolicy.EXPLICIT))
    try:
        yield nc, js
    finally:
        await nc.close()


async def take(batches: AsyncIterator[list[Msg]], count: int, seconds: float) -> list[list[Msg]]:
    taken: list[list[Msg]] = []
    async with asyncio.timeout(seconds):
        while sum(map(len, taken)) < count:
            taken.append(await anext(batches))
            for message in taken[-1]:
                await message.ack()
    return taken


async def test_backlog_comes_in_order_in_batches_without_a_pause(
    nats_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_consumer(nats_url) as (nc, js):
        for number in range(300):
            await js.publish("work", str(number).encode())
        batches = PullSubscription(nc, STREAM, CONSUMER, batch=10).batches()
        taken = await take(batches, 300, seconds=5)
        await batches.aclose()

    assert [int(message.data) for batch in taken for message in batch] == list(range(300))
    assert max(map(len, taken)) <= 10
    assert not caplog.records


async def test_single_message_does_not_wait_for_a_batch_to_fill(nats_url: str) -> None:
    async with a_consumer(nats_url) as (nc, js):
        batches = PullSubscription(nc, STREAM, CONSUMER, batch=100).batches()
        for number in range(5):
            waiting = asyncio.ensure_future(take(batches, 1, seconds=0.5))
            await js.publish("work", str(number).encode())
            assert [int(message.data) for batch in await waiting for message in batch] == [number]
        await batches.aclose()


async def test_largest_message_that_the_server_stores_is_delivered(nats_url: str) -> None:
    async with a_consumer(nats_url) as (nc, js):
        size = 32 << 20
        while not await is_stored(js, bytes(size)):
            size -= 8
        await js.publish("work", b"behind it")
        batches = PullSubscription(nc, STREAM, CONSUMER, batch=10).batches()
        taken = await take(batches, 2, seconds=10)
        await batches.aclose()
    assert [len(message.data) for batch in taken for message in batch] == [size, 9]
    assert size > (32 << 20) - 100


async def is_stored(js: JetStreamContext, data: bytes) -> bool:
    try:
        await js.publish("work", data)
    except APIError:
        return False
    return True


async def test_server_that_restarts_is_asked_again(nats_server: Server) -> None:
    async with a_consumer(nats_server.url) as (nc, js):
        batches = PullSubscription(nc, STREAM, CONSUMER, batch=100).batches()
        await js.publish("work", b"before")
        await take(batches, 1, seconds=2)
        # kill -9 may take the acknowledgement along, and then the message comes again.
        await js.purge_stream(STREAM)
        nats_server.kill()
        nats_server.start()
        waiting = asyncio.ensure_future(take(batches, 1, seconds=20))
        async with asyncio.timeout(15):
            while not nc.stats["reconnects"]:
                await asyncio.sleep(0.02)
        await js.publish("work", b"after")
        # Before the old request, of which the new server knows nothing, would have expired.
        async with asyncio.timeout(3):
            await waiting
        assert [message.data for batch in waiting.result() for message in batch] == [b"after"]
        await batches.aclose()
