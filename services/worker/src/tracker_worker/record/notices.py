"""Notifications to members: what is due is told, what waits goes out, and what became of it comes back into its row.

The row is the truth, as with answers (`replies.py`): the channel sends one once however often it comes.
"""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nats.errors import Error as NatsError
from nats.js.errors import APIError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tracker_core.bus import Bus, notice_subject
from tracker_core.inbound import Sender
from tracker_core.notices import Notice, encode
from tracker_core.outbound import Delivery
from tracker_core.quiet import quiet_until
from tracker_core.repositories import notifications as repository
from tracker_core.repositories.notifications import Waiting

log = logging.getLogger(__name__)

INTERVAL = 1.0
"""Seconds between looks at what waits."""
CALENDAR_INTERVAL = 60.0
"""Seconds between looks at what is due."""
LIMIT = 100
AGAIN = timedelta(minutes=5)
"""How long a channel may keep one without a report; twice as long with each further attempt."""
FIRST_WAIT = timedelta(seconds=5)
"""After the first failure; doubles with each further one."""
LONGEST_WAIT = timedelta(minutes=30)
WORTH = timedelta(days=1)
"""How long one is tried: news of the day before yesterday is none."""


async def follow_calendar(engine: AsyncEngine) -> None:
    """Tell of what is due, until cancelled."""
    while True:
        try:
            while await tell_due(engine, datetime.now(UTC)) == LIMIT:
                pass
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Due dates are not told: %s", str(error) or type(error).__name__)
        await asyncio.sleep(CALENDAR_INTERVAL)


async def tell_due(engine: AsyncEngine, now: datetime) -> int:
    """Make a row for each task that is due at `now`; return how many, `LIMIT` at most."""
    async with engine.begin() as connection:
        return await repository.tell_due(connection, now, limit=LIMIT)


async def send_notices(bus: Bus, engine: AsyncEngine) -> None:
    """Publish what waits, until cancelled."""
    while True:
        try:
            while await send_once(bus, engine, datetime.now(UTC)) == LIMIT:
                pass
        except (NatsError, APIError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Notifications wait: %s", str(error) or type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def send_once(bus: Bus, engine: AsyncEngine, now: datetime) -> int:
    """Deal with the oldest that wait; return how many, `LIMIT` at most."""
    async with engine.begin() as connection:
        waiting = await repository.take_waiting(connection, now, limit=LIMIT)
        leaving = [one for one in waiting if await _leaves(connection, one, now)]
    for notice in map(_notice, leaving):
        headers = {"Nats-Msg-Id": f"{notice.id}:{notice.attempt}"}
        await bus.js.publish(notice_subject(notice.source), encode(notice), timeout=5, headers=headers)
    return len(waiting)


async def _leaves(connection: AsyncConnection, notification: Waiting, now: datetime) -> bool:
    """Decide in its row what becomes of one; say whether it goes out now."""
    wants = notification.preferences
    if reason := _needless(notification, now):
        await repository.drop(connection, notification.id, reason)
        return False
    until = quiet_until(now, wants.quiet_from, wants.quiet_until, wants.zone)
    if until is not None:
        await repository.put_off(connection, notification.id, until)
        return False
    await repository.mark_leaving(connection, notification.id, now + AGAIN * 2 ** min(notification.attempt - 1, 6))
    return True


def _needless(notification: Waiting, now: datetime) -> str:
    wants = notification.preferences
    if wants.paused_reason:
        return f"Paused: {wants.paused_reason}"
    if not wants.wants(notification.kind):
        return "Switched off in the settings"
    if not notification.is_true:
        return "No longer so when it was to be sent"
    if not notification.source:
        return "The member is linked with no channel any more"
    return "Not delivered within a day" if now - notification.created_at > WORTH else ""


def _notice(notification: Waiting) -> Notice:
    return Notice(
        id=notification.id,
        attempt=notification.attempt,
        source=notification.source,
        recipient=Sender(id=notification.recipient_id, name=notification.recipient_name),
        kind=notification.kind,
        task=notification.task,
        by=notification.by_name,
        detail=notification.detail,
    )


async def record_delivery(report: Delivery, engine: AsyncEngine) -> None:
    """Write what became of one; whoever blocked the bot is told nothing any more."""
    async with engine.begin() as connection:
        owner = await repository.find_owner(connection, report.reply_id)
        if owner is None:
            log.warning("Delivery of %s: there is no such notification", report.reply_id)
            return
        match report.outcome:
            case "sent":
                await repository.mark_sent(connection, report.reply_id, at=report.at, detail=report.detail)
            case "retry":
                wait = min(FIRST_WAIT * 2 ** min(report.attempt - 1, 20), LONGEST_WAIT)
                delay = max(wait, timedelta(seconds=min(report.retry_after, 86_400)))
                at = datetime.now(UTC) + delay
                await repository.try_again(connection, report.reply_id, report.attempt, at, report.detail)
            case "failed":
                await repository.mark_failed(connection, report.reply_id, report.detail)
                if report.blocked:
                    wants = await repository.find_preferences(connection, owner.member_id)
                    paused = replace(wants, paused_reason=report.detail)
                    await repository.save_preferences(connection, owner.workspace_id, owner.member_id, paused)
