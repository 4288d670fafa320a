"""What waits on the bus, message by message: out of the streams, and into those of another installation.

Not by the server's own snapshots. A restored INBOUND would count on from where it stood, over sequences that rows of
the restored database hold already, and the ledger could not tell one from the other (docs/adr/0009). A fresh stream
has another epoch, so nothing is mixed; and what is republished keeps its id, so nothing is doubled.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec
from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig, StreamState
from nats.js.errors import NotFoundError
from tracker_core.bus import (
    BUCKETS,
    CURSORS_BUCKET,
    DELIVERIES,
    FILES_STORE,
    HANDED,
    INBOUND,
    SENT_BUCKET,
    STREAMS,
    ensure_bus,
)

from tracker_local.backup.index import Stream

BEFORE = (f"KV_{CURSORS_BUCKET}", HANDED, DELIVERIES, INBOUND)
"""Read before the database, in the order of the messages' way."""
AFTER = (f"KV_{SENT_BUCKET}",)
"""Read after it: a row that says "not sent" must not be the newer of the two."""
_UNRECORDED = (HANDED, DELIVERIES, INBOUND)
_ASIDE, _ASIDE_SUBJECT = "RESTORE", "restore."
_WINDOW = 64
"""Messages that are published before the first answer is waited for."""
_EXPECTATION = "Nats-Expected-"
"""Headers that the server compares; they were true then."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message, a line of JSON; its bytes are base64 there."""

    seq: int
    at: datetime | None
    subject: str
    data: bytes = b""
    headers: dict[str, str] = {}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


async def stored(js: JetStreamContext, name: str, state: StreamState) -> AsyncIterator[Record]:
    """Return what a stream held when its state was read, oldest first. Its consumers do not notice."""
    seq = state.first_seq
    while seq <= state.last_seq:
        try:
            found = await js.get_msg(name, seq=seq, subject=">", next=True)
        except NotFoundError:
            return
        if (found.seq or 0) > state.last_seq:
            return
        yield Record(found.seq or 0, found.time, found.subject or "", found.data or b"", dict(found.headers or {}))
        seq = (found.seq or 0) + 1


async def read_stream(
    js: JetStreamContext, name: str, write: Callable[[bytes], None], advance: Callable[[int], None]
) -> Stream:
    """Write what a stream holds now, a line for each message."""
    try:
        info = await js.stream_info(name)
    except NotFoundError:
        return Stream(0, 0)
    count = 0
    async for record in stored(js, name, info.state):
        write(_encoder.encode(record) + b"\n")
        count += 1
        advance(1)
    return Stream(count, int(info.created.timestamp()) if info.created else 0)


def records(chunks: Iterable[bytes]) -> Iterator[Record]:
    """Read what `read_stream` wrote."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(_decoder.decode, lines)


async def publish(
    js: JetStreamContext,
    messages: Iterable[Record],
    wanted: Callable[[Sequence[Record]], Awaitable[Sequence[Record]]],
    advance: Callable[[int], None],
) -> int:
    """Publish, in their order, those of the messages that are wanted; return how many that were."""
    count, window = 0, list[Record]()
    for message in messages:
        window.append(message)
        if len(window) == _WINDOW:
            count += await _publish(js, await wanted(window))
            advance(len(window))
            window = []
    count += await _publish(js, await wanted(window))
    advance(len(window))
    return count


async def _publish(js: JetStreamContext, messages: Sequence[Record]) -> int:
    # Each is sent before the next one begins to wait, and the server takes them in that order.
    await asyncio.gather(
        *(
            js.publish(
                message.subject,
                message.data,
                headers={name: value for name, value in message.headers.items() if not name.startswith(_EXPECTATION)}
                or None,
            )
            for message in messages
        )
    )
    return len(messages)


async def put_aside(js: JetStreamContext) -> None:
    """Copy what waits to be recorded into a stream of its own: it was accepted, and is nowhere else.

    Begins anew when it is called again; call it before anything is changed.
    """
    await forget_put_aside(js)
    await js.add_stream(StreamConfig(name=_ASIDE, subjects=[f"{_ASIDE_SUBJECT}>"], storage=StorageType.FILE))
    for name in _UNRECORDED:
        with contextlib.suppress(NotFoundError):
            state = (await js.stream_info(name)).state
            async for record in stored(js, name, state):
                aside = msgspec.structs.replace(record, subject=_ASIDE_SUBJECT + record.subject)
                await _publish(js, [aside])


async def take_back(js: JetStreamContext) -> int:
    """Publish what was put aside; return how many messages that were."""
    try:
        state = (await js.stream_info(_ASIDE)).state
    except NotFoundError:
        return 0
    count = 0
    async for record in stored(js, _ASIDE, state):
        subject = record.subject.removeprefix(_ASIDE_SUBJECT)
        count += await _publish(js, [msgspec.structs.replace(record, subject=subject)])
    return count


async def forget_put_aside(js: JetStreamContext) -> None:
    """Delete the copy."""
    with contextlib.suppress(NotFoundError):
        await js.delete_stream(_ASIDE)


async def make_empty(js: JetStreamContext) -> None:
    """Make streams and buckets as a new installation has them; INBOUND with a new epoch."""
    await ensure_bus(js)
    inbound = next(stream for stream in STREAMS if stream.name == INBOUND)
    # The replica count belongs to whoever runs the cluster.
    replicas = (await js.stream_info(INBOUND)).config.num_replicas
    await js.delete_stream(INBOUND)
    await js.add_stream(replace(inbound, num_replicas=replicas))
    buckets = (f"KV_{bucket.bucket}" for bucket in BUCKETS)
    for name in (*(str(stream.name) for stream in STREAMS), *buckets, f"OBJ_{FILES_STORE}"):
        await js.purge_stream(name)
    await ensure_bus(js)
