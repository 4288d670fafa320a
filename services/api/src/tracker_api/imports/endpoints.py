"""`/api/imports`."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from tracker_api.auth import Editor
from tracker_api.context import Ctx
from tracker_api.imports import service
from tracker_api.imports.schemas import ImportResult, request_body

router = APIRouter(tags=["imports"])

Name = Annotated[str, Path(max_length=253)]


@router.post("/imports/{namespace}/{source}", openapi_extra={"requestBody": request_body()[0]})
async def import_messages(
    context: Ctx, principal: Editor, request: Request, namespace: Name, source: Name
) -> ImportResult:
    """Take up to 500 messages for a Source; sending the same ones again adds nothing."""
    return await service.import_messages(context, principal, namespace, source, await request.body())
