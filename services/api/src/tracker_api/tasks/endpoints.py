"""`/api/tasks`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response
from tracker_core.errors import InvalidInputError
from tracker_core.repositories.tasks import TaskFilter
from tracker_core.tables import TaskStatus

from tracker_api.auth import Editor, Principal, Viewer
from tracker_api.context import Ctx
from tracker_api.events.schemas import EventPage
from tracker_api.filters import Categories, Keys, Priorities, Statuses
from tracker_api.idempotency import OnlyOnce
from tracker_api.paging import Cursor, Limit
from tracker_api.preconditions import ExpectedVersion, etag
from tracker_api.tasks import editing, merging, service
from tracker_api.tasks.schemas import (
    Comment,
    CommentDraft,
    CommentPage,
    Merge,
    Task,
    TaskCounts,
    TaskDetail,
    TaskDraft,
    TaskPage,
    TaskPatch,
)

router = APIRouter(tags=["tasks"])

TaskKey = Annotated[str, Path(max_length=50, description="Number or id of the task")]


@router.get("/tasks")
async def list_tasks(
    *,
    context: Ctx,
    principal: Viewer,
    status: Statuses = None,
    priority: Priorities = None,
    category: Categories = None,
    source: Keys = None,
    assignee: Annotated[str | None, Query(max_length=50, description="Id of a member, `me` or `none`")] = None,
    label: Annotated[str | None, Query(max_length=64)] = None,
    snoozed: Annotated[bool | None, Query(description="Only tasks that sleep now, or only others")] = None,
    q: Annotated[str, Query(max_length=500, description="Words, as in a web search, or a part of the title")] = "",
    sort: Annotated[
        str,
        Query(
            max_length=50,
            description="created_at, updated_at, priority, due_on, number or confidence; minus: descending",
        ),
    ] = "-created_at",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> TaskPage:
    """Return tasks that fulfil every filter that is given."""
    wanted = TaskFilter(
        statuses=status or [],
        priorities=priority or [],
        categories=category or [],
        assignee=_assignee(assignee, principal),
        unassigned=assignee == "none",
        label=label,
        snoozed=snoozed,
        query=q.strip(),
    )
    return await service.list_tasks(
        context, principal, wanted, source_keys=source or [], sort=sort, cursor=cursor, limit=limit
    )


@router.post("/tasks", status_code=201, response_model=Task)
async def create_task(context: Ctx, principal: Editor, once: OnlyOnce, draft: TaskDraft) -> Response:
    """Make a task by hand."""
    return await once.answer(context, principal, lambda tx: editing.create_task(tx, draft), status=201)


@router.get("/tasks/counts")
async def count_tasks(context: Ctx, principal: Viewer) -> TaskCounts:
    """Return the number of tasks in each status."""
    return await service.count_tasks(context, principal)


@router.get("/tasks/{task}")
async def get_task(context: Ctx, principal: Viewer, task: TaskKey, response: Response) -> TaskDetail:
    """Return one task with its messages and verdicts."""
    found = await service.get_task(context, principal, task)
    response.headers["etag"] = etag(found.version)
    return found


@router.patch("/tasks/{task}")
async def update_task(
    *, context: Ctx, principal: Editor, task: TaskKey, version: ExpectedVersion, patch: TaskPatch, response: Response
) -> Task:
    """Change a task: edit, accept (`todo`), decline, close as duplicate, snooze."""
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        updated = await editing.update_task(tx, principal, task, patch, version=version)
    response.headers["etag"] = etag(updated.version)
    return updated


@router.post("/tasks/{task}/merge")
async def merge_task(
    *, context: Ctx, principal: Editor, task: TaskKey, version: ExpectedVersion, merge: Merge, response: Response
) -> Task:
    """Close a task as a duplicate of another, which then shows its messages too."""
    patch = TaskPatch(status=TaskStatus.DUPLICATE, duplicate_of=merge.into)
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        merged = await editing.update_task(tx, principal, task, patch, version=version)
    response.headers["etag"] = etag(merged.version)
    return merged


@router.post("/tasks/{task}/unmerge")
async def unmerge_task(
    *, context: Ctx, principal: Editor, task: TaskKey, version: ExpectedVersion, response: Response
) -> Task:
    """Take a merge back: status and messages as before."""
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        unmerged = await editing.unmerge_task(tx, principal, task, version=version)
    response.headers["etag"] = etag(unmerged.version)
    return unmerged


@router.post("/tasks/{task}/duplicates/{other}/dismiss", status_code=204)
async def dismiss_duplicate(context: Ctx, principal: Editor, task: TaskKey, other: TaskKey) -> None:
    """Say that two tasks are not the same; the pair is never proposed again."""
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        await merging.dismiss(tx, principal, task, other)


@router.get("/tasks/{task}/events")
async def list_task_events(
    context: Ctx, principal: Viewer, task: TaskKey, cursor: Cursor = None, limit: Limit = 50
) -> EventPage:
    """Return what happened to the task and to its messages, newest first."""
    return await service.list_task_events(context, principal, task, cursor=cursor, limit=limit)


@router.get("/tasks/{task}/comments")
async def list_comments(
    context: Ctx, principal: Viewer, task: TaskKey, cursor: Cursor = None, limit: Limit = 50
) -> CommentPage:
    """Return the task's comments, oldest first."""
    return await service.list_comments(context, principal, task, cursor=cursor, limit=limit)


@router.post("/tasks/{task}/comments", status_code=201, response_model=Comment)
async def create_comment(
    context: Ctx, principal: Editor, once: OnlyOnce, task: TaskKey, draft: CommentDraft
) -> Response:
    """Add a comment; it stays within the team."""
    return await once.answer(context, principal, lambda tx: editing.add_comment(tx, principal, task, draft), status=201)


def _assignee(given: str | None, principal: Principal) -> UUID | None:
    if given in {None, "", "none"}:
        return None
    if given == "me":
        return principal.member_id
    try:
        return UUID(given)
    except ValueError:
        raise InvalidInputError("query.assignee is no member", cure="Send a member's id, `me` or `none`") from None
