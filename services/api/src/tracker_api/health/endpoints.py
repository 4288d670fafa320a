"""`/api/health` for people, `/healthz` and `/readyz` for what runs the process. Open to everybody."""

from fastapi import APIRouter
from starlette.responses import Response

from tracker_api.context import Ctx
from tracker_api.health import service
from tracker_api.health.schemas import Health, Live

router = APIRouter(tags=["health"])
probes = APIRouter(tags=["health"])


@router.get("/health")
async def get_health(context: Ctx) -> Health:
    """Return how each part is, by its name."""
    return await service.get_health(context)


@probes.get("/healthz")
async def get_liveness() -> Live:
    """Answer as long as the process does."""
    return Live(status="ok", problems=[])


@probes.get("/readyz", responses={503: {"model": Live}})
async def get_readiness(context: Ctx, response: Response) -> Live:
    """Say whether requests can be answered; 503 when they cannot."""
    found = await service.get_readiness(context)
    if found.problems:
        response.status_code = 503
    return found
