"""`/api/me/identities`."""

from uuid import UUID

from fastapi import APIRouter

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.identities import service
from tracker_api.identities.schemas import Identity, LinkCode, LinkCodeDraft

router = APIRouter(tags=["accounts"])


@router.get("/me/identities")
async def list_identities(context: Ctx, principal: Viewer) -> list[Identity]:
    """Return who one is in the channels."""
    return await service.list_identities(context, principal)


@router.post("/me/identities/codes", status_code=201)
async def create_link_code(context: Ctx, principal: Viewer, draft: LinkCodeDraft) -> LinkCode:
    """Make a code that links oneself in a channel: it works once, for ten minutes."""
    return await service.make_code(context, principal, draft)


@router.delete("/me/identities/{identity_id}", status_code=204)
async def unlink_identity(context: Ctx, principal: Viewer, identity_id: UUID) -> None:
    """Be nobody in that channel any more."""
    await service.unlink(context, principal, identity_id)
