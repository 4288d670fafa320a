"""Finds what people have said about messages like one: the memory that the embedded model adapts from."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.database import reading
from tracker_core.repositories import lessons
from tracker_core.repositories.lessons import NearLesson

type Recall = Callable[[UUID, Sequence[float], str], Awaitable[Sequence[NearLesson]]]
"""Returns the lessons of a workspace that are nearest to a neutral vector of a version."""


def recall_lessons(engine: AsyncEngine) -> Recall:
    """Return a reader."""

    async def recall(workspace_id: UUID, vector: Sequence[float], version: str) -> Sequence[NearLesson]:
        async with reading(engine) as connection:
            return await lessons.nearest(connection, workspace_id, vector, version)

    return recall
