"""The single scheduler: looks at the rows and wakes what is due, whatever became of its wake-up."""

import asyncio
import logging
from datetime import timedelta

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from taskiq import AsyncBroker
from tracker_core import queue
from tracker_core.bus import JOBS
from tracker_core.jobs import Queue, triage_message
from tracker_core.repositories.triage import take_due
from tracker_core.telemetry import continued

log = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between looks."""
GRACE = timedelta(seconds=15)
"""How long a first wake-up may be under way before it counts as lost."""
LIMIT = 500
"""Wake-ups at a time; a queue with as many waiting gets no more, because it is slow and not deaf."""
LOCK = 7_370_232
"""Advisory lock: of several recorders one schedules."""


async def run_scheduler(js: JetStreamContext, engine: AsyncEngine, broker: AsyncBroker) -> None:
    """Wake what is due until cancelled."""
    while True:
        try:
            if await _queue_length(js) < LIMIT:
                await wake_due(engine, broker)
        except (NatsError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Scheduler: %s", str(error) or type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def wake_due(engine: AsyncEngine, broker: AsyncBroker, *, grace: timedelta = GRACE) -> int:
    """Send a wake-up for each message that is due; return how many."""
    async with engine.begin() as connection:
        alone = await connection.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": LOCK})
        due = await take_due(connection, grace=grace, limit=LIMIT) if alone else []
    if due:
        log.info("Scheduler: %d messages were due", len(due))
        await queue.send(broker, [triage_message(one.id, continued(one.trace_id)) for one in due])
    return len(due)


async def _queue_length(js: JetStreamContext) -> int:
    try:
        info = await js.consumer_info(JOBS, Queue.TRIAGE)
    except NotFoundError:
        return 0
    return info.num_pending or 0
