"""`/api/events`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.events import service
from tracker_api.events.schemas import EventPage
from tracker_api.paging import Cursor, Limit

router = APIRouter(tags=["events"])


@router.get("/events")
async def list_events(
    *,
    context: Ctx,
    principal: Viewer,
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Only events with a higher id")] = None,
    entity_type: Annotated[str | None, Query(max_length=50)] = None,
    entity_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> EventPage:
    """Return what was changed and by whom, newest first."""
    return await service.list_events(
        context,
        principal,
        cursor=cursor,
        limit=limit,
        after=after,
        entity_type=entity_type,
        entities=None if entity_id is None else [entity_id],
    )
