"""`/api/sources`."""

from fastapi import APIRouter

from tracker_api.auth import Admin, Viewer
from tracker_api.context import Ctx
from tracker_api.manifests import editing
from tracker_api.manifests.schemas import AppliedManifest
from tracker_api.sources import checking, service
from tracker_api.sources.schemas import AutonomyChange, SourceCheck, SourceList

router = APIRouter(tags=["sources"])


@router.get("/sources")
async def list_sources(context: Ctx, principal: Viewer) -> SourceList:
    """Return all Sources with their health and what became of their messages."""
    return await service.list_sources(context, principal)


@router.put("/sources/{namespace}/{name}/autonomy")
async def set_autonomy(
    context: Ctx, principal: Admin, namespace: str, name: str, change: AutonomyChange
) -> AppliedManifest:
    """Say how far triage may go by itself with messages of a Source; it is written into its manifest."""
    return await editing.set_autonomy(
        context, principal, f"{namespace}/{name}", change.autonomy, auto_threshold=change.auto_threshold
    )


@router.post("/sources/{namespace}/{name}/test")
async def check_source(context: Ctx, _: Admin, namespace: str, name: str) -> SourceCheck:
    """Ask the process of a Source how it gets on with its provider: the answer is younger than the question."""
    return await checking.check(context, f"{namespace}/{name}")
