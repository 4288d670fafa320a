"""`/api/accuracy`."""

from typing import Annotated

from fastapi import APIRouter, Query

from tracker_api.accuracy import service
from tracker_api.accuracy.schemas import AccuracyReport
from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.filters import Keys

router = APIRouter(tags=["statistics"])


@router.get("/accuracy")
async def get_accuracy(
    context: Ctx, principal: Viewer, days: Annotated[int, Query(ge=1, le=365)] = 30, source: Keys = None
) -> AccuracyReport:
    """Return how often triage was right, as people say: by Source, category, day and confidence."""
    return await service.get_accuracy(context, principal, days=days, source_keys=source or [])
