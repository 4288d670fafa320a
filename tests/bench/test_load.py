"""The load generator tells the truth: what waits for a stalled server counts, and nothing is counted twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, serve

from tests.bench.load.job import Job, Target, Watch
from tests.bench.load.run import Run

type Answer = Callable[[bytes], Awaitable[bytes]]

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def http_server(answer: Answer) -> AsyncIterator[Target]:
    async def serve_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                writer.write(await answer(await reader.readexactly(length)))
        except asyncio.IncompleteReadError:
            writer.close()

    async with await asyncio.start_server(serve_client, "127.0.0.1", 0) as server:
        yield Target(port=server.sockets[0].getsockname()[1], path="/")


async def test_open_loop_charges_a_stall_to_all_that_was_due_meanwhile() -> None:
    stalled = asyncio.Event()

    async def stall_once(_: bytes) -> bytes:
        if not stalled.is_set():
            stalled.set()
            await asyncio.sleep(0.3)
        return ACCEPTED

    async with http_server(stall_once) as target:
        outcome = await Run(Job(target=target, first=0, seconds=0.5, rate=100, connections=1)).run()

    assert outcome.accepted == outcome.sent == 50
    # 30 of 50 were due while the only connection waited; a closed loop would have seen one slow request.
    assert outcome.accept.p50 > 0.05
    assert outcome.accept.worst >= 0.3


async def test_closed_loop_stops_at_its_limit_and_counts_refusals_by_status() -> None:
    answers = 0

    async def refuse_each_second(_: bytes) -> bytes:
        nonlocal answers
        answers += 1
        return ACCEPTED if answers % 2 else b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"

    async with http_server(refuse_each_second) as target:
        outcome = await Run(Job(target=target, first=0, seconds=30, limit=20, connections=4)).run()

    assert outcome.sent == 20
    assert outcome.accepted == 10
    assert outcome.refused == {"503": 10}


async def test_events_are_matched_to_messages_and_repeats_are_seen() -> None:
    sockets: set[ServerConnection] = set()

    async def publish_twice(body: bytes) -> bytes:
        for socket in sockets:
            await socket.send(body.decode())
            await socket.send('{"events": [' + body.decode() + "]}")
        return ACCEPTED

    async def hold(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.wait_closed()
        sockets.discard(socket)

    async with http_server(publish_twice) as target, serve(hold, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        watch = Watch(url=f"ws://127.0.0.1:{port}/")
        outcome = await Run(Job(target=target, first=700, seconds=30, limit=5, connections=1, watch=watch)).run()

    assert outcome.events == outcome.sent == 5
    assert outcome.repeated == 5
    assert outcome.event is not None
