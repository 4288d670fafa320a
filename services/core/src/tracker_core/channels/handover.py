"""Requests that the gateway takes for a Source whose own process understands them.

The gateway stays the one door: it verifies, keeps the request on the bus and answers at once, however long the reading
takes. The process has what reading needs: the provider's API for names and files, and the Source's own rules.
"""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError

from tracker_core.bus import HANDED, Bus, handed_subject, source_consumer
from tracker_core.pulling import PullSubscription

log = logging.getLogger(__name__)

ACK_WAIT = 150.0
"""Seconds after which a request that a crashed process had taken is delivered again; longer than reading takes."""
BATCH = 32


class HandedRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request whose sender was verified."""

    body: bytes
    received_at: datetime
    content_type: str = ""


@dataclass(frozen=True)
class Handed:
    """One that was taken from the bus; without `done` it comes again."""

    request: HandedRequest
    traceparent: str
    done: Callable[[], Awaitable[None]]


encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(HandedRequest).decode


async def handed_over(bus: Bus, source: str, *, alone: bool = False) -> AsyncIterator[Handed]:
    """Return the requests for a Source in their order; several of its processes share them.

    Args:
        bus: The bus.
        source: `namespace/name`.
        alone: There is no other process now: what one that crashed had taken comes again at once, and in its order.

    Raises:
        nats.errors.Error: the bus is away; ask again.
    """
    consumer = source_consumer(source)
    if alone:
        with contextlib.suppress(NotFoundError):
            await bus.js.delete_consumer(HANDED, consumer)
    await bus.js.add_consumer(
        HANDED,
        ConsumerConfig(
            durable_name=consumer,
            filter_subject=handed_subject(source),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_deliver=-1,
        ),
    )
    return _requests(PullSubscription(bus.nc, HANDED, consumer, batch=BATCH), source)


async def _requests(pull: PullSubscription, source: str) -> AsyncIterator[Handed]:
    async for messages in pull.batches():
        for message in messages:
            try:
                request = _decode(message.data)
            except msgspec.MsgspecError as error:
                # Only the gateway writes here, so this is a defect of ours; the log has it, the others go on.
                log.error("Source %s: a handed request that is none: %s", source, error)  # noqa: TRY400 -- says it all
                await message.term()
                continue
            yield Handed(request, (message.headers or {}).get("traceparent", ""), message.ack)
