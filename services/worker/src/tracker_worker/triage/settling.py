"""The end of triage in one transaction: the verdict, the task or none, the message's state, and their events."""

import logging
from uuid import UUID

from tracker_core import telemetry
from tracker_core.events import Actor, ActorKind, Change, Entity, Verb
from tracker_core.repositories import notifications, tasks
from tracker_core.repositories import triage as repository
from tracker_core.repositories.triage import Claim
from tracker_core.tables import MessageState, Task, TaskStatus, Verdict
from tracker_core.transaction import Transaction, Transactions

from tracker_worker.models.members import match_member
from tracker_worker.models.provider import Judgement
from tracker_worker.triage.deciding import decide
from tracker_worker.triage.joining import begin_with, join, revise
from tracker_worker.triage.placing import Placement

log = logging.getLogger(__name__)

ACTOR = Actor(ActorKind.SYSTEM, "triage")


async def settle(
    transactions: Transactions, held: Claim, judgement: Judgement, placement: Placement, *, latency_ms: float
) -> UUID | None:
    """Write what a judgement leads to; nothing when another worker has taken the message over.

    Returns:
        The task that was made or says something new, None when there is none.
    """
    outcome = decide(judgement, held.source_spec.get("triage", {}), placement.task)
    async with transactions.begin(held.workspace_id, ACTOR) as tx:
        connection = await tx.session.connection()
        state = MessageState.TASK if held.task_id else outcome.state
        if not await repository.settle(connection, held, state, outcome.reason):
            log.info("Message %s was taken over by another worker", held.id)
            return None
        verdict = _verdict(held, judgement, latency_ms)
        tx.session.add(verdict)
        await tx.session.flush()
        said_anew = None
        task_id = held.task_id
        # A message that is triaged again keeps the task that it has.
        if task_id is None and outcome.joins is not None:
            task_id = await join(tx, held, outcome.joins, placement.together)
            if placement.revises:
                said_anew = task_id
                await revise(tx, task_id, judgement, verdict.id)
        elif task_id is None and outcome.task_status is not None:
            task = await _create_task(tx, held, judgement, verdict, outcome.task_status)
            await begin_with(tx, held, task, placement.together)
            task_id = said_anew = task.id
        tx.record(_triaged(held, judgement, state, task_id))
        return said_anew


async def _create_task(
    tx: Transaction, held: Claim, judgement: Judgement, verdict: Verdict, status: TaskStatus
) -> Task:
    connection = await tx.session.connection()
    members = await repository.member_names(connection, held.workspace_id) if judgement.assignee else {}
    task = Task(
        workspace_id=held.workspace_id,
        number=await tasks.next_number(connection, held.workspace_id),
        title=judgement.title,
        description=judgement.description,
        status=status,
        category=judgement.category,
        priority=judgement.priority,
        assignee_id=match_member(judgement.assignee, members),
        due_on=judgement.due_on,
        labels=list(judgement.labels),
        source_id=held.source_id,
        conversation_id=held.conversation_id,
        verdict_id=verdict.id,
        confidence=judgement.confidence,
        vector=judgement.vector,
        vector_version=judgement.vector_version,
    )
    tx.session.add(task)
    await tx.session.flush()
    tx.record(
        Change(
            verb=Verb.TASK_CREATED,
            entity=Entity("task", task.id),
            data={"number": task.number, "title": task.title, "status": status, "source": held.source},
        )
    )
    if task.assignee_id is not None:
        await notifications.tell_assignee(connection, task.id, by=None)
    return task


def _verdict(held: Claim, judgement: Judgement, latency_ms: float) -> Verdict:
    return Verdict(
        workspace_id=held.workspace_id,
        message_id=held.id,
        provider=judgement.provider,
        model=judgement.model,
        prompt_version=judgement.prompt_version,
        category=judgement.category,
        priority=judgement.priority,
        actionable=judgement.actionable,
        confidence=judgement.confidence,
        language=judgement.language,
        reason=judgement.reason,
        output=judgement.output,
        vector=judgement.vector,
        vector_version=judgement.vector_version,
        tokens_in=judgement.tokens_in,
        tokens_out=judgement.tokens_out,
        cost_micros=judgement.cost_micros,
        latency_ms=latency_ms,
    )


def _triaged(held: Claim, judgement: Judgement, state: MessageState, task_id: UUID | None) -> Change:
    return Change(
        verb=Verb.MESSAGE_TRIAGED,
        entity=Entity("message", held.id),
        data={
            "source": held.source,
            "state": state,
            "category": judgement.category,
            "confidence": round(judgement.confidence, 3),
            "task_id": task_id,
            "trace_id": held.trace_id or telemetry.trace_id_of(telemetry.current_traceparent()),
        },
    )
