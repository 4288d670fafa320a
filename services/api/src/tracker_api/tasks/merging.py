"""Duplicates: merged into another task, taken apart again, or dismissed.

A task is a duplicate if and only if it names its target; its messages, and so everybody who reported it, are also shown
there. Every way to merge comes through `update_task`: this module says what the edit means and what follows of it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.errors import ConflictError, InvalidInputError, NotFoundError
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import duplicates, merges
from tracker_core.repositories.tasks import TaskRow
from tracker_core.tables import Task, TaskStatus
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.tasks.service import find_task


async def resolve(
    connection: AsyncConnection, workspace_id: UUID, row: TaskRow, wanted: dict[str, Any]
) -> dict[str, Any]:
    """Return status and target of an edit as they belong together.

    Raises:
        InvalidInputError: They contradict each other, or the target is none.
        ConflictError: The duplicates would lead in a circle.
    """
    given = wanted.get("duplicate_of")
    if given is None and "duplicate_of" in wanted and "status" not in wanted:
        before = row.status_before_duplicate or TaskStatus.TODO
        return {"status": row.status if row.duplicate_of is None else before, "duplicate_of": None}
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
    return {"status": status, "duplicate_of": (await _target(connection, workspace_id, row, str(given))).id}


async def _target(connection: AsyncConnection, workspace_id: UUID, row: TaskRow, key: str) -> TaskRow:
    try:
        target = await find_task(connection, workspace_id, key)
    except NotFoundError as error:
        raise InvalidInputError(f"Task {row.number} cannot be merged: {error.detail}", cure=error.cure) from error
    if target.id == row.id:
        raise InvalidInputError(f"Task {row.number} cannot duplicate itself", cure="Send another task")
    if await merges.leads_to(connection, target.id, row.id):
        raise ConflictError(
            f"Task {target.number} is itself a duplicate of task {row.number}",
            cure=f"Unmerge task {target.number} first, or merge task {target.number} the other way round",
        )
    return target


async def follow(tx: Transaction, principal: Principal, task: Task, was: UUID | None) -> None:
    """Do what follows of a changed target: messages, proposals, events.

    Args:
        tx: The transaction that has changed it.
        principal: Who.
        task: As it is now.
        was: Its target before.
    """
    connection = await tx.session.connection()
    told = {"duplicate": {"id": str(task.id), "number": task.number, "title": task.title, "status": task.status}}
    if was is not None:
        await duplicates.reopen(connection, task.id, was)
        tx.record(Change(verb=Verb.TASK_UNMERGED, entity=Entity("task", was), data=told))
    if task.duplicate_of is not None:
        await duplicates.confirm(connection, task.id, task.duplicate_of, principal.member_id)
        tx.record(Change(verb=Verb.TASK_MERGED, entity=Entity("task", task.duplicate_of), data=told))
    await merges.show_messages(connection, [end for end in (was, task.duplicate_of) if end is not None])


async def dismiss(tx: Transaction, principal: Principal, key: str, other_key: str) -> None:
    """Note that two tasks are not the same; the pair is never proposed again.

    Raises:
        InvalidInputError: They are one task.
        ConflictError: They are merged.
    """
    connection = await tx.session.connection()
    await merges.lock_merges(connection, tx.workspace_id)
    task = await find_task(connection, tx.workspace_id, key)
    other = await find_task(connection, tx.workspace_id, other_key)
    if task.id == other.id:
        raise InvalidInputError(f"Task {task.number} is no duplicate of itself", cure="Send another task")
    for one, another in ((task, other), (other, task)):
        if one.duplicate_of == another.id:
            raise ConflictError(
                f"Task {one.number} is merged into task {another.number}", cure=f"Unmerge task {one.number} first"
            )
    if await duplicates.dismiss(connection, tx.workspace_id, task.id, other.id, principal.member_id):
        tx.record(
            Change(
                verb=Verb.DUPLICATE_DISMISSED,
                entity=Entity("task", task.id),
                data={
                    "number": task.number,
                    "title": task.title,
                    "other": {"id": str(other.id), "number": other.number, "title": other.title},
                },
            )
        )
