"""`/api/attachments`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from tracker_api.attachments import service
from tracker_api.auth import Viewer
from tracker_api.context import Ctx

router = APIRouter(tags=["attachments"])


@router.get(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The bytes"}},
)
async def get_attachment(
    context: Ctx,
    principal: Viewer,
    attachment_id: UUID,
    inline: Annotated[bool, Query(description="Show it in the page; only pictures, sound and video are")] = False,
) -> Response:
    """Return the bytes of a file that came with a message."""
    file = await service.open_attachment(context, principal, attachment_id, inline=inline)
    return StreamingResponse(file.chunks(), headers=file.headers, media_type=file.media_type)
