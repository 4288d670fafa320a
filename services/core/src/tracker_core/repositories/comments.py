"""Comments of a task."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment with its author, if that member still exists."""

    id: UUID
    body: str
    created_at: datetime
    author_id: UUID | None
    author_name: str | None


_SELECT = """
select c.id, c.body, c.created_at, m.id, m.name from comment c left join member m on m.id = c.author_id
"""


async def list_comments(
    connection: AsyncConnection, task_id: UUID, *, after: UUID | None, limit: int
) -> list[CommentRow]:
    """Return at most `limit` comments after `after`, oldest first."""
    rows = await connection.execute(
        text(
            _SELECT + " where c.task_id = :task and (cast(:after as uuid) is null or c.id > :after)"
            " order by c.id limit :limit"
        ),
        {"task": task_id, "after": after, "limit": limit},
    )
    return [CommentRow(*row) for row in rows]


async def count_comments(connection: AsyncConnection, task_id: UUID) -> int:
    """Return how many comments a task has."""
    counted = await connection.execute(text("select count(*) from comment where task_id = :task"), {"task": task_id})
    return int(counted.scalar_one())


async def insert_comment(
    connection: AsyncConnection, workspace_id: UUID, task_id: UUID, author_id: UUID, body: str
) -> CommentRow:
    """Add a comment."""
    comment_id = new_id()
    await connection.execute(
        text(
            "insert into comment (id, workspace_id, task_id, author_id, body, created_at)"
            " values (:id, :workspace, :task, :author, :body, now())"
        ),
        {"id": comment_id, "workspace": workspace_id, "task": task_id, "author": author_id, "body": body},
    )
    rows = await connection.execute(text(_SELECT + " where c.id = :id"), {"id": comment_id})
    return CommentRow(*rows.one())
