"""From the EVENTS stream into the hub: an ordered consumer that survives restarts of NATS.

The consumer is made for one connection and thrown away: when a sequence is missing, heartbeats stay away or the
connection was lost, a new one starts behind the last frame that the hub has.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time
from uuid import UUID

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from prometheus_client import Histogram
from tracker_core import telemetry
from tracker_core.bus import EVENTS, Bus, events_subject
from tracker_core.metrics import SECONDS

from tracker_api.live.hub import Hub, LiveFrame, events_frame

log = logging.getLogger(__name__)

_DELAY = Histogram(
    "tracker_live_delay_seconds", "From the commit of a change to the queues of the sockets", buckets=SECONDS
)

PREFILL = 500
"""Frames read back at the start, so that clients of the process before resume from memory."""
HEARTBEAT = 2.0
"""Seconds between two heartbeats of an idle consumer."""
SILENCE = 3 * HEARTBEAT
"""Seconds without any sign, after which the consumer is given up."""
LOOK = 0.5
"""Seconds between looks at whether the connection was lost meanwhile."""
RETRY = 0.5
"""Seconds before the next consumer."""
PENDING_BYTES = 32 << 20
"""Bytes that may wait in this process; beyond that frames are dropped and read again."""
READ_BACK = 1000
"""Frames that one client may have read back from the stream; who missed more fetches afresh."""
PING_INTERVAL = 20.0
"""Seconds between two pings to every client."""


class Feed:
    """Follows the stream; `run` it as a task of the process."""

    def __init__(self, bus: Bus, hub: Hub) -> None:
        self._bus = bus
        self._hub = hub
        self._created: object = None
        self.following = asyncio.Event()
        """Set once the hub has what the stream had at the start."""
        self.trouble = "The event stream is not read yet"
        """What is wrong, for people; empty when nothing is."""

    async def run(self) -> None:
        """Follow until cancelled."""
        pinging = asyncio.create_task(self._ping(), name="live pings")
        try:
            while True:
                try:
                    await self._follow()
                except (NatsError, TimeoutError, OSError) as error:
                    self.trouble = f"The event stream does not answer: {str(error) or type(error).__name__}"
                    log.warning("%s", self.trouble)
                await asyncio.sleep(RETRY)
        finally:
            pinging.cancel()

    async def read_back(self, workspace_id: UUID, since: int, until: int) -> list[LiveFrame] | None:
        """Return the workspace's frames with `since` < sequence <= `until`; None when some are gone or too many."""
        if since + 1 < (await self._bus.js.stream_info(EVENTS)).state.first_seq:
            return None
        found: list[LiveFrame] = []
        async with self._consumer(since + 1, events_subject(workspace_id)) as (subscription, waiting):
            pending = waiting
            while pending and len(found) < READ_BACK:
                message = await subscription.next_msg(timeout=SILENCE)
                if _last_delivered(message) is not None:
                    continue
                place = message.metadata
                if place.sequence.stream > until:
                    return found
                if place.sequence.consumer != len(found) + 1:
                    return None
                found.append(events_frame(place.sequence.stream, message.data))
                pending = place.num_pending
        return None if pending else found

    @asynccontextmanager
    async def _consumer(self, start: int, subject: str | None = None) -> AsyncIterator[tuple[Subscription, int]]:
        """Have the stream delivered in order from a sequence on; yield the subscription, and how much there is now."""
        inbox = self._bus.nc.new_inbox()
        subscription = await self._bus.nc.subscribe(inbox, pending_bytes_limit=PENDING_BYTES)
        try:
            made = await self._bus.js.add_consumer(
                EVENTS,
                ConsumerConfig(
                    deliver_subject=inbox,
                    deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                    opt_start_seq=start,
                    filter_subject=subject,
                    ack_policy=AckPolicy.NONE,
                    max_deliver=1,
                    idle_heartbeat=HEARTBEAT,
                    inactive_threshold=60,
                    mem_storage=True,
                    num_replicas=1,
                ),
            )
            # What is on its way already does not count as pending any more.
            yield subscription, (made.num_pending or 0) + (made.delivered.consumer_seq if made.delivered else 0)
        finally:
            if not self._bus.nc.is_closed:
                await subscription.unsubscribe()

    async def _follow(self) -> None:
        await self._align()
        connections = self._bus.nc.stats["reconnects"]
        async with self._consumer(self._hub.seq + 1) as (subscription, _):
            self.trouble = ""
            caught_up = (await self._bus.js.stream_info(EVENTS)).state.last_seq
            delivered, silent = 0, 0.0
            while silent < SILENCE and connections == self._bus.nc.stats["reconnects"]:
                if self._hub.seq >= caught_up:
                    self.following.set()
                try:
                    message = await subscription.next_msg(timeout=LOOK)
                except NatsTimeoutError:
                    silent += LOOK
                    continue
                silent = 0.0
                last = _last_delivered(message)
                if last is None:
                    self._take(message)
                    delivered += 1
                    last = message.metadata.sequence.consumer
                if last != delivered:
                    log.warning("Live events: %d of %d frames arrived, reading again", delivered, last)
                    return

    async def _align(self) -> None:
        """Bring the hub's count and the stream's together."""
        info = await self._bus.js.stream_info(EVENTS)
        first, last = info.state.first_seq, info.state.last_seq
        if self._created is None:
            self._hub.restart(max(first - 1, last - PREFILL, 0))
        elif info.created != self._created or last < self._hub.seq:
            log.warning("The event stream was made anew; every client fetches afresh")
            self._hub.restart(last)
        elif first > self._hub.seq + 1:
            log.warning("Events have expired that this process has not seen; every client fetches afresh")
            self._hub.restart(first - 1)
        self._created = info.created

    def _take(self, message: Msg) -> None:
        try:
            workspace_id = UUID(message.subject.rpartition(".")[2])
        except ValueError:
            log.warning("Not an event frame: %s", message.subject)
            return
        frame = events_frame(message.metadata.sequence.stream, message.data)
        _DELAY.observe(max(0.0, time() - message.metadata.timestamp.timestamp()))
        traceparent = (message.headers or {}).get(telemetry.TRACEPARENT, "")
        if not traceparent:
            self._hub.publish(workspace_id, frame)
            return
        with telemetry.span("websocket", "producer", parent=traceparent, sockets=self._hub.sockets):
            self._hub.publish(workspace_id, frame)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_INTERVAL)
            self._hub.ping()


def _last_delivered(message: Msg) -> int | None:
    """Return the consumer sequence that a heartbeat tells; None for an event."""
    headers = message.headers or {}
    if message.data or "Status" not in headers:
        return None
    return int(headers.get("Nats-Last-Consumer", "0"))
