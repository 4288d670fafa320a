"""Takes what waits on INBOUND, writes it in one transaction, acknowledges after the commit.

A plain consumer instead of a TaskIQ task per message: the batch is whatever is waiting, so it costs no latency, and it
records at twice the rate. A crash at any point is safe: before the commit nothing happened, between commit and ack the
same deliveries come again and meet UNIQUE (source_id, external_id).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic, time, time_ns
from typing import Any
from uuid import UUID

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from taskiq import AsyncBroker
from tracker_core import queue, telemetry
from tracker_core.bus import INBOUND, RECORDER, Bus, ensure_bus
from tracker_core.events import Actor, ActorKind, Change, Entity, Verb
from tracker_core.health import Heartbeat, heartbeat
from tracker_core.ids import new_id
from tracker_core.inbound import InboundMessage, decode
from tracker_core.jobs import Job, triage_message
from tracker_core.metrics import SECONDS
from tracker_core.outbox import Draft, Frame, write_events
from tracker_core.publishing import EventPublisher
from tracker_core.pulling import PullSubscription
from tracker_core.repositories.intake import Arrival, Poison, insert_arrivals, insert_poison
from tracker_core.tables import MessageState

from tracker_worker.record.sources import KnownSource, Sources

log = logging.getLogger(__name__)

PREVIEW = 140
"""Characters of a message's text in its event."""
RETRY_DELAYS = (0.1, 0.5, 2.0, 5.0)
"""Seconds between tries while Postgres is away; the last one repeats."""
LOOK = 5.0
"""Seconds between two looks at the stream itself."""
# https://www.postgresql.org/docs/18/errcodes-appendix.html
PASSING = frozenset({"08", "25", "40", "53", "55", "57", "58"})
"""Classes of SQLSTATE that say nothing about the data: no connection, read-only after a failover, a deadlock, no room,
starting up. SQLAlchemy gives most of them no class of their own."""

_RECORDED = Counter(
    "tracker_messages_recorded", "Messages in Postgres, by the state that they began in", ["source", "state"]
)
_DELAY = Histogram("tracker_record_delay_seconds", "From the bus to Postgres", buckets=SECONDS)

_INTAKE = Actor(ActorKind.SYSTEM, "recorder")


@dataclass(frozen=True)
class _Delivery:
    raw: Msg
    seq: int
    traceparent: str
    message: InboundMessage | None
    error: str = ""
    since: int = field(default_factory=time_ns)
    """When it was taken up, for its span."""

    @property
    def trace_id(self) -> str:
        return telemetry.trace_id_of(self.traceparent)


