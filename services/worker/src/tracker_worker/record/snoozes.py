"""Ends snoozes: a task whose time has come is among the others again, and an event tells every screen."""

import asyncio
import logging

from nats.errors import Error as NatsError
from sqlalchemy.exc import SQLAlchemyError
from tracker_core.events import SYSTEM, Change, Entity, Verb
from tracker_core.repositories import tasks as repository
from tracker_core.transaction import Transactions

log = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between looks."""
LIMIT = 200
"""Tasks in one transaction."""


async def end_snoozes(transactions: Transactions) -> None:
    """Wake what is due until cancelled."""
    while True:
        try:
            while await wake_once(transactions) == LIMIT:
                pass
        except (NatsError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Snoozed tasks wait: %s", str(error) or type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def wake_once(transactions: Transactions) -> int:
    """Wake the earliest of each workspace; return how many of the one with most, `LIMIT` at most."""
    async with transactions.engine.connect() as connection:
        workspaces = await repository.workspaces_to_wake(connection)
    most = 0
    for workspace_id in workspaces:
        async with transactions.begin(workspace_id, SYSTEM) as tx:
            woken = await repository.wake(await tx.session.connection(), workspace_id, limit=LIMIT)
            for task in woken:
                tx.record(
                    Change(
                        verb=Verb.TASK_WOKE,
                        entity=Entity("task", task.id),
                        data={"number": task.number, "title": task.title, "status": task.status},
                        before={"snoozed_until": task.snoozed_until.isoformat()},
                        after={"snoozed_until": None},
                    )
                )
        most = max(most, len(woken))
    return most
