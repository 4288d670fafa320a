"""How full a stream is and what waits in it: what `/metrics`, the page *System health* and `tasktracker doctor` say."""

from dataclasses import dataclass
from time import time

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, DiscardPolicy, RetentionPolicy, StreamConfig, StreamState
from nats.js.errors import NotFoundError

NEARLY_FULL, FULL = 0.7, 0.95
"""Parts of its limit at which a stream that refuses what is too much deserves a look, and at which it is in trouble."""
OLD = 300.0
"""Seconds that the first message of a stream of work may wait; the alert QueueOld has the same figure."""
_PAGE, _PAGES = 256, 40
"""Consumers that the server lists at once, and a bound on the pages."""


@dataclass(frozen=True)
class Waiting:
    """What one durable consumer has before it."""

    consumer: str
    messages: int
    """Not delivered yet."""
    in_flight: int
    """Delivered and not acknowledged: they are being worked on."""
    redelivered: int
    """In flight for more than the first time."""


@dataclass(frozen=True)
class Backlog:
    """A stream."""

    stream: str
    messages: int
    bytes: int
    limit: int
    """Bytes that it may hold; 0 for no limit."""
    refuses: bool
    """When it is full it refuses what comes; the other streams forget what is oldest."""
    oldest_seconds: float | None
    """Age of the first message of a stream of work, 0 when it is empty; None for a stream that keeps what was read."""
    consumers: list[Waiting]

    @property
    def fullness(self) -> float:
        """Which part of the room is used, 0-1; 0 where being full harms nobody."""
        return self.bytes / self.limit if self.limit and self.refuses else 0.0


async def read_backlog(js: JetStreamContext, wanted: StreamConfig) -> Backlog:
    """Look at a stream and its durable consumers.

    Raises:
        NotFoundError: there is no such stream.
    """
    name = str(wanted.name)
    state = (await js.stream_info(name)).state
    work = wanted.retention is RetentionPolicy.WORK_QUEUE
    return Backlog(
        stream=name,
        messages=state.messages,
        bytes=state.bytes,
        limit=max(0, wanted.max_bytes or 0),
        refuses=wanted.discard is DiscardPolicy.NEW,
        oldest_seconds=await _age(js, name, state) if work else None,
        consumers=[_waiting(item) for item in await _consumers(js, name) if item.config.durable_name],
    )


async def _consumers(js: JetStreamContext, stream: str) -> list[ConsumerInfo]:
    found: list[ConsumerInfo] = []
    for _ in range(_PAGES):
        page = await js.consumers_info(stream, offset=len(found))
        found += page
        if len(page) < _PAGE:
            break
    return found


def _waiting(info: ConsumerInfo) -> Waiting:
    return Waiting(
        consumer=info.name,
        messages=info.num_pending or 0,
        in_flight=info.num_ack_pending or 0,
        redelivered=info.num_redelivered or 0,
    )


async def _age(js: JetStreamContext, stream: str, state: StreamState) -> float:
    if not state.messages:
        return 0.0
    try:
        oldest = await js.get_msg(stream, seq=state.first_seq)
    except NotFoundError:
        # It was dealt with in between.
        return 0.0
    return max(0.0, time() - oldest.time.timestamp()) if oldest.time else 0.0
