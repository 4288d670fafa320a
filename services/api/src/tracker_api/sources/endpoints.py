"""`/api/sources`."""

from fastapi import APIRouter

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.sources import service
from tracker_api.sources.schemas import SourceList

router = APIRouter(tags=["sources"])


@router.get("/sources")
async def list_sources(context: Ctx, principal: Viewer) -> SourceList:
    """Return all Sources with their health and what became of their messages."""
    return await service.list_sources(context, principal)
