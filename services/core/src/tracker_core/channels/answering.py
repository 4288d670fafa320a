"""Takes answers and notifications of this Source from the bus, sends them into the channel, and reports.

Sent once: what the channel took is noted before it is reported, so a redelivery after a crash only reports again. What
a crash between the channel's own ack and the note means differs. An answer is sent again: two are better than none, and
a channel that knows an idempotency key closes the gap with `OutboundReply.id`. A notification is noted before it is
sent, and not sent again: one that comes twice wakes a person for nothing, and the task itself is not lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue

from tracker_core.bus import (
    OUTBOUND,
    SENT_BUCKET,
    Bus,
    consumer_name,
    delivery_subject,
    notice_subject,
    outbound_subject,
    source_consumer,
)
from tracker_core.notices import Notice, decode_notice
from tracker_core.outbound import Delivery, OutboundReply, decode_delivery, decode_reply, delivery, encode
from tracker_core.pulling import PullSubscription

log = logging.getLogger(__name__)

SEND_SECONDS = 45.0
"""For one send; then it counts as one that may pass."""
ACK_WAIT = 120.0
"""Seconds after which what a crashed process had taken is delivered again: well above one send with its notes."""
_PAUSE = 1.0
_CLAIMED = b""
_UNSURE = "The process ended while it was sent; perhaps it arrived, and it is not sent again"

type Send = Callable[[OutboundReply], Awaitable[Delivery]]
"""Sends one answer. What goes wrong at the provider is a Delivery too."""
type Tell = Callable[[Notice], Awaitable[Delivery]]
"""The same for a notification."""


@dataclass(frozen=True)
class _Way[M: (OutboundReply, Notice)]:
    """How one kind of message goes out."""

    source: str
    subject: str
    consumer: str
    decode: Callable[[bytes], M]
    send: Callable[[M], Awaitable[Delivery]]
    claims: bool
    """Noted before it is sent, too."""
    sent: dict[str, Delivery] = field(default_factory=dict)
    """What the channel took while it could not be noted: a redelivery to this process does not send it again."""


async def answer(bus: Bus, source: str, send: Send) -> None:
    """Send the answers of a Source in their order, until cancelled."""
    await _carry(bus, _Way(source, outbound_subject(source), source_consumer(source), decode_reply, send, claims=False))


async def notify(bus: Bus, source: str, tell: Tell) -> None:
    """Send the notifications to members who are known in this Source's channel, until cancelled."""
    await _carry(
        bus, _Way(source, notice_subject(source), f"notices-{consumer_name(source)}", decode_notice, tell, claims=True)
    )


async def _carry[M: (OutboundReply, Notice)](bus: Bus, way: _Way[M]) -> None:
    while True:
        try:
            await bus.js.add_consumer(
                OUTBOUND,
                ConsumerConfig(
                    durable_name=way.consumer,
                    filter_subject=way.subject,
                    ack_policy=AckPolicy.EXPLICIT,
                    ack_wait=ACK_WAIT,
                    max_deliver=-1,
                ),
            )
            async for messages in PullSubscription(bus.nc, OUTBOUND, way.consumer, batch=1).batches():
                for message in messages:
                    await _take(bus, way, message)
        except (NatsError, TimeoutError, OSError) as error:
            # Not acknowledged is delivered again.
            log.warning("Source %s: what goes out waits: %s", way.source, str(error) or type(error).__name__)
            await asyncio.sleep(_PAUSE)


async def _take[M: (OutboundReply, Notice)](bus: Bus, way: _Way[M], message: Msg) -> None:
    try:
        item = way.decode(message.data)
    except msgspec.MsgspecError as error:
        # The row is the truth: nobody reports on it, so the scheduler sends it again.
        log.error("Source %s: on %s is what is none: %s", way.source, way.subject, error)  # noqa: TRY400 -- says it all
        await message.term()
        return
    sent = await bus.js.key_value(SENT_BUCKET)
    if (kept := way.sent.get(str(item.id))) is not None:
        done = await _note(sent, way, item, kept)
    else:
        try:
            done = _noted(item, (await sent.get(str(item.id))).value or _CLAIMED)
        except KeyNotFoundError:
            done = await _send_noted(sent, way, item)
    # A repeated report is harmless: the row has its outcome.
    await bus.js.publish(delivery_subject(way.source), encode(done), timeout=5)
    await message.ack()


async def _send_noted[M: (OutboundReply, Notice)](sent: KeyValue, way: _Way[M], item: M) -> Delivery:
    key = str(item.id)
    if way.claims:
        await sent.put(key, _CLAIMED)
    done = await _send(way, item)
    if done.outcome == "sent":
        return await _note(sent, way, item, done)
    if way.claims:
        await sent.delete(key)
    return done


async def _note[M: (OutboundReply, Notice)](sent: KeyValue, way: _Way[M], item: M, done: Delivery) -> Delivery:
    key = str(item.id)
    way.sent[key] = done
    await sent.put(key, encode(done))
    del way.sent[key]
    return done


def _noted(item: OutboundReply | Notice, note: bytes) -> Delivery:
    try:
        return decode_delivery(note) if note != _CLAIMED else delivery(item, "sent", detail=_UNSURE)
    except msgspec.MsgspecError:
        # There is a note, so it was sent; who wrote it wrote another form.
        return delivery(item, "sent", detail=_UNSURE)


async def _send[M: (OutboundReply, Notice)](way: _Way[M], item: M) -> Delivery:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await way.send(item)
    except TimeoutError:
        return delivery(item, "retry", detail=f"The channel took longer than {SEND_SECONDS:g} s")
    except Exception as error:
        # Whatever a provider's library raises: the process lives on, and the person sees that it did not work.
        log.exception("Source %s: %s failed", way.source, item.id)
        return delivery(item, "failed", detail=f"Unforeseen: {type(error).__name__}. See the log of the Source")
