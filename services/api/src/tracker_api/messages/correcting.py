"""A person says what a message is.

With the task that it made, the word is an edit of that task. Without one, an actionable category makes a task, and
`noise` confirms that there is nothing to do. A message that has only joined a task leaves it when it is noise.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tracker_core.errors import ConflictError
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import merges, tasks
from tracker_core.repositories import messages as repository
from tracker_core.repositories.lessons import Word
from tracker_core.repositories.messages import MessageRow
from tracker_core.tables import Category, MessageState, Priority, Task, TaskMessage, TaskStatus, Verdict
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.messages.schemas import Message, MessageCorrection
from tracker_api.messages.service import unknown_message
from tracker_api.tasks import editing
from tracker_api.tasks.schemas import TaskPatch
from tracker_api.tasks.service import find_task
from tracker_api.tasks.teaching import teach

TITLE = 120
"""Characters of a title that is cut from a text."""


async def correct(tx: Transaction, principal: Principal, message_id: UUID, said: MessageCorrection) -> Message:
    """Let a person's word stand in place of the verdict.

    Raises:
        NotFoundError: There is no such message.
        ConflictError: Triage has not judged it.
    """
    connection = await tx.session.connection()
    # Locked: the same word from two people makes one task.
    row = await repository.find_message(connection, tx.workspace_id, message_id, lock=True)
    if row is None:
        raise unknown_message(message_id)
    verdict = None if row.verdict_id is None else await tx.session.get(Verdict, row.verdict_id)
    if verdict is None or row.state in {MessageState.WAITING, MessageState.DEAD}:
        raise ConflictError(
            f"Message {message_id} is {row.state}: there is no verdict to correct",
            cure="Wait until it is judged; one that is dead has to be sent to triage again",
        )
    if row.task_id is None:
        await _correct_ignored(tx, principal, row, verdict, said)
    else:
        await _correct_task(tx, principal, row, verdict, said)
    corrected = await repository.find_message(connection, tx.workspace_id, message_id)
    if corrected is None:
        raise unknown_message(message_id)
    return Message.of(corrected)


async def _correct_task(
    tx: Transaction, principal: Principal, row: MessageRow, verdict: Verdict, said: MessageCorrection
) -> None:
    connection = await tx.session.connection()
    task = await find_task(connection, tx.workspace_id, str(row.task_id))
    origin = None if task.verdict_id is None else await tx.session.get(Verdict, task.verdict_id)
    if said.category is Category.NOISE and (origin is None or origin.message_id != row.id):
        # A merge at the same time would show it at the target again.
        await merges.lock_merges(connection, tx.workspace_id)
        await repository.detach(connection, row.id, task.id)
        await merges.show_messages(connection, [task.id])
        await repository.settle_by_hand(connection, row.id, MessageState.IGNORED, _reason(principal))
        told = {"source": f"{row.source_namespace}/{row.source_name}", "task_id": task.id, "number": task.number}
        tx.record(Change(verb=Verb.MESSAGE_LEFT, entity=Entity("message", row.id), data=told))
        await teach(tx, Word(verdict.id, None, principal.member_id, said.category, verdict.priority), number=None)
        return
    patch = TaskPatch(**said.model_dump(exclude_none=True))
    edited = await editing.update_task(tx, principal, str(task.id), patch, version=task.version)
    if origin is not None and origin.message_id == row.id:
        # Said outright, so a word that changes nothing counts too: it confirms.
        word = Word(origin.id, task.id, principal.member_id, edited.category, edited.priority)
        await teach(tx, word, number=task.number)


async def _correct_ignored(
    tx: Transaction, principal: Principal, row: MessageRow, verdict: Verdict, said: MessageCorrection
) -> None:
    if said.category is Category.NOISE:
        await teach(tx, Word(verdict.id, None, principal.member_id, said.category, verdict.priority), number=None)
        return
    connection = await tx.session.connection()
    task = Task(
        workspace_id=tx.workspace_id,
        number=await tasks.next_number(connection, tx.workspace_id),
        title=_title(verdict.output, row),
        description=row.text,
        status=TaskStatus.TODO,
        category=said.category,
        priority=said.priority or _priority(verdict),
        labels=[],
        source_id=row.source_id,
        conversation_id=row.conversation_id,
        verdict_id=verdict.id,
        confidence=verdict.confidence,
        vector=verdict.vector,
        vector_version=verdict.vector_version,
    )
    tx.session.add(task)
    await tx.session.flush()
    tx.session.add(TaskMessage(task_id=task.id, message_id=row.id, workspace_id=tx.workspace_id))
    await tx.session.flush()
    await repository.settle_by_hand(connection, row.id, MessageState.TASK, _reason(principal))
    source = f"{row.source_namespace}/{row.source_name}"
    told = {"number": task.number, "title": task.title, "status": task.status, "source": source}
    tx.record(Change(verb=Verb.TASK_CREATED, entity=Entity("task", task.id), data=told))
    word = Word(verdict.id, task.id, principal.member_id, task.category, task.priority)
    await teach(tx, word, number=task.number)


def _reason(principal: Principal) -> str:
    return f"{principal.actor.name} said so"


def _priority(verdict: Verdict) -> Priority:
    """Return how soon it is to be done: noise is always judged to be low, whatever the message says of urgency."""
    held: Mapping[str, Any] = verdict.output.get("priorities") or {}
    if verdict.category != Category.NOISE or not held:
        return Priority(verdict.priority)
    return Priority(max(held, key=held.__getitem__))


def _title(output: Mapping[str, Any], row: MessageRow) -> str:
    """Return the title that triage would have given, or the first words."""
    title = output.get("title") or row.subject or " ".join(row.text.split())
    return title if len(title) <= TITLE else f"{title[: TITLE - 1].rsplit(' ', 1)[0]}…"
