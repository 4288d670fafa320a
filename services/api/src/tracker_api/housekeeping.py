"""Removes what nobody can use any more: old sessions, login links, idempotency keys; and adds up what only grows."""

import asyncio
import logging
from datetime import UTC, datetime
from itertools import count

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.repositories.credentials import delete_expired
from tracker_core.repositories.daily import sum_up
from tracker_core.repositories.ledger import carry_forward

log = logging.getLogger(__name__)

FIRST = 60.0
"""Seconds before the first round: a start has other things to do."""
INTERVAL = 60.0
"""Seconds between two rounds."""
ROUNDS = 60
"""Rounds after which what has time is done too."""


async def keep_house(engine: AsyncEngine) -> None:
    """Carry the ledger forward each minute and clean up each hour, until cancelled."""
    await asyncio.sleep(FIRST)
    for number in count():
        try:
            async with engine.begin() as connection:
                await carry_forward(connection)
            if number % ROUNDS == 0:
                await _clean_up(engine)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Housekeeping not done: %s", type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def _clean_up(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await delete_expired(connection)
    await sum_up(engine, datetime.now(UTC))
