"""Workspaces, members and their ways in."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id


async def ensure_default_workspace(connection: AsyncConnection) -> UUID:
    """Return the id of the workspace `default`, which is made when it is missing."""
    await connection.execute(
        text(
            "insert into workspace (id, slug, name, next_task_number, created_at)"
            " values (:id, 'default', 'Default', 1, now()) on conflict (slug) do nothing"
        ),
        {"id": new_id()},
    )
    found = await connection.execute(text("select id from workspace where slug = 'default'"))
    return UUID(str(found.scalar_one()))
