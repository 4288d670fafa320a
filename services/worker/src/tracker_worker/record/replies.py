"""Answers on their way: what is due goes onto the bus, and what became of it comes back from there.

The row of an answer is the truth. The channel sends one once however often it comes, so sending it again is always
safe: a lost message, a lost report and a process of the Source that was away for an hour end the same way.
"""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import APIError
from sqlalchemy.exc import SQLAlchemyError
from tracker_core.bus import DELIVERIES, DELIVERY_RECORDER, Bus, outbound_subject
from tracker_core.database import session
from tracker_core.events import SYSTEM, Change, Entity, Verb
from tracker_core.outbound import Delivery, decode_delivery, encode
from tracker_core.pulling import PullSubscription
from tracker_core.repositories import replies as repository
from tracker_core.repositories.replies import Settled
from tracker_core.tables import Reply
from tracker_core.transaction import Transactions

from tracker_worker.record import notices

log = logging.getLogger(__name__)

INTERVAL = 1.0
"""Seconds between looks at what is due."""
LIMIT = 100
AGAIN = timedelta(minutes=5)
"""How long a channel may keep an answer without a report; twice as long with each further attempt."""
MAX_ATTEMPTS = 10
FIRST_WAIT = timedelta(seconds=5)
"""After the first failure; doubles with each further one."""
LONGEST_WAIT = timedelta(minutes=30)
_PAUSE = 1.0


async def send_due(bus: Bus, transactions: Transactions) -> None:
    """Publish what is due, until cancelled."""
    while True:
        try:
            while await send_once(bus, transactions) == LIMIT:
                pass
        except (NatsError, APIError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Answers wait: %s", str(error) or type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def send_once(bus: Bus, transactions: Transactions) -> int:
    """Publish the oldest that are due; return how many, `LIMIT` at most."""
    async with transactions.engine.begin() as connection:
        due = await repository.take_due(connection, again=AGAIN, limit=LIMIT)
    for reply in due:
        headers = {"Nats-Msg-Id": f"{reply.id}:{reply.attempt}"}
        await bus.js.publish(outbound_subject(reply.source), encode(reply), timeout=5, headers=headers)
    return len(due)


async def follow_deliveries(bus: Bus, transactions: Transactions) -> None:
    """Record what became of answers, until cancelled."""
    while True:
        try:
            async for messages in PullSubscription(bus.nc, DELIVERIES, DELIVERY_RECORDER, batch=50).batches():
                for message in messages:
                    await _record(message, transactions)
        except (NatsError, APIError, SQLAlchemyError, OSError, TimeoutError) as error:
            # Not acknowledged is delivered again.
            log.warning("Deliveries not recorded: %s", str(error) or type(error).__name__)
        await asyncio.sleep(_PAUSE)


async def _record(message: Msg, transactions: Transactions) -> None:
    try:
        report = decode_delivery(message.data)
    except msgspec.MsgspecError as error:
        log.error("A delivery that is none: %s", error)  # noqa: TRY400 -- says it all
        await message.term()
        return
    if report.about == "notice":
        await notices.record_delivery(report, transactions.engine)
    else:
        await record_delivery(report, transactions)
    await message.ack()


async def record_delivery(report: Delivery, transactions: Transactions) -> None:
    """Write one report."""
    workspace_id = await _workspace_of(report.reply_id, transactions)
    if workspace_id is None:
        log.warning("Delivery of %s: there is no such answer", report.reply_id)
        return
    async with transactions.begin(workspace_id, SYSTEM) as tx:
        connection = await tx.session.connection()
        match report.outcome:
            case "sent":
                settled = await repository.mark_sent(
                    connection, report.reply_id, external_id=report.external_id, url=report.url, at=report.at
                )
                verb, detail = Verb.REPLY_SENT, ""
            case "retry" if report.attempt < MAX_ATTEMPTS:
                wait = min(FIRST_WAIT * 2 ** min(report.attempt - 1, 20), LONGEST_WAIT)
                delay = max(wait, timedelta(seconds=min(report.retry_after, 86_400)))
                await repository.put_off(connection, report.reply_id, report.attempt, delay, report.detail)
                return
            case _:
                settled = await repository.mark_failed(connection, report.reply_id, report.detail)
                verb, detail = Verb.REPLY_FAILED, report.detail
        if settled is not None:
            tx.record(_change(verb, report.reply_id, settled, detail))


async def _workspace_of(reply_id: UUID, transactions: Transactions) -> UUID | None:
    async with session(transactions.engine) as opened:
        reply = await opened.get(Reply, reply_id)
        return None if reply is None else reply.workspace_id


def _change(verb: Verb, reply_id: UUID, settled: Settled, detail: str) -> Change:
    data = {"number": settled.number, "reply_id": reply_id, "detail": detail}
    return Change(verb=verb, entity=Entity("task", settled.task_id), data=data)
