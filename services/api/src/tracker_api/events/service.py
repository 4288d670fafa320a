"""Reads the history."""

from collections.abc import Sequence
from uuid import UUID

from tracker_core.database import reading
from tracker_core.repositories import events as repository

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.events.schemas import Event, EventPage
from tracker_api.paging import cut, decode_cursor, encode_cursor


async def list_events(
    context: Context,
    principal: Principal,
    *,
    cursor: str | None,
    limit: int,
    after: int | None = None,
    entity_type: str | None = None,
    entities: Sequence[UUID] | None = None,
) -> EventPage:
    """Return a page of events, newest first."""
    before = decode_cursor(cursor, tuple[int])[0] if cursor else None
    async with reading(context.engine) as connection:
        rows = await repository.list_events(
            connection,
            principal.workspace_id,
            entity_type=entity_type,
            entities=entities,
            after=after,
            before=before,
            limit=limit + 1,
        )
    page, more = cut(rows, limit)
    return EventPage(items=[Event.of(row) for row in page], next=encode_cursor(page[-1].id) if more else None)
