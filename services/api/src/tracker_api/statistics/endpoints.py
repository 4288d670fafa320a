"""`/api/statistics`."""

from typing import Annotated

from fastapi import APIRouter, Query

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.filters import Day
from tracker_api.statistics import service
from tracker_api.statistics.schemas import Statistics

router = APIRouter(tags=["statistics"])


@router.get("/statistics")
async def get_statistics(
    context: Ctx,
    principal: Viewer,
    first: Annotated[Day | None, Query(alias="from", description="First day; by default 30 days are shown")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last day; by default today")] = None,
) -> Statistics:
    """Return the figures of a period, days of UTC, beside those of as many days before it."""
    return await service.get_statistics(context, principal, first=first, last=last)
