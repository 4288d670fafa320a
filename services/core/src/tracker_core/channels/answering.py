"""Takes the answers that people gave to messages of this Source, sends them into the channel, and reports.

Sent once: what the channel took is noted before it is reported, so a redelivery after a crash only reports again. A
crash between the channel's own ack and the note can send one twice; a channel that knows an idempotency key closes
that gap with `OutboundReply.id`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import KeyNotFoundError

from tracker_core.bus import OUTBOUND, SENT_BUCKET, Bus, delivery_subject, outbound_subject
from tracker_core.outbound import Delivery, OutboundReply, decode_delivery, decode_reply, delivery, encode
from tracker_core.pulling import PullSubscription

log = logging.getLogger(__name__)

SEND_SECONDS = 45.0
"""For one send; then it counts as one that may pass."""
ACK_WAIT = 60.0
"""Seconds after which an answer that a crashed process had taken is delivered again."""
_PAUSE = 1.0

type Send = Callable[[OutboundReply], Awaitable[Delivery]]
"""Sends one answer. What goes wrong at the provider is a Delivery too."""


async def answer(bus: Bus, source: str, send: Send) -> None:
    """Send the answers of a Source in their order, until cancelled."""
    consumer = "source-" + source.replace("/", "-").replace(".", "_")
    while True:
        try:
            await bus.js.add_consumer(
                OUTBOUND,
                ConsumerConfig(
                    durable_name=consumer,
                    filter_subject=outbound_subject(source),
                    ack_policy=AckPolicy.EXPLICIT,
                    ack_wait=ACK_WAIT,
                    max_deliver=-1,
                ),
            )
            async for messages in PullSubscription(bus.nc, OUTBOUND, consumer, batch=1).batches():
                for message in messages:
                    await _answer(bus, source, message, send)
        except (NatsError, TimeoutError, OSError) as error:
            # Not acknowledged is delivered again.
            log.warning("Source %s: answers wait: %s", source, str(error) or type(error).__name__)
            await asyncio.sleep(_PAUSE)


async def _answer(bus: Bus, source: str, message: Msg, send: Send) -> None:
    try:
        reply = decode_reply(message.data)
    except msgspec.MsgspecError as error:
        # The row of the reply is the truth: nobody reports on it, so the scheduler sends it again.
        log.error("Source %s: an answer that is none: %s", source, error)  # noqa: TRY400 -- says it all
        await message.term()
        return
    sent = await bus.js.key_value(SENT_BUCKET)
    try:
        done = decode_delivery((await sent.get(str(reply.id))).value or b"")
    except KeyNotFoundError:
        done = await _send(source, reply, send)
        if done.outcome == "sent":
            await sent.put(str(reply.id), encode(done))
    # A repeated report is harmless: the row has its outcome.
    await bus.js.publish(delivery_subject(source), encode(done), timeout=5)
    await message.ack()


async def _send(source: str, reply: OutboundReply, send: Send) -> Delivery:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await send(reply)
    except TimeoutError:
        return delivery(reply, "retry", detail=f"The channel took longer than {SEND_SECONDS:g} s")
    except Exception as error:
        # Whatever a provider's library raises: the process lives on, and the person sees that it did not work.
        log.exception("Source %s: answer %s failed", source, reply.id)
        return delivery(reply, "failed", detail=f"Unforeseen: {type(error).__name__}. See the log of the Source")
