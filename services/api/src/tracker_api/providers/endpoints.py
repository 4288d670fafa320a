"""`/api/providers`."""

from typing import Annotated

from fastapi import APIRouter, Path

from tracker_api.auth import Admin, Viewer
from tracker_api.context import Ctx
from tracker_api.providers import service
from tracker_api.providers.schemas import ProviderList, ProviderTrial

router = APIRouter(tags=["providers"])


@router.get("/providers")
async def list_providers(context: Ctx, principal: Viewer) -> ProviderList:
    """Return the models in the order in which they are asked, and what they have used today."""
    return await service.list_providers(context, principal)


@router.post("/providers/{name}/test")
async def try_provider(context: Ctx, _: Admin, name: Annotated[str, Path(max_length=63)]) -> ProviderTrial:
    """Ask a model one tiny question, as `tasktracker doctor` does."""
    return await service.try_provider(context, name)
