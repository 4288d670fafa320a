"""`/api/views`."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.idempotency import OnlyOnce
from tracker_api.preconditions import ExpectedVersion, etag
from tracker_api.views import service
from tracker_api.views.schemas import View, ViewDraft, ViewPatch

router = APIRouter(tags=["views"])


@router.get("/views")
async def list_views(context: Ctx, principal: Viewer) -> list[View]:
    """Return one's own saved views and those that are shared, by name."""
    return await service.list_views(context, principal)


@router.post("/views", status_code=201, response_model=View)
async def create_view(context: Ctx, principal: Viewer, once: OnlyOnce, draft: ViewDraft) -> Response:
    """Save a view."""
    return await once.answer(context, principal, lambda tx: service.create_view(tx, principal, draft), status=201)


@router.patch("/views/{view_id}")
async def update_view(
    *, context: Ctx, principal: Viewer, view_id: UUID, version: ExpectedVersion, patch: ViewPatch, response: Response
) -> View:
    """Change a saved view."""
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        updated = await service.update_view(tx, principal, view_id, patch, version=version)
    response.headers["etag"] = etag(updated.version)
    return updated


@router.delete("/views/{view_id}", status_code=204)
async def delete_view(context: Ctx, principal: Viewer, view_id: UUID) -> None:
    """Delete a saved view."""
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        await service.delete_view(tx, principal, view_id)
