"""`/api/stats`."""

from typing import Annotated

from fastapi import APIRouter, Query

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.stats import service
from tracker_api.stats.schemas import Stats

router = APIRouter(tags=["stats"])


@router.get("/stats")
async def get_stats(context: Ctx, principal: Viewer, days: Annotated[int, Query(ge=1, le=90)] = 7) -> Stats:
    """Return figures of the last days, today included."""
    return await service.get_stats(context, principal, days=days)
