"""Reads what a language model is told of the live workspace, and what the day has cost so far."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.database import reading
from tracker_core.repositories import usage
from tracker_core.repositories.triage import member_names

from tracker_worker.models.consultant import Workspace
from tracker_worker.models.provider import Question


def live_workspace(engine: AsyncEngine) -> Callable[[Question], Awaitable[Workspace]]:
    """Return a reader."""

    async def read(question: Question) -> Workspace:
        if question.workspace_id is None or question.source_id is None:
            return Workspace()
        async with reading(engine) as connection:
            spent = await usage.tokens_today(connection, question.workspace_id, question.source_id)
            return Workspace(
                members=await member_names(connection, question.workspace_id),
                labels=tuple(await usage.labels_in_use(connection, question.workspace_id)),
                tokens_today=spent.workspace,
                source_tokens_today=spent.source,
            )

    return read
