"""The history: events as rows, newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.events import Actor, Entity, Event


async def list_events(
    connection: AsyncConnection,
    workspace_id: UUID,
    *,
    entity_type: str | None = None,
    entities: Sequence[UUID] | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int,
) -> list[Event]:
    """Return at most `limit` events, newest first.

    Args:
        connection: An open connection.
        workspace_id: Whose events.
        entity_type: Only those of entities of this type.
        entities: Only those of these entities.
        after: Only ids above this one.
        before: Only ids below this one.
        limit: How many at most.
    """
    conditions = ["workspace_id = :workspace"]
    values: dict[str, Any] = {"workspace": workspace_id}
    if entity_type is not None:
        conditions.append("entity_type = :entity_type")
        values["entity_type"] = entity_type
    if entities is not None:
        conditions.append("entity_id = any(cast(:entities as uuid[]))")
        values["entities"] = list(entities)
    if after is not None:
        conditions.append("id > :after")
        values["after"] = after
    if before is not None:
        conditions.append("id < :before")
        values["before"] = before
    query = (
        "select id, at, actor_kind, actor_name, verb, entity_type, entity_id, data, before, after from event"  # noqa: S608 -- constants and an integer
        f" where {' and '.join(conditions)} order by id desc limit {limit:d}"
    )
    return [
        Event(
            id=row.id,
            at=row.at,
            actor=Actor(row.actor_kind, row.actor_name),
            verb=row.verb,
            entity=Entity(row.entity_type, row.entity_id),
            data=row.data,
            before=row.before,
            after=row.after,
        )
        for row in await connection.execute(text(query), values)
    ]
