"""`/api/dead-letters`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response
from tracker_core.tables import DeadLetterState

from tracker_api.auth import Editor, Viewer
from tracker_api.context import Ctx
from tracker_api.dead_letters import service, settling
from tracker_api.dead_letters.schemas import (
    DeadLetter,
    DeadLetterPage,
    DiscardRequest,
    ManyDiscarded,
    ManySettled,
    Reopened,
    RetryRequest,
    Selection,
)
from tracker_api.filters import Keys
from tracker_api.idempotency import OnlyOnce
from tracker_api.paging import Cursor, Limit

router = APIRouter(tags=["dead letters"])


@router.get("/dead-letters")
async def list_dead_letters(
    *,
    context: Ctx,
    principal: Viewer,
    state: DeadLetterState | None = None,
    source: Keys = None,
    q: Annotated[str, Query(max_length=500, description="A part of the reason")] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> DeadLetterPage:
    """Return dead letters, newest first."""
    wanted = await service.narrowed(context, principal, state=state, source_keys=source, query=q.strip())
    return await service.list_dead_letters(context, principal, wanted, cursor=cursor, limit=limit)


@router.post("/dead-letters/retry", status_code=202, response_model=ManySettled)
async def retry_dead_letters(context: Ctx, principal: Editor, once: OnlyOnce, selection: Selection) -> Response:
    """Try all open dead letters that are selected again, as they are; at most 1000 at once."""
    return await once.answer(
        context, principal, lambda tx: settling.retry_many(context, tx, principal, selection), status=202
    )


@router.post("/dead-letters/discard", response_model=ManySettled)
async def discard_dead_letters(context: Ctx, principal: Editor, once: OnlyOnce, selection: ManyDiscarded) -> Response:
    """Close all open dead letters that are selected; at most 1000 at once."""
    return await once.answer(
        context, principal, lambda tx: settling.discard_many(context, tx, principal, selection), status=200
    )


@router.post("/dead-letters/reopen", response_model=ManySettled)
async def reopen_dead_letters(context: Ctx, principal: Editor, once: OnlyOnce, selection: Reopened) -> Response:
    """Open discarded dead letters again."""
    return await once.answer(context, principal, lambda tx: settling.reopen_many(tx, selection.ids), status=200)


@router.get("/dead-letters/{dead_letter_id}")
async def get_dead_letter(context: Ctx, principal: Viewer, dead_letter_id: UUID) -> DeadLetter:
    """Return one dead letter."""
    return await service.get_dead_letter(context, principal, dead_letter_id)


@router.post("/dead-letters/{dead_letter_id}/retry", status_code=202, response_model=DeadLetter)
async def retry_dead_letter(
    context: Ctx, principal: Editor, once: OnlyOnce, dead_letter_id: UUID, request: RetryRequest | None = None
) -> Response:
    """Try again, with a corrected text if one is given."""
    raw = request.raw if request else None
    return await once.answer(
        context, principal, lambda tx: settling.retry(context, tx, principal, dead_letter_id, raw), status=202
    )


@router.post("/dead-letters/{dead_letter_id}/discard", response_model=DeadLetter)
async def discard_dead_letter(
    context: Ctx, principal: Editor, once: OnlyOnce, dead_letter_id: UUID, request: DiscardRequest
) -> Response:
    """Close a dead letter: nothing is to be done, for the reason that is given."""
    return await once.answer(
        context, principal, lambda tx: settling.discard(tx, principal, dead_letter_id, request.reason), status=200
    )
