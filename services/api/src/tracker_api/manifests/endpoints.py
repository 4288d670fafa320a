"""`/api/manifests`."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from tracker_api.auth import Admin, Viewer
from tracker_api.context import Ctx
from tracker_api.manifests import service
from tracker_api.manifests.schemas import AppliedManifest

router = APIRouter(tags=["manifests"])

YAML = "application/yaml"
"""RFC 9512."""

_DOCUMENTS = {YAML: {"schema": {"type": "string", "description": "YAML or JSON documents, separated by `---`"}}}


@router.get("/manifests", response_class=Response, responses={200: {"content": _DOCUMENTS}})
async def get_manifests(context: Ctx, _: Viewer) -> Response:
    """Return every Source and Webhook as YAML, without secrets."""
    return Response(await service.dump(context), media_type=YAML)


@router.put("/manifests", openapi_extra={"requestBody": {"required": True, "content": _DOCUMENTS}})
async def apply_manifests(context: Ctx, principal: Admin, request: Request) -> list[AppliedManifest]:
    """Create or change Sources, Webhooks and Secrets: all that are sent, or none when one is refused."""
    return await service.apply(context, principal, await request.body())
