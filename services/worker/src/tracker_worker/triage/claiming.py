"""Leases: who triages a message holds its row for a while, and for longer as long as the job runs.

Not a row lock: no transaction stays open while a model thinks. A crashed worker's lease runs out.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tracker_core.repositories import triage as repository
from tracker_core.repositories.triage import Claim

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""How long a claim holds; a crashed worker's messages wait this long."""
RENEWAL = 5.0
"""Seconds between renewals of the claims of running jobs."""

type Take = Callable[[AsyncConnection, UUID, timedelta], Awaitable[Claim | None]]
"""One of the repository's claims."""


class Claims:
    """The claims of this process; built once."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: dict[tuple[UUID, int], Claim] = {}
        """Of running jobs, by message and token."""

    @asynccontextmanager
    async def hold(self, take: Take, message_id: UUID) -> AsyncIterator[Claim | None]:
        """Take a message and hold it for the block; None when there is nothing to do."""
        async with self._engine.begin() as connection:
            held = await take(connection, message_id, LEASE)
        if held is None:
            yield None
            return
        self._held[held.id, held.token] = held
        try:
            yield held
        finally:
            del self._held[held.id, held.token]

    async def renew(self) -> None:
        """Keep what is held until cancelled."""
        while True:
            await asyncio.sleep(RENEWAL)
            if not self._held:
                continue
            try:
                async with self._engine.begin() as connection:
                    await repository.renew(connection, self._held.values(), LEASE)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("Claims not renewed: %s", str(error) or type(error).__name__)