class Recorder:
    """The consumer of INBOUND."""

    def __init__(
        self,
        bus: Bus,
        engine: AsyncEngine,
        publisher: EventPublisher,
        broker: AsyncBroker,
        sources: Sources,
        *,
        workspace_id: UUID,
        batch: int,
    ) -> None:
        self._bus = bus
        self._engine = engine
        self._publisher = publisher
        self._broker = broker
        self._sources = sources
        self._workspace_id = workspace_id
        self._pull = PullSubscription(bus.nc, INBOUND, RECORDER, batch=batch)
        self._connection: AsyncConnection | None = None
        self._epoch = 0
        self._trouble = ""

    def report(self) -> Heartbeat:
        """Say how the recorder is."""
        if self._trouble:
            return heartbeat("degraded", self._trouble)
        if monotonic() - self._pull.last_request > 30:  # noqa: PLR2004 -- six pull requests missed
            return heartbeat("degraded", "The inbound stream does not answer")
        return heartbeat("ready")

    async def run(self) -> None:
        """Record until cancelled."""
        self._epoch = await stream_epoch(self._bus)
        refresh = asyncio.create_task(self._refresh_epoch(), name="stream epoch")
        try:
            async for messages in self._pull.batches():
                await self._record_and_acknowledge(messages)
        finally:
            refresh.cancel()
            await self._disconnect()

    async def _refresh_epoch(self) -> None:
        # A stream that was deleted and made again counts from 1 again.
        while True:
            await asyncio.sleep(LOOK)
            await self._read_epoch()

    async def _read_epoch(self) -> None:
        try:
            try:
                self._epoch = await stream_epoch(self._bus)
            except NotFoundError:
                # NATS lost what it had stored; without this the gateway would answer 503 until some process restarts.
                log.error("The bus has no streams any more; making them again")  # noqa: TRY400 -- nothing to trace
                await ensure_bus(self._bus.js)
                self._epoch = await stream_epoch(self._bus)
        except (NatsError, TimeoutError, OSError) as error:
            log.warning("Stream epoch not read: %s", str(error) or type(error).__name__)

    async def _record_and_acknowledge(self, messages: Sequence[Msg]) -> None:
        deliveries = [_read(message) for message in messages]
        frames, jobs = await self._record(deliveries)
        self._publisher.submit(frames)
        for message in messages:
            # An empty payload is +ACK; one that is lost means a delivery that changes nothing.
            await self._bus.nc.publish(message.reply)
        if jobs:
            await queue.send(self._broker, jobs)

    async def _record(self, deliveries: Sequence[_Delivery]) -> tuple[list[Frame], list[Job]]:
        """Write the batch; when Postgres refuses the data, find the one message that it refuses and bury that."""
        attempt = 0
        while True:
            try:
                sources = await self._sources.resolve({d.message.source for d in deliveries if d.message})
                return await self._write(deliveries, sources)
            except (OperationalError, InterfaceError, OSError, TimeoutError) as error:
                await self._wait(attempt, error)
            except DBAPIError as error:
                if error.connection_invalidated or _is_passing(error):
                    await self._wait(attempt, error)
                elif isinstance(error, IntegrityError) and attempt == 0:
                    # A Source that is known here was removed from the database, or the stream counts from 1 again.
                    self._sources.forget()
                    await self._read_epoch()
                elif len(deliveries) > 1:
                    half = len(deliveries) // 2
                    left, right = await self._record(deliveries[:half]), await self._record(deliveries[half:])
                    return left[0] + right[0], left[1] + right[1]
                elif deliveries[0].message is None:
                    await self._wait(attempt, error)
                else:
                    refused = f"Postgres refuses it: {error.orig}"
                    deliveries = [replace(deliveries[0], message=None, error=refused)]
            attempt += 1

    async def _connect(self) -> AsyncConnection:
        """Return a connection that commits each statement, and is kept: BEGIN and the pool's test are round trips."""
        if self._connection is None:
            connection = await self._engine.connect()
            self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            # All parameters are arrays, and no plan depends on what is in them: planning each batch anew gains nothing.
            await connection.exec_driver_sql("set plan_cache_mode = force_generic_plan")
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _wait(self, attempt: int, error: Exception) -> None:
        self._trouble = f"Postgres does not take messages: {type(error).__name__}; they wait on the bus"
        log.warning("%s (attempt %d): %s", self._trouble, attempt + 1, error)
        await asyncio.sleep(RETRY_DELAYS[min(attempt, len(RETRY_DELAYS) - 1)])

    async def _write(
        self, deliveries: Sequence[_Delivery], sources: Mapping[str, KnownSource]
    ) -> tuple[list[Frame], list[Job]]:
        arrivals = [
            Arrival(
                id=new_id(),
                source_id=sources[d.message.source].id,
                message=d.message,
                stream_seq=d.seq,
                trace_id=d.trace_id,
                **_first_state(d.message, triaged=sources[d.message.source].triaged),
            )
            for d in deliveries
            if d.message
        ]
        draft = Draft(self._workspace_id, _INTAKE, [_recorded(arrival) for arrival in arrivals])
        try:
            new, frames = await insert_arrivals(await self._connect(), draft, self._epoch, arrivals)
        except BaseException:
            await self._disconnect()
            raise
        frames += await self._bury([d for d in deliveries if not d.message])
        self._trouble = ""
        return frames, _wake_ups(new, deliveries)

    async def _bury(self, unreadable: Sequence[_Delivery]) -> list[Frame]:
        if not unreadable:
            return []
        poison = [Poison(d.raw.subject, d.raw.data, d.error, d.seq, d.trace_id) for d in unreadable]
        async with self._engine.begin() as connection:
            dead = await insert_poison(connection, self._workspace_id, self._epoch, poison)
            changes = [
                Change(verb=Verb.MESSAGE_DEAD, entity=Entity("dead_letter", dead_id), data={"source": None})
                for dead_id in dead
            ]
            return await write_events(connection, self._workspace_id, _INTAKE, changes)


def _wake_ups(new: Sequence[Arrival], deliveries: Sequence[_Delivery]) -> list[Job]:
    """Count what was recorded, end its span, and return the jobs that go on with it."""
    taken = {delivery.seq: delivery for delivery in deliveries}
    jobs = []
    for arrival in new:
        delivery = taken[arrival.stream_seq]
        _RECORDED.labels(arrival.message.source, arrival.state).inc()
        _DELAY.observe(max(0.0, time() - delivery.raw.metadata.timestamp.timestamp()))
        with telemetry.span("record", "consumer", parent=delivery.traceparent, since=delivery.since) as traceparent:
            if arrival.state is MessageState.WAITING:
                jobs.append(triage_message(arrival.id, traceparent))
    return jobs


async def stream_epoch(bus: Bus) -> int:
    """Return when the INBOUND stream was created, in Unix seconds: what its sequences count from."""
    created = (await bus.js.stream_info(INBOUND)).created
    return int(created.timestamp()) if created else 0


def _is_passing(error: DBAPIError) -> bool:
    return str(getattr(error.orig, "sqlstate", ""))[:2] in PASSING


def _read(raw: Msg) -> _Delivery:
    traceparent = (raw.headers or {}).get(telemetry.TRACEPARENT, "")
    seq = raw.metadata.sequence.stream
    try:
        return _Delivery(raw, seq, traceparent, decode(raw.data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _Delivery(raw, seq, traceparent, None, f"Not an inbound message: {error}")


def _first_state(message: InboundMessage, *, triaged: bool) -> dict[str, Any]:
    if message.dead:
        return {"state": MessageState.DEAD, "state_reason": message.dead}
    if message.ignored:
        return {"state": MessageState.IGNORED, "state_reason": message.ignored}
    if not triaged:
        return {"state": MessageState.IGNORED, "state_reason": "Triage is disabled for this Source"}
    return {"state": MessageState.WAITING, "state_reason": ""}


def _recorded(arrival: Arrival) -> Change:
    message = arrival.message
    return Change(
        verb=Verb.MESSAGE_DEAD if arrival.state is MessageState.DEAD else Verb.MESSAGE_RECORDED,
        entity=Entity("message", arrival.id),
        data={
            "source": message.source,
            "sender": message.sender.name or message.sender.address,
            "preview": (message.subject or message.text)[:PREVIEW],
            "state": arrival.state,
        },
    )
