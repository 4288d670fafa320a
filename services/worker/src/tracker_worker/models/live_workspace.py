"""Reads what a language model is told of the live workspace, and what the day has cost so far."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tracker_core.repositories import duplicates, lessons, usage
from tracker_core.repositories.triage import member_names
from tracker_core.tables import Category, Priority

from tracker_worker.models.consultant import Example, Workspace
from tracker_worker.models.embedded.adaptation import MANNER
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.models.reading.commands import speaks_to_machine

EXAMPLES = 5
SIMILAR = 5


def live_workspace(engine: AsyncEngine) -> Callable[[Question, Judgement], Awaitable[Workspace]]:
    """Return a reader."""

    async def read(question: Question, own: Judgement) -> Workspace:
        if question.workspace_id is None or question.source_id is None:
            return Workspace()
        async with engine.begin() as connection:
            spent = await usage.tokens_today(connection, question.workspace_id, question.source_id)
            return Workspace(
                members=await member_names(connection, question.workspace_id),
                labels=tuple(await usage.labels_in_use(connection, question.workspace_id)),
                examples=await _examples(connection, question.workspace_id, own),
                similar=await _similar(connection, question.workspace_id, own),
                tokens_today=spent.workspace,
                source_tokens_today=spent.source,
            )

    return read


async def _examples(connection: AsyncConnection, workspace_id: UUID, own: Judgement) -> tuple[Example, ...]:
    if own.vector is None:
        return ()
    near = await lessons.nearest(connection, workspace_id, own.vector, own.vector_version, limit=2 * EXAMPLES)
    # What an earlier message says to the machine must not reach the model through a later one.
    return tuple(
        Example(lesson.text.strip(), Category(lesson.category), Priority(lesson.priority))
        for lesson in near
        if lesson.similarity > MANNER.blind and not speaks_to_machine(lesson.text)
    )[:EXAMPLES]


async def _similar(connection: AsyncConnection, workspace_id: UUID, own: Judgement) -> dict[int, str]:
    if own.vector is None:
        return {}
    near = await duplicates.nearest_open(connection, workspace_id, own.vector, own.vector_version, limit=SIMILAR)
    return {
        task.number: task.title for task in near if task.similarity > MANNER.blind and not speaks_to_machine(task.title)
    }
