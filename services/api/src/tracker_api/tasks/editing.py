"""Changes tasks. Every change is an event with before and after; a human's change of a verdict is a correction too."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.errors import ConflictError, InvalidInputError, NotFoundError, StaleVersionError
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import accounts, comments
from tracker_core.repositories import tasks as repository
from tracker_core.repositories.tasks import TaskRow
from tracker_core.tables import Correction, Task, TaskStatus, Verdict, now
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.tasks import schemas
from tracker_api.tasks.corrections import corrections
from tracker_api.tasks.schemas import CommentDraft, TaskDraft, TaskPatch
from tracker_api.tasks.service import find_task

PREVIEW = 140
"""Characters of a comment in its event."""


async def create_task(tx: Transaction, draft: TaskDraft) -> schemas.Task:
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
    row = await find_task(connection, tx.workspace_id, key)
    wanted = patch.model_dump(include=patch.model_fields_set)
    if "duplicate_of" in wanted or "status" in wanted:
        wanted |= await _resolve_duplicate(connection, tx.workspace_id, row, wanted)
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
        for name in changed:
            setattr(task, name, wanted[name])
        task.version += 1
        task.updated_at = now()
        await tx.session.flush()
        was = {name: before[name] for name in changed}
        is_now = {name: _plain(wanted[name]) for name in changed}
        await _record(tx, principal, task, was, is_now)
    return schemas.Task.of(await find_task(connection, tx.workspace_id, str(row.id)))


async def add_comment(tx: Transaction, principal: Principal, key: str, draft: CommentDraft) -> schemas.Comment:
    """Add a comment to a task."""
    connection = await tx.session.connection()
    task = await find_task(connection, tx.workspace_id, key)
    row = await comments.insert_comment(connection, tx.workspace_id, task.id, principal.member_id, draft.body)
    tx.record(
        Change(
            verb=Verb.COMMENT_CREATED,
            entity=Entity("task", task.id),
            data={"number": task.number, "comment_id": str(row.id), "preview": row.body[:PREVIEW]},
        )
    )
    return schemas.Comment.of(row)


async def _record(
    tx: Transaction, principal: Principal, task: Task, before: dict[str, Any], after: dict[str, Any]
) -> None:
    entity = Entity("task", task.id)
    told = {"number": task.number, "title": task.title, "status": task.status}
    tx.record(Change(verb=Verb.TASK_UPDATED, entity=entity, data=told, before=before, after=after))
    if after.get("duplicate_of"):
        other = Entity("task", UUID(after["duplicate_of"]))
        tx.record(Change(verb=Verb.TASK_MERGED, entity=other, data={"duplicate": told | {"id": str(task.id)}}))
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


async def _resolve_duplicate(
    connection: AsyncConnection, workspace_id: UUID, row: TaskRow, wanted: dict[str, Any]
) -> dict[str, Any]:
    """Return status and target as they belong together: a task is a duplicate if and only if it names the other."""
    given = wanted.get("duplicate_of")
    status = wanted.get("status", TaskStatus.DUPLICATE if given is not None else row.status)
    if status != TaskStatus.DUPLICATE:
        if given is not None:
            raise InvalidInputError(
                f"body.duplicate_of: a task that is {status} duplicates nothing", cure="Send status duplicate with it"
            )
        return {"status": status, "duplicate_of": None}
    if given is None and "duplicate_of" not in wanted:
        given = row.duplicate_of
    if given is None:
        raise InvalidInputError(
            "body.duplicate_of: a duplicate needs the task that it duplicates",
            cure="Send the number or id of that task",
        )
    # Taken before the row's own lock: two edits that link each other must not wait for each other.
    await repository.lock_duplicates(connection, workspace_id)
    try:
        target = await find_task(connection, workspace_id, str(given))
    except NotFoundError as error:
        raise InvalidInputError(f"body.duplicate_of: {error.detail}", cure=error.cure) from error
    if target.id == row.id:
        raise InvalidInputError(f"Task {row.number} cannot duplicate itself", cure="Send another task")
    if await repository.leads_to(connection, target.id, row.id):
        raise ConflictError(
            f"Task {target.number} is itself a duplicate of task {row.number}",
            cure=f"Reopen task {target.number} first, or close that one instead",
        )
    return {"status": status, "duplicate_of": target.id}


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
