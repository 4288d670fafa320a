"""`/api/tasks`."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response, StreamingResponse
from tracker_core.repositories.task_groups import GroupKey
from tracker_core.repositories.task_orders import SortKey
from tracker_core.tables import TaskStatus

from tracker_api.auth import Editor, Viewer
from tracker_api.context import Ctx
from tracker_api.events.schemas import EventPage
from tracker_api.idempotency import OnlyOnce
from tracker_api.paging import Cursor, Limit
from tracker_api.preconditions import ExpectedVersion, etag
from tracker_api.tasks import bulk, editing, exporting, merging, service
from tracker_api.tasks.asking import Asked
from tracker_api.tasks.schemas import (
    BulkEdits,
    BulkResult,
    Comment,
    CommentDraft,
    CommentPage,
    DueCalendar,
    Merge,
    Task,
    TaskCounts,
    TaskDetail,
    TaskDraft,
    TaskGroups,
    TaskPage,
    TaskPatch,
)

router = APIRouter(tags=["tasks"])

TaskKey = Annotated[str, Path(max_length=50, description="Number or id of the task")]


SortBy = Annotated[str, Query(max_length=50, description=f"One of {', '.join(SortKey)}; a minus in front: descending")]


@router.get("/tasks")
async def list_tasks(
    *,
    context: Ctx,
    principal: Viewer,
    asked: Asked,
    sort: SortBy = "-created_at",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> TaskPage:
    """Return tasks that fulfil every filter that is given."""
    return await service.list_tasks(context, principal, asked, sort=sort, cursor=cursor, limit=limit)


@router.get("/tasks/groups")
async def count_task_groups(
    context: Ctx, principal: Viewer, asked: Asked, by: GroupKey = GroupKey.NOTHING
) -> TaskGroups:
    """Return how many tasks fulfil the filters, by status and by what they have in common."""
    return await service.count_groups(context, principal, asked, by)


@router.get("/tasks/calendar")
async def list_due_days(
    *,
    context: Ctx,
    principal: Viewer,
    asked: Asked,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to", description="Included; at most 100 days")],
    per_day: Annotated[int, Query(ge=1, le=50, description="Tasks that are shown of a day")] = 5,
) -> DueCalendar:
    """Return the days on which something is due, with their most urgent tasks."""
    return await service.due_days(context, principal, asked, first=first, last=last, per_day=per_day)


@router.get("/tasks/export", response_class=StreamingResponse, responses=exporting.RESPONSES)
async def export_tasks(
    context: Ctx,
    principal: Viewer,
    asked: Asked,
    sort: SortBy = "-created_at",
    as_: Annotated[exporting.Format, Query(alias="format")] = exporting.Format.CSV,
) -> StreamingResponse:
    """Return all tasks that fulfil every filter that is given, as a file."""
    return await exporting.export(context, principal, asked, sort=sort, form=as_)


@router.post("/tasks/bulk", response_model=BulkResult)
async def update_tasks(context: Ctx, principal: Editor, once: OnlyOnce, body: BulkEdits) -> Response:
    """Change many tasks in one transaction; one that somebody else changed meanwhile is refused and told."""
    return await once.answer(context, principal, lambda tx: bulk.update_tasks(tx, principal, body), status=200)


@router.post("/tasks", status_code=201, response_model=Task)
async def create_task(context: Ctx, principal: Editor, once: OnlyOnce, draft: TaskDraft) -> Response:
    """Make a task by hand."""
    return await once.answer(context, principal, lambda tx: editing.create_task(tx, principal, draft), status=201)


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
