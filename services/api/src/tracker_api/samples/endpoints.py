"""`/api/samples`."""

from fastapi import APIRouter

from tracker_api.auth import Admin, Viewer
from tracker_api.context import Ctx
from tracker_api.samples import service
from tracker_api.samples.schemas import RemovedSamples, Samples

router = APIRouter(tags=["samples"])


@router.get("/samples")
async def get_samples(context: Ctx, principal: Viewer) -> Samples:
    """Return how much of the sample data is there."""
    return await service.count(context, principal)


@router.post("/samples", status_code=202)
async def add_samples(context: Ctx, principal: Admin) -> Samples:
    """Play in sample messages, on the way that every message takes; none is added twice."""
    return await service.add(context, principal)


@router.delete("/samples")
async def remove_samples(context: Ctx, principal: Admin) -> RemovedSamples:
    """Remove the sample messages, their tasks and what was learned from them, and nothing else."""
    return await service.remove(context, principal)
