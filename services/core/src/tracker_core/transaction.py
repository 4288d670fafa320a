"""One request or job = one transaction, committed at the edge; events are written in it and published after it.

    async with transactions.begin(workspace_id, actor) as tx:
        tx.session.add(task)
        tx.record(Change(verb=Verb.TASK_CREATED, entity=Entity("task", task.id)))
        tx.kick(triage_message(message_id))

The events' way out is in `outbox.py` and `publishing.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession
from taskiq import AsyncBroker

from tracker_core import queue
from tracker_core.database import session
from tracker_core.events import Actor, Change
from tracker_core.jobs import Job
from tracker_core.outbox import write_events
from tracker_core.publishing import EventPublisher


# The publisher is what `Transactions` is built with.
@dataclass
class Transaction:
    """What happens in one transaction."""

    session: AsyncSession
    workspace_id: UUID
    actor: Actor
    changes: list[Change] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)

    def record(self, change: Change) -> None:
        """Write an event with this transaction."""
        self.changes.append(change)

    def kick(self, job: Job) -> None:
        """Send a wake-up after the commit; a rollback drops it."""
        self.jobs.append(job)


@dataclass(frozen=True)
class Transactions:
    """Opens transactions; built once per process."""

    engine: AsyncEngine
    publisher: EventPublisher
    broker: AsyncBroker

    @asynccontextmanager
    async def begin(self, workspace_id: UUID, actor: Actor) -> AsyncIterator[Transaction]:
        """Commit at the end of the block, roll back when it raises; then publish events and send wake-ups."""
        async with session(self.engine) as opened:
            tx = Transaction(opened, workspace_id, actor)
            async with opened.begin():
                yield tx
                await opened.flush()
                new = await write_events(await opened.connection(), workspace_id, actor, tx.changes)
        self.publisher.submit(new)
        if tx.jobs:
            await queue.send(self.broker, tx.jobs)
