"""Publishes the events of committed transactions, and clears the outbox behind them.

Frames go out as soon as their transaction is committed; acks and rows are dealt with later and together, so that nobody
who watches waits for a flush to the disk.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import nats.errors
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from tracker_core.bus import events_subject
from tracker_core.outbox import Frame
from tracker_core.telemetry import TRACEPARENT

log = logging.getLogger(__name__)

PENDING = 1000
"""Transactions whose frames wait for publication in memory; beyond that the relay takes over."""
CLEAR_SECONDS = 0.5
"""Between two clearings of the outbox: well below the patience of the relay, and far from a commit for each row, which
would double the flushes to the disk."""
ACK_SECONDS = 10.0
"""How long JetStream may take to acknowledge a frame."""


@dataclass(frozen=True)
class _Published:
    """A transaction whose every frame that the stream can take is on its way to it."""

    transaction_id: UUID
    acks: list[asyncio.Future[PubAck]]

    @property
    def arrived(self) -> bool:
        return all(ack.done() and not ack.cancelled() and ack.exception() is None for ack in self.acks)


class EventPublisher:
    """Publishes frames in their order and clears the outbox behind them; `run` it as a task of the process."""

    def __init__(self, js: JetStreamContext, engine: AsyncEngine) -> None:
        self._js = js
        self._engine = engine
        self._pending: asyncio.Queue[list[Frame]] = asyncio.Queue(PENDING)
        self._published: list[_Published] = []

    def submit(self, new: Iterable[Frame]) -> None:
        """Take the frames of committed transactions; when too many wait, the relay will publish these."""
        for transaction_id, parts in _by_transaction(new):
            try:
                self._pending.put_nowait(parts)
            except asyncio.QueueFull:
                log.warning("Event publisher is behind; transaction %s is left to the relay", transaction_id)

    async def run(self) -> None:
        """Publish until cancelled."""
        clearing = asyncio.create_task(self._clear_behind(), name="outbox clearing")
        try:
            while True:
                parts = await self._pending.get()
                try:
                    self._published.append(await _publish(self._js, parts))
                except (nats.errors.Error, APIError, OSError, TimeoutError) as error:
                    log.warning(
                        "Transaction %s is left to the relay: %s",
                        parts[0].transaction_id,
                        str(error) or type(error).__name__,
                    )
        finally:
            clearing.cancel()
            await asyncio.gather(clearing, return_exceptions=True)
            await self._clear()

    async def _clear_behind(self) -> None:
        while True:
            await asyncio.sleep(CLEAR_SECONDS)
            await self._clear()

    async def _clear(self) -> None:
        published, self._published = self._published, []
        try:
            left = await _clear_outbox(self._engine, published)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Outbox not cleared: %s", str(error) or type(error).__name__)
        else:
            if left:
                log.warning("%d transactions are left to the relay: JetStream did not acknowledge their events", left)


async def publish_frames(js: JetStreamContext, engine: AsyncEngine, batch: Iterable[Frame]) -> None:
    """Publish and wait for every ack, then clear the outbox; the same frame twice is one message on the stream.

    Raises:
        TimeoutError: JetStream did not acknowledge all of them.
    """
    published = [await _publish(js, parts) for _, parts in _by_transaction(batch)]
    if left := await _clear_outbox(engine, published):
        raise TimeoutError(f"JetStream did not acknowledge the events of {left} transactions")


def _by_transaction(batch: Iterable[Frame]) -> Iterator[tuple[UUID, list[Frame]]]:
    for transaction_id, parts in groupby(batch, key=attrgetter("transaction_id")):
        yield transaction_id, list(parts)


async def _publish(js: JetStreamContext, parts: Sequence[Frame]) -> _Published:
    acks = []
    for frame in parts:
        try:
            ack = await js.publish_async(
                events_subject(frame.workspace_id),
                frame.body,
                wait_stall=5,
                headers={"Nats-Msg-Id": f"{frame.transaction_id}:{frame.part}", TRACEPARENT: frame.traceparent},
            )
        except nats.errors.MaxPayloadError:
            # It would be refused each time, and hold up all others in the relay. The event table has it.
            log.error(  # noqa: TRY400 -- nothing to trace
                "Events of transaction %s are larger than the bus takes (%d bytes): the live feed skips them."
                " Raise max_payload of NATS",
                frame.transaction_id,
                len(frame.body),
            )
        else:
            acks.append(ack)
    return _Published(parts[0].transaction_id, acks)


async def _clear_outbox(engine: AsyncEngine, published: Sequence[_Published]) -> int:
    """Remove the rows of the transactions whose every frame is acknowledged; return how many are not."""
    if acks := [ack for one in published for ack in one.acks]:
        _, late = await asyncio.wait(acks, timeout=ACK_SECONDS)
        for ack in late:
            # The client never resolves one that the server refused; cancelled, it gives its place to another.
            ack.cancel()
    done = [one.transaction_id for one in published if one.arrived]
    if done:
        async with engine.begin() as connection:
            await connection.execute(text("delete from outbox where transaction_id = any(:ids)"), {"ids": done})
    return len(published) - len(done)
