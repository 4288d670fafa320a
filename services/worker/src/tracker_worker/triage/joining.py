"""A message joins a task that is there already, alone or with what was said before it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import merges, notifications
from tracker_core.repositories import triage as repository
from tracker_core.repositories.conversations import Said, TaskRef
from tracker_core.repositories.triage import Claim
from tracker_core.tables import MessageState, Task, now
from tracker_core.transaction import Transaction

from tracker_worker.models.members import match_member
from tracker_worker.models.provider import Judgement


async def join(tx: Transaction, held: Claim, task: TaskRef, together: Sequence[Said]) -> UUID:
    """Let the message, and what was read with it, belong to the task, or to what that was merged into meanwhile.

    Returns:
        The task that it is.
    """
    task_id, number = await merges.end_of(await tx.session.connection(), tx.workspace_id, task.id)
    taken = await _attach(tx, held, task_id, number, together)
    _record_joined(tx, held, task_id, number, [*taken, held.id])
    return task_id


async def begin_with(tx: Transaction, held: Claim, task: Task, together: Sequence[Said]) -> None:
    """Let the message, and what was read with it, be what a new task comes from."""
    _record_joined(tx, held, task.id, task.number, await _attach(tx, held, task.id, task.number, together))


async def _attach(tx: Transaction, held: Claim, task_id: UUID, number: int, together: Sequence[Said]) -> Sequence[UUID]:
    """Let messages belong to the task; return those that had been ignored."""
    before = [said.id for said in together if said.task is None and said.state == MessageState.IGNORED]
    return await repository.attach(await tx.session.connection(), held, task_id, before, reason=f"Part of #{number}")


def _record_joined(tx: Transaction, held: Claim, task_id: UUID, number: int, messages: Sequence[UUID]) -> None:
    data = {"source": held.source, "task_id": task_id, "number": number}
    for message_id in messages:
        tx.record(Change(verb=Verb.MESSAGE_JOINED, entity=Entity("message", message_id), data=data))


async def revise(tx: Transaction, task_id: UUID, judgement: Judgement, verdict_id: UUID) -> None:
    """Let the task say what the whole burst says; nothing when a person has touched it in the meantime."""
    connection = await tx.session.connection()
    task = await tx.session.get(Task, task_id, with_for_update=True)
    if task is None or await repository.is_edited(connection, task_id):
        return
    members = await repository.member_names(connection, tx.workspace_id) if judgement.assignee else {}
    wanted: dict[str, Any] = {
        "title": judgement.title,
        "description": judgement.description,
        "category": str(judgement.category),
        "priority": str(judgement.priority),
        "assignee_id": match_member(judgement.assignee, members) or task.assignee_id,
        "due_on": judgement.due_on or task.due_on,
        "labels": list(dict.fromkeys((*task.labels, *judgement.labels))),
    }
    before = {name: getattr(task, name) for name, value in wanted.items() if getattr(task, name) != value}
    for name in before:
        setattr(task, name, wanted[name])
    task.verdict_id, task.confidence = verdict_id, judgement.confidence
    task.vector, task.vector_version = judgement.vector, judgement.vector_version
    task.version += 1
    task.updated_at = now()
    await tx.session.flush()
    # Also when no word of it has changed: its version has, and the verdict that a screen shows beside it.
    tx.record(
        Change(
            verb=Verb.TASK_UPDATED,
            entity=Entity("task", task.id),
            data={"number": task.number, "title": task.title, "status": task.status},
            before={name: _plain(value) for name, value in before.items()},
            after={name: _plain(wanted[name]) for name in before},
        )
    )
    if "assignee_id" in before:
        await notifications.tell_assignee(connection, task.id, by=None)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, list) else str(value)
