"""Reads lessons and open tasks again after an update of the program, so that it forgets nothing.

Vectors of two versions cannot be compared, and what a lesson teaches is measured from the model's own prediction. Both
are worked out anew, in the background and one at a time: messages that come in meanwhile are served first. A task that
was made by hand is read here for the first time.
"""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.database import reading
from tracker_core.repositories import duplicates, lessons
from tracker_core.repositories.lessons import OutdatedLesson

from tracker_worker.models.embedded_provider import EmbeddedProvider, own_prediction

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
"""How often it looks: a verdict from before the update may become a lesson, and a task be made by hand, at any time."""
MAX_TASKS = 10_000
"""Open tasks that are read in one go."""
BATCH = 20
REST = 0.05
"""Seconds between two lessons: about a third of a core is taken."""


async def keep_learnt(engine: AsyncEngine, provider: EmbeddedProvider) -> None:
    """Read outdated lessons again until cancelled."""
    while True:
        try:
            count = await relearn(engine, provider)
            count += await reread_tasks(engine, provider)
            if count:
                log.info("Read %d lessons and tasks with model %s", count, provider.version)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Lessons not read again: %s", str(error) or type(error).__name__)
        except Exception:  # triage goes on, with the lessons that it can read
            log.exception("Lessons not read again")
        await asyncio.sleep(EVERY.total_seconds())


async def relearn(engine: AsyncEngine, provider: EmbeddedProvider) -> int:
    """Read all outdated lessons again; return how many there were."""
    done = 0
    for _ in range(lessons.NEWEST):
        async with reading(engine) as connection:
            found = await lessons.outdated(connection, provider.vector_version, provider.version, limit=BATCH)
        for lesson in found:
            await _renew(engine, provider, lesson)
            await asyncio.sleep(REST)
        done += len(found)
        if len(found) < BATCH:
            break
    return done


async def reread_tasks(engine: AsyncEngine, provider: EmbeddedProvider) -> int:
    """Read the open tasks that have no vector of this version; return how many there were."""
    done = 0
    while done < MAX_TASKS:
        async with reading(engine) as connection:
            found = await duplicates.unread(connection, provider.vector_version, limit=BATCH)
        for task in found:
            _, vector = await asyncio.to_thread(provider.read, task.text.strip())
            async with engine.begin() as connection:
                await duplicates.keep_vector(connection, task.id, vector, provider.vector_version)
            await asyncio.sleep(REST)
        done += len(found)
        if len(found) < BATCH:
            break
    return done


async def _renew(engine: AsyncEngine, provider: EmbeddedProvider, lesson: OutdatedLesson) -> None:
    prediction, vector = await asyncio.to_thread(provider.read, lesson.text.strip())
    async with engine.begin() as connection:
        await lessons.renew(
            connection,
            lesson.id,
            vector=vector,
            version=provider.vector_version,
            prediction=own_prediction(prediction),
            model=provider.version,
        )
