"""Changes tasks. Every change is an event with before and after; a human's change of a verdict is a correction too."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.errors import ConflictError, InvalidInputError, StaleVersionError
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import accounts, comments, merges, notifications
from tracker_core.repositories import tasks as repository
from tracker_core.repositories.tasks import TaskRow
from tracker_core.tables import Category, Correction, NotificationKind, Task, TaskStatus, Verdict, now
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.replies.status_updates import tell_reporters
from tracker_api.tasks import merging, schemas
from tracker_api.tasks.corrections import corrections
from tracker_api.tasks.mentions import mentioned
from tracker_api.tasks.schemas import CommentDraft, TaskDraft, TaskPatch
from tracker_api.tasks.service import find_task
from tracker_api.tasks.teaching import learn

PREVIEW = 140
"""Characters of a comment in its event."""
TOLD = 1000
"""Characters of a comment in the notification of who is mentioned."""


async def create_task(tx: Transaction, principal: Principal, draft: TaskDraft) -> schemas.Task:
    """Make a task by hand."""
    connection = await tx.session.connection()
    await _check_assignee(connection, tx.workspace_id, draft.assignee_id)
    task = Task(
        workspace_id=tx.workspace_id,
        number=await repository.next_number(connection, tx.workspace_id),
        status=TaskStatus.TODO,
        **draft.model_dump(),
    )
    tx.session.add(task)
    await tx.session.flush()
    tx.record(
        Change(
            verb=Verb.TASK_CREATED,
            entity=Entity("task", task.id),
            data={"number": task.number, "title": task.title, "status": task.status, "source": None},
        )
    )
    if task.assignee_id is not None:
        await _tell_assignee(connection, principal, task.id)
    return schemas.Task.of(await find_task(connection, tx.workspace_id, str(task.id)))


async def update_task(
    tx: Transaction, principal: Principal, key: str, patch: TaskPatch, *, version: int
) -> schemas.Task:
    """Change a task that was read as `version`.

    Raises:
        StaleVersionError: somebody changed it in the meantime.
        InvalidInputError: the change does not make sense.
        ConflictError: the duplicates would lead in a circle.
    """
    connection = await tx.session.connection()
    wanted = patch.model_dump(include=patch.model_fields_set)
    row = await find_task(connection, tx.workspace_id, key)
    _decline_noise(row, wanted)
    if {"duplicate_of", "status"} & wanted.keys():
        if row.duplicate_of is not None or "duplicate_of" in wanted:
            # Taken before the row's own lock: two edits that link each other must not wait for each other.
            await merges.lock_merges(connection, tx.workspace_id)
        wanted |= await merging.resolve(connection, tx.workspace_id, row, wanted)
    task = await tx.session.get(Task, row.id, with_for_update=True)
    if task is None or task.version != version:
        raise StaleVersionError(
            f"Task {row.number} was changed in the meantime",
            cure="Read it again, look at what changed, and send the edit with its version",
        )
    if "assignee_id" in wanted:
        await _check_assignee(connection, tx.workspace_id, wanted["assignee_id"])
    before = {name: _plain(getattr(task, name)) for name in wanted}
    changed = [name for name, value in wanted.items() if _plain(value) != before[name]]
    if changed:
        target = task.duplicate_of
        parted = task.status == TaskStatus.DUPLICATE and wanted.get("status") == task.status_before_duplicate
        if "status" in changed:
            task.status_before_duplicate = task.status if wanted["status"] == TaskStatus.DUPLICATE else None
        for name in changed:
            setattr(task, name, wanted[name])
        task.version += 1
        task.updated_at = now()
        await tx.session.flush()
        was = {name: before[name] for name in changed}
        is_now = {name: _plain(wanted[name]) for name in changed}
        await _record(tx, principal, task, was, is_now)
        # Who takes a merge back has not started or finished anything.
        await _tell(tx, principal, task, was, status_is_news="status" in changed and not parted)
        if "duplicate_of" in changed:
            await merging.follow(tx, principal, task, target)
    return schemas.Task.of(await find_task(connection, tx.workspace_id, str(row.id)))


async def unmerge_task(tx: Transaction, principal: Principal, key: str, *, version: int) -> schemas.Task:
    """Take a merge back: the task gets the status that it had before.

    Raises:
        ConflictError: It is no duplicate.
    """
    row = await find_task(await tx.session.connection(), tx.workspace_id, key)
    if row.duplicate_of is None:
        raise ConflictError(f"Task {row.number} is merged into no other", cure="Only a duplicate can be unmerged")
    return await update_task(tx, principal, str(row.id), TaskPatch(duplicate_of=None), version=version)


async def add_comment(tx: Transaction, principal: Principal, key: str, draft: CommentDraft) -> schemas.Comment:
    """Add a comment to a task."""
    connection = await tx.session.connection()
    task = await find_task(connection, tx.workspace_id, key)
    row = await comments.insert_comment(connection, tx.workspace_id, task.id, principal.member_id, draft.body)
    spoken_to = mentioned(row.body, await accounts.list_members(connection, tx.workspace_id)) if "@" in row.body else []
    tx.record(
        Change(
            verb=Verb.COMMENT_CREATED,
            entity=Entity("task", task.id),
            data={
                "number": task.number,
                "comment_id": str(row.id),
                "preview": row.body[:PREVIEW],
                "mentions": [str(member_id) for member_id in spoken_to],
            },
        )
    )
    if spoken_to:
        await notifications.tell(
            connection,
            task.id,
            [member for member in spoken_to if member != principal.member_id],
            NotificationKind.MENTIONED,
            occasion=str(row.id),
            by_name=principal.actor.name,
            detail=row.body[:TOLD],
        )
    return schemas.Comment.of(row)


async def _record(
    tx: Transaction, principal: Principal, task: Task, before: dict[str, Any], after: dict[str, Any]
) -> None:
    entity = Entity("task", task.id)
    told = {"number": task.number, "title": task.title, "status": task.status}
    tx.record(Change(verb=Verb.TASK_UPDATED, entity=entity, data=told, before=before, after=after))
    verdict = await tx.session.get(Verdict, task.verdict_id) if task.verdict_id is not None else None
    if verdict is None:
        return
    for corrected in corrections(before, after):
        tx.session.add(
            Correction(
                workspace_id=tx.workspace_id,
                verdict_id=verdict.id,
                message_id=verdict.message_id,
                task_id=task.id,
                member_id=principal.member_id,
                field=corrected.field,
                before=corrected.before,
                after=corrected.after,
            )
        )
        tx.record(
            Change(
                verb=Verb.CORRECTION_STORED,
                entity=entity,
                data={"number": task.number, "field": corrected.field},
                before={corrected.field: corrected.before},
                after={corrected.field: corrected.after},
            )
        )
    await learn(tx, principal, task, verdict, set(after))


async def _tell(
    tx: Transaction, principal: Principal, task: Task, was: dict[str, Any], *, status_is_news: bool
) -> None:
    # Accepting a suggestion makes it somebody's; starting or reopening a task does not.
    if "assignee_id" in was or was.get("status") == TaskStatus.TRIAGE:
        await _tell_assignee(await tx.session.connection(), principal, task.id)
    if status_is_news:
        await tell_reporters(tx, principal, task)


async def _tell_assignee(connection: AsyncConnection, principal: Principal, task_id: UUID) -> None:
    await notifications.tell_assignee(connection, task_id, by=principal.member_id, by_name=principal.actor.name)


def _decline_noise(row: TaskRow, wanted: dict[str, Any]) -> None:
    """Let an edit that says "noise" decline the task: there is nothing to do."""
    if wanted.get("category") != Category.NOISE or row.category == Category.NOISE:
        return
    if wanted.setdefault("status", TaskStatus.DECLINED) != TaskStatus.DECLINED:
        raise InvalidInputError(
            f"body.status: what is noise cannot be {wanted['status']}", cure="Send another category, or status declined"
        )


async def _check_assignee(connection: AsyncConnection, workspace_id: UUID, member_id: UUID | None) -> None:
    if member_id is not None and await accounts.find_member(connection, workspace_id, member_id) is None:
        raise InvalidInputError(
            f"body.assignee_id: there is no member {member_id}", cure="`GET /api/members` lists them"
        )


def _plain(value: Any) -> Any:
    """Return the value as an event carries it."""
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
