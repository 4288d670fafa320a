"""`/api/sources`."""

from fastapi import APIRouter

from tracker_api.auth import Admin, Viewer
from tracker_api.context import Ctx
from tracker_api.sources import checking, service
from tracker_api.sources.schemas import SourceCheck, SourceList

router = APIRouter(tags=["sources"])


@router.get("/sources")
async def list_sources(context: Ctx, principal: Viewer) -> SourceList:
    """Return all Sources with their health and what became of their messages."""
    return await service.list_sources(context, principal)


@router.post("/sources/{namespace}/{name}/test")
async def check_source(context: Ctx, _: Admin, namespace: str, name: str) -> SourceCheck:
    """Ask the process of a Source how it gets on with its provider: the answer is younger than the question."""
    return await checking.check(context, f"{namespace}/{name}")
