"""The way to the bus for a process that fetches: it waits for the ack as long as it takes, and never goes on without.

What cannot be published stays with the provider, so the caller confirms (an offset, a flag, a cursor) only after
`publish` has returned. A message that is too large for the bus is published as a dead letter without its raw form.
"""

import asyncio
import logging
from datetime import UTC, datetime
from time import monotonic

import msgspec
from prometheus_client import Counter

from tracker_core.bus import Bus
from tracker_core.channels.condition import Condition, Reason
from tracker_core.channels.publishing import Publisher
from tracker_core.channels.rates import bucket_of
from tracker_core.errors import TooLargeError, UnavailableError
from tracker_core.inbound import InboundMessage
from tracker_core.manifests.source import RateLimitSpec
from tracker_core.telemetry import span

log = logging.getLogger(__name__)

_TAKEN = Counter("tracker_source_messages", "Messages that a Source gave to the bus", ["source", "outcome"])

ACK_SECONDS = 5.0
MAX_IN_FLIGHT = 64
_LONGEST_WAIT = 30.0
_KEPT_OF_TOO_LARGE = 100_000
"""Characters kept of a raw form that the bus does not take."""


class Intake:
    """Publishes the messages of one process.

    Args:
        bus: The bus.
        condition: Where it says that the bus is away.
        rate: `spec.ingest.rateLimit`: the pace that is kept to; what is over it waits, at the provider as far as that
            keeps messages.
    """

    def __init__(self, bus: Bus, condition: Condition, rate: RateLimitSpec | None = None) -> None:
        self._publisher = Publisher(ack_timeout=ACK_SECONDS, max_in_flight=MAX_IN_FLIGHT)
        self._publisher.attach(bus)
        self._condition = condition
        self._bucket = bucket_of(rate) if rate is not None else None

    async def publish(self, message: InboundMessage, *, traceparent: str = "") -> bool:
        """Publish and wait for the ack, again and again until it comes; return whether the bus had it already."""
        with span("publish", "producer", parent=traceparent) as trace:
            known = await self._publish(message, trace)
        _TAKEN.labels(message.source, "duplicate" if known else "dead" if message.dead else "accepted").inc()
        return known

    async def _publish(self, message: InboundMessage, trace: str) -> bool:
        if self._bucket is not None:
            turn = self._bucket.wait(monotonic())
            self._bucket.take()
            await asyncio.sleep(turn)
        wait = 0.5
        while True:
            try:
                known = await self._publisher.publish(message, bus_id=message.external_id, traceparent=trace)
            except TooLargeError as error:
                message = _without_raw(message, error)
            except UnavailableError as error:
                self._condition.trouble(Reason.BUS_UNAVAILABLE, f"{error}. Nothing is lost: it stays at the provider")
                log.warning("Source %s: %s; again in %.1f s", message.source, error.detail, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                if self._condition.reason == Reason.BUS_UNAVAILABLE:
                    self._condition.ready()
                self._condition.took(datetime.now(UTC))
                return known


def _without_raw(message: InboundMessage, error: TooLargeError) -> InboundMessage:
    if message.dead.startswith(error.detail):
        raise error
    kept = message.raw[:_KEPT_OF_TOO_LARGE] if message.raw_encoding == "text" else ""
    return msgspec.structs.replace(
        message,
        text=message.text[:_KEPT_OF_TOO_LARGE],
        raw=kept,
        raw_encoding="text",
        attachments=(),
        dead=f"{error.detail}. The beginning is kept",
    )
