"""Backups that were made, for who watches that there are any."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id


@dataclass(frozen=True, slots=True)
class Backup:
    """One that is whole."""

    finished_at: datetime
    took: timedelta
    bytes: int


async def insert_backup(
    connection: AsyncConnection, workspace_id: UUID, *, place: str, size: int, started_at: datetime
) -> None:
    """Note that a backup has been made now.

    Args:
        connection: In a transaction.
        workspace_id: Whose.
        place: Path or URL, without a secret.
        size: Bytes.
        started_at: When it began.
    """
    await connection.execute(
        text(
            "insert into backup (id, workspace_id, place, bytes, started_at, finished_at)"
            " values (:id, :workspace, :place, :bytes, :started_at, now())"
        ),
        {"id": new_id(), "workspace": workspace_id, "place": place, "bytes": size, "started_at": started_at},
    )


async def last_backup(connection: AsyncConnection) -> Backup | None:
    """Return the newest; None when there was none."""
    rows = await connection.execute(
        text("select finished_at, finished_at - started_at, bytes from backup order by finished_at desc limit 1")
    )
    row = rows.one_or_none()
    return None if row is None else Backup(*row)
