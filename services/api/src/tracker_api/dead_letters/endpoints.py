"""`/api/dead-letters`."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response
from tracker_core.tables import DeadLetterState

from tracker_api.auth import Editor, Viewer
from tracker_api.context import Ctx
from tracker_api.dead_letters import service
from tracker_api.dead_letters.schemas import DeadLetter, DeadLetterPage, DiscardRequest, RetryRequest
from tracker_api.idempotency import OnlyOnce
from tracker_api.paging import Cursor, Limit

router = APIRouter(tags=["dead letters"])


@router.get("/dead-letters")
async def list_dead_letters(
    context: Ctx, principal: Viewer, state: DeadLetterState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> DeadLetterPage:
    """Return dead letters, newest first."""
    return await service.list_dead_letters(context, principal, state=state, cursor=cursor, limit=limit)


@router.post("/dead-letters/{dead_letter_id}/retry", status_code=202, response_model=DeadLetter)
async def retry_dead_letter(
    context: Ctx, principal: Editor, once: OnlyOnce, dead_letter_id: UUID, request: RetryRequest | None = None
) -> Response:
    """Try again, with a corrected text if one is given."""
    raw = request.raw if request else None
    return await once.answer(
        context, principal, lambda tx: service.retry(context, tx, principal, dead_letter_id, raw), status=202
    )


@router.post("/dead-letters/{dead_letter_id}/discard", response_model=DeadLetter)
async def discard_dead_letter(
    context: Ctx, principal: Editor, once: OnlyOnce, dead_letter_id: UUID, request: DiscardRequest
) -> Response:
    """Close a dead letter: nothing is to be done, for the reason that is given."""
    return await once.answer(
        context, principal, lambda tx: service.discard(tx, principal, dead_letter_id, request.reason), status=200
    )
