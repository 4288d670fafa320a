"""Removes what nobody can use any more: old sessions, login links, idempotency keys."""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.repositories.credentials import delete_expired

log = logging.getLogger(__name__)

INTERVAL = 3600.0
"""Seconds between two rounds."""


async def keep_house(engine: AsyncEngine) -> None:
    """Clean up each hour until cancelled."""
    while True:
        try:
            async with engine.begin() as connection:
                await delete_expired(connection)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Not cleaned up: %s", type(error).__name__)
        await asyncio.sleep(INTERVAL)
