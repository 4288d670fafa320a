"""`/api/replies` and `/api/tasks/{task}/replies`."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from tracker_api.auth import Admin, Editor, Viewer
from tracker_api.context import Ctx
from tracker_api.filters import ReplyStates
from tracker_api.idempotency import OnlyOnce
from tracker_api.paging import Cursor, Limit
from tracker_api.replies import service
from tracker_api.replies.schemas import Reply, ReplyDraft, ReplyPage, ReplyRejection
from tracker_api.tasks.endpoints import TaskKey

router = APIRouter(tags=["replies"])


@router.get("/replies")
async def list_replies(
    context: Ctx,
    principal: Viewer,
    state: ReplyStates = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ReplyPage:
    """Return replies of the workspace, newest first: what waits for approval, what failed."""
    return await service.list_replies(context, principal, task=None, states=state or [], cursor=cursor, limit=limit)


@router.get("/tasks/{task}/replies")
async def list_task_replies(
    context: Ctx, principal: Viewer, task: TaskKey, cursor: Cursor = None, limit: Limit = 50
) -> ReplyPage:
    """Return the task's replies, newest first."""
    return await service.list_replies(context, principal, task=task, states=[], cursor=cursor, limit=limit)


@router.post("/tasks/{task}/replies", status_code=201, response_model=Reply)
async def create_reply(context: Ctx, principal: Editor, once: OnlyOnce, task: TaskKey, draft: ReplyDraft) -> Response:
    """Answer into the channel that the message came from; it leaves the team."""
    return await once.answer(context, principal, lambda tx: service.write_reply(tx, principal, task, draft), status=201)


@router.post("/replies/{reply_id}/approve", response_model=Reply)
async def approve_reply(context: Ctx, principal: Admin, once: OnlyOnce, reply_id: UUID) -> Response:
    """Let a reply go that waits for approval."""
    return await once.answer(context, principal, lambda tx: service.approve(tx, principal, reply_id), status=200)


@router.post("/replies/{reply_id}/reject", response_model=Reply)
async def reject_reply(
    context: Ctx, principal: Admin, once: OnlyOnce, reply_id: UUID, rejection: ReplyRejection
) -> Response:
    """Do not let it go, for the reason that is given."""
    return await once.answer(context, principal, lambda tx: service.reject(tx, reply_id, rejection.reason), status=200)


@router.post("/replies/{reply_id}/retry", status_code=202, response_model=Reply)
async def retry_reply(context: Ctx, principal: Editor, once: OnlyOnce, reply_id: UUID) -> Response:
    """Try a reply again that its channel did not take."""
    return await once.answer(context, principal, lambda tx: service.retry(tx, reply_id), status=202)
