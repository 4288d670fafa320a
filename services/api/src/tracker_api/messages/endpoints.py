"""`/api/messages`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from tracker_api.auth import Editor, Viewer
from tracker_api.context import Ctx
from tracker_api.filters import Day, Keys, States
from tracker_api.idempotency import OnlyOnce
from tracker_api.messages import correcting, service
from tracker_api.messages.schemas import Message, MessageCorrection, MessageDetail, MessagePage, Retriage
from tracker_api.paging import Cursor, Limit

router = APIRouter(tags=["messages"])


@router.get("/messages")
async def list_messages(
    *,
    context: Ctx,
    principal: Viewer,
    state: States = None,
    source: Keys = None,
    q: Annotated[str, Query(max_length=500, description="Words, as in a web search")] = "",
    first: Annotated[Day | None, Query(alias="from", description="First day, of UTC")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last day")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> MessagePage:
    """Return messages, newest first."""
    return await service.list_messages(
        context,
        principal,
        states=state or [],
        source_keys=source or [],
        query=q.strip(),
        first=first,
        last=last,
        cursor=cursor,
        limit=limit,
    )


@router.get("/messages/{message_id}")
async def get_message(context: Ctx, principal: Viewer, message_id: UUID) -> MessageDetail:
    """Return one message with its raw form."""
    return await service.get_message(context, principal, message_id)


@router.post("/messages/{message_id}/retriage", status_code=202, response_model=Retriage)
async def retriage_message(context: Ctx, principal: Editor, once: OnlyOnce, message_id: UUID) -> Response:
    """Let triage judge the message again."""
    return await once.answer(context, principal, lambda tx: service.retriage(tx, principal, message_id), status=202)


@router.post("/messages/{message_id}/correction", response_model=Message)
async def correct_message(
    context: Ctx, principal: Editor, once: OnlyOnce, message_id: UUID, correction: MessageCorrection
) -> Response:
    """Say what a message is: it becomes a task, its task changes, or it is noise; triage learns from it."""
    return await once.answer(
        context, principal, lambda tx: correcting.correct(tx, principal, message_id, correction), status=200
    )
