"""Saved views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A saved view with its owner's name."""

    id: UUID
    owner_id: UUID
    owner_name: str
    name: str
    shared: bool
    layout: str
    filter: str
    sort: str
    options: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    version: int


_SELECT = """
select v.id, v.owner_id, m.name, v.name, v.shared, v.layout, v.filter, v.sort, v.options, v.created_at, v.updated_at,
       v.version
  from saved_view v join member m on m.id = v.owner_id
 where v.workspace_id = :workspace and (v.owner_id = :member or v.shared)
"""


async def list_views(connection: AsyncConnection, workspace_id: UUID, member_id: UUID) -> Sequence[ViewRow]:
    """Return the views that a member sees, by name."""
    rows = await connection.execute(
        text(f"{_SELECT} order by lower(v.name), v.id"), {"workspace": workspace_id, "member": member_id}
    )
    return [ViewRow(*row) for row in rows]


async def find_view(connection: AsyncConnection, workspace_id: UUID, member_id: UUID, view_id: UUID) -> ViewRow | None:
    """Return a view, if the member sees it."""
    rows = await connection.execute(
        text(f"{_SELECT} and v.id = :id"), {"workspace": workspace_id, "member": member_id, "id": view_id}
    )
    row = rows.one_or_none()
    return None if row is None else ViewRow(*row)


async def count_views(connection: AsyncConnection, member_id: UUID) -> int:
    """Return how many views a member owns."""
    counted = await connection.execute(
        text("select count(*) from saved_view where owner_id = :member"), {"member": member_id}
    )
    return int(counted.scalar_one())
