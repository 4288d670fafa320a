"""Removes what nobody can use any more: old sessions, login links, idempotency keys; and sums up days that are over."""

import asyncio
import logging
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.repositories.credentials import delete_expired
from tracker_core.repositories.daily import sum_up

log = logging.getLogger(__name__)

FIRST = 60.0
"""Seconds before the first round: a start has other things to do."""
INTERVAL = 3600.0
"""Seconds between two rounds."""


async def keep_house(engine: AsyncEngine) -> None:
    """Clean up each hour until cancelled."""
    await asyncio.sleep(FIRST)
    while True:
        try:
            async with engine.begin() as connection:
                await delete_expired(connection)
            await sum_up(engine, datetime.now(UTC))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Housekeeping not done: %s", type(error).__name__)
        await asyncio.sleep(INTERVAL)
