"""Publishes what a crash left in the outbox; a frame that did get out before is dropped by its message id."""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tracker_core.events import Actor, Entity, Event
from tracker_core.outbox import Frame, frames
from tracker_core.publishing import publish_frames

log = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between looks."""
GRACE = timedelta(seconds=5)
"""How long the process that wrote the events may take to publish them itself."""
LIMIT = 100
"""Transactions at a time."""


async def run_relay(js: JetStreamContext, engine: AsyncEngine) -> None:
    """Publish left-behind events until cancelled."""
    while True:
        try:
            while await relay_once(js, engine) == LIMIT:
                pass
        except (NatsError, APIError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Relay: %s", str(error) or type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def relay_once(js: JetStreamContext, engine: AsyncEngine, *, grace: timedelta = GRACE) -> int:
    """Publish the oldest transactions that are older than `grace`; return how many there were, `LIMIT` at most."""
    async with engine.connect() as connection:
        left = await _left_behind(connection, grace)
    if left:
        log.info("Relay: %d transactions were left behind", len({frame.transaction_id for frame in left}))
        await publish_frames(js, engine, left)
    return len({frame.transaction_id for frame in left})


_LEFT_BEHIND = """
select e.*, o.workspace_id as owner
  from (select * from outbox where created_at < now() - cast(:grace as interval) order by created_at limit :limit) o
  join event e on e.transaction_id = o.transaction_id
 order by e.transaction_id, e.id
"""


async def _left_behind(connection: AsyncConnection, grace: timedelta) -> list[Frame]:
    rows = (await connection.execute(text(_LEFT_BEHIND), {"grace": grace, "limit": LIMIT})).all()
    transactions: dict[UUID, list[Event]] = {}
    owners = {row.transaction_id: row.owner for row in rows}
    for row in rows:
        event = Event(
            id=row.id,
            at=row.at,
            actor=Actor(row.actor_kind, row.actor_name),
            verb=row.verb,
            entity=Entity(row.entity_type, row.entity_id),
            data=row.data,
            before=row.before,
            after=row.after,
        )
        transactions.setdefault(row.transaction_id, []).append(event)
    return [frame for key, events in transactions.items() for frame in frames(key, owners[key], events)]
