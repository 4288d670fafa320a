"""One request or job = one transaction, committed at the edge; events are written in it and published after it.

    async with transactions.begin(workspace_id, actor) as tx:
        tx.session.add(task)
        tx.record(Change(verb=Verb.TASK_CREATED, entity=Entity("task", task.id)))
        tx.kick(triage_message(message_id))

The outbox row makes the publication certain: it is written with the change and removed after JetStream's ack. What a
crash leaves behind, the relay publishes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
import nats.errors
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession
from taskiq import AsyncBroker

from tracker_core import queue
from tracker_core.bus import events_subject
from tracker_core.database import session
from tracker_core.events import Actor, Change, Event, encode_events
from tracker_core.ids import new_id
from tracker_core.jobs import Job
from tracker_core.tables import now

log = logging.getLogger(__name__)

EVENTS_PER_FRAME = 200
"""Events in one bus message at most; a larger transaction makes several."""
PENDING = 1000
"""Transactions whose frames wait for publication in memory; beyond that the relay takes over."""
CLEAR_SECONDS = 0.5
"""Between two clearings of the outbox: well below the patience of the relay, and far from a commit for each row, which
would double the flushes to the disk."""
ACK_SECONDS = 10.0
"""How long JetStream may take to acknowledge a frame."""

# Arrays instead of one parameter per cell: a batch of hundreds is one statement, planned once. The outbox row comes
# along because each statement is a round trip.
_INSERT_EVENTS = """
with queued as (
    insert into outbox (transaction_id, workspace_id, created_at) values ($2, $1, $3)
)
insert into event (workspace_id, transaction_id, at, actor_kind, actor_name,
                   verb, entity_type, entity_id, data, before, after)
select $1, $2, $3, $4, $5, verb, entity_type, entity_id, data::jsonb, before::jsonb, after::jsonb
  from unnest($6::text[], $7::text[], $8::uuid[], $9::text[], $10::text[], $11::text[])
       with ordinality as change (verb, entity_type, entity_id, data, before, after, position)
 order by position
returning id
"""


@dataclass(frozen=True)
class Frame:
    """The events of one transaction (or a part of a large one), ready to publish."""

    transaction_id: UUID
    workspace_id: UUID
    part: int
    body: bytes


def frames(transaction_id: UUID, workspace_id: UUID, events: Sequence[Event]) -> list[Frame]:
    """Encode the events of a transaction."""
    starts = range(0, len(events), EVENTS_PER_FRAME)
    return [
        Frame(transaction_id, workspace_id, part, encode_events(list(events[start : start + EVENTS_PER_FRAME])))
        for part, start in enumerate(starts)
    ]


@dataclass(frozen=True)
class Draft:
    """The events of a transaction before they have ids."""

    workspace_id: UUID
    actor: Actor
    changes: Sequence[Change]
    transaction_id: UUID = field(default_factory=new_id)
    at: datetime = field(default_factory=now)

    def frames(self, ids: Sequence[int]) -> list[Frame]:
        """Give each change its id, in their order, and encode them."""
        events = [
            Event(
                id=event_id,
                at=self.at,
                actor=self.actor,
                verb=change.verb,
                entity=change.entity,
                data=change.data,
                before=change.before,
                after=change.after,
            )
            for event_id, change in zip(ids, self.changes, strict=True)
        ]
        return frames(self.transaction_id, self.workspace_id, events)


async def write_events(
    connection: AsyncConnection, workspace_id: UUID, actor: Actor, changes: Sequence[Change]
) -> list[Frame]:
    """Write the event rows and the outbox row into the open transaction; publish the frames after its commit."""
    if not changes:
        return []
    draft = Draft(workspace_id, actor, changes)
    inserted = await connection.exec_driver_sql(
        _INSERT_EVENTS,
        (
            workspace_id,
            draft.transaction_id,
            draft.at,
            actor.kind,
            actor.name,
            [change.verb for change in changes],
            [change.entity.type for change in changes],
            [change.entity.id for change in changes],
            [encode_json(change.data) for change in changes],
            [encode_json(change.before) for change in changes],
            [encode_json(change.after) for change in changes],
        ),
    )
    # Ids are given in the order of the select (Postgres, INSERT: "ORDER BY" before the sequence), RETURNING may differ.
    return draft.frames(sorted(inserted.scalars().all()))


def encode_json(value: dict[str, Any] | None) -> str | None:
    """Encode for a `jsonb` column."""
    return None if value is None else msgspec.json.encode(value).decode()


@dataclass(frozen=True)
class _Published:
    """A transaction whose every frame is on its way to the stream."""

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
    acks = [
        await js.publish_async(
            events_subject(frame.workspace_id),
            frame.body,
            wait_stall=5,
            headers={"Nats-Msg-Id": f"{frame.transaction_id}:{frame.part}"},
        )
        for frame in parts
    ]
    return _Published(parts[0].transaction_id, acks)


async def _clear_outbox(engine: AsyncEngine, published: Sequence[_Published]) -> int:
    """Remove the rows of the transactions whose every frame is acknowledged; return how many are not."""
    if not published:
        return 0
    _, late = await asyncio.wait([ack for one in published for ack in one.acks], timeout=ACK_SECONDS)
    for ack in late:
        # The client never resolves one that the server refused; cancelled, it gives its place to another.
        ack.cancel()
    done = [one.transaction_id for one in published if one.arrived]
    if done:
        async with engine.begin() as connection:
            await connection.execute(text("delete from outbox where transaction_id = any(:ids)"), {"ids": done})
    return len(published) - len(done)


@dataclass
class Transaction:
    """What happens in one transaction."""

    session: AsyncSession
    workspace_id: UUID
    actor: Actor
    changes: list[Change] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    def record(self, change: Change) -> None:
        """Write an event with this transaction."""
        self.changes.append(change)

    def kick(self, job: Job) -> None:
        """Send a wake-up after the commit; a rollback drops it."""
        self.jobs.append(job)


@dataclass(frozen=True)
class Transactions:
    """Opens transactions; built once per process."""

    engine: AsyncEngine
    publisher: EventPublisher
    broker: AsyncBroker

    @asynccontextmanager
    async def begin(self, workspace_id: UUID, actor: Actor) -> AsyncIterator[Transaction]:
        """Commit at the end of the block, roll back when it raises; then publish events and send wake-ups."""
        async with session(self.engine) as opened:
            tx = Transaction(opened, workspace_id, actor)
            async with opened.begin():
                yield tx
                await opened.flush()
                new = await write_events(await opened.connection(), workspace_id, actor, tx.changes)
        self.publisher.submit(new)
        if tx.jobs:
            await queue.send(self.broker, tx.jobs)
