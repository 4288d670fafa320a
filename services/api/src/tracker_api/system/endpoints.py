"""`/api/system`. For people of the team: it names errors and versions, which `/api/health` keeps to itself."""

from fastapi import APIRouter

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.system import service
from tracker_api.system.schemas import System

router = APIRouter(tags=["health"])


@router.get("/system")
async def get_system(context: Ctx, principal: Viewer) -> System:
    """Return each part with its state, last error, version and age, and what waits in each queue."""
    return await service.get_system(context, principal)
