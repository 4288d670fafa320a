"""Triage of one message: claim it, ask the provider, settle it and make its task in one transaction.

The message's row is the truth. A wake-up that finds the row settled, held or not due does nothing, so wake-ups may be
lost or doubled. The provider is asked outside of any transaction.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from tracker_core import queue, telemetry
from tracker_core.database import reading
from tracker_core.events import Actor, ActorKind, Change, Entity, Verb
from tracker_core.inbound import clean
from tracker_core.jobs import triage_message
from tracker_core.manifests import Autonomy, parse_duration
from tracker_core.repositories import tasks
from tracker_core.repositories import triage as repository
from tracker_core.repositories.triage import Claim
from tracker_core.tables import MessageState, Task, TaskMessage, TaskStatus, Verdict
from tracker_core.transaction import Transaction, Transactions

from tracker_worker.models.consultant import Why
from tracker_worker.models.members import match_member
from tracker_worker.models.provider import Judgement, Provider, Question
from tracker_worker.settings import TriageSettings

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""How long a claim holds; a crashed worker's messages wait this long."""
MAX_REASON = 2000
"""Characters of an error kept with its message."""
RENEWAL = 5.0
"""Seconds between renewals of the claims of running jobs."""

_TRIAGE = Actor(ActorKind.SYSTEM, "triage")


@dataclass(frozen=True)
class Outcome:
    """What is to become of a judged message."""

    state: MessageState
    reason: str
    task_status: TaskStatus | None = None
    """Status of the task to make; None makes none."""


def decide(judgement: Judgement, spec: Mapping[str, Any]) -> Outcome:
    """Say what a verdict leads to under the Source's autonomy.

    Args:
        judgement: The verdict.
        spec: `spec.triage` of the Source manifest in its JSON form; what is missing takes the manifest's defaults.
    """
    autonomy = Autonomy(spec.get("autonomy", Autonomy.SUGGEST))
    threshold = int(spec.get("autoThreshold", 85))
    if not judgement.actionable:
        return Outcome(MessageState.IGNORED, f"Nothing to do: {judgement.reason}")
    if autonomy in {Autonomy.SHADOW, Autonomy.DISABLED}:
        return Outcome(MessageState.IGNORED, f"{autonomy}: the verdict is recorded, no task is made")
    # Over its token budget a Source only suggests: that is what its manifest promises.
    if autonomy is Autonomy.AUTO and not _over_budget(judgement) and judgement.confidence * 100 >= threshold:
        return Outcome(MessageState.TASK, judgement.reason, TaskStatus.TODO)
    return Outcome(MessageState.TASK, judgement.reason, TaskStatus.TRIAGE)


def _over_budget(judgement: Judgement) -> bool:
    return bool(judgement.output.get("fallback", {}).get("why") == Why.BUDGET)


def backoff(attempt: int, settings: TriageSettings, delivery: Mapping[str, Any]) -> timedelta | None:
    """Return the wait after failed attempt `attempt` (from 1), or None when it was the last.

    Args:
        attempt: Attempts so far.
        settings: Where the Source does not say.
        delivery: `spec.delivery` of the Source manifest.
    """
    if attempt > int(delivery.get("retry", settings.retries)):
        return None
    base = parse_duration(delivery["backoffDelay"]) if "backoffDelay" in delivery else settings.backoff
    factor = attempt if delivery.get("backoffPolicy") == "linear" else 2 ** min(attempt - 1, 20)
    return min(base * factor, settings.backoff_limit)


class Triage:
    """Built once per process."""

    def __init__(self, transactions: Transactions, provider: Provider, settings: TriageSettings) -> None:
        self._transactions = transactions
        self._provider = provider
        self._settings = settings
        self._held: dict[tuple[UUID, int], Claim] = {}
        """Claims of running jobs by message and attempt."""

    async def renew_claims(self) -> None:
        """Keep the claims of running jobs until cancelled."""
        while True:
            await asyncio.sleep(RENEWAL)
            if not self._held:
                continue
            try:
                async with self._transactions.engine.begin() as connection:
                    await repository.renew(connection, self._held.values(), LEASE)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("Claims not renewed: %s", str(error) or type(error).__name__)

    async def triage_message(self, message_id: UUID) -> None:
        """Triage the message, if there is something to do."""
        async with self._transactions.engine.begin() as connection:
            held = await repository.claim(connection, message_id, LEASE)
        if held is None:
            return
        self._held[held.id, held.attempt] = held
        try:
            if self._is_spent(held):
                await self._fail(held, "No attempt came to an end: the worker died or lost the database each time")
            else:
                await self._triage(held)
        finally:
            del self._held[held.id, held.attempt]
        await self._wake_next(held)

    async def _wake_next(self, held: Claim) -> None:
        # After the commit: whoever came in before it was kept waiting by this message and is found here; whoever comes
        # in after it is not kept waiting.
        if held.conversation_id is None:
            return
        async with reading(self._transactions.engine) as connection:
            waiting = await repository.next_in_conversation(connection, held.conversation_id)
        if waiting not in {None, held.id}:
            await queue.send(self._transactions.broker, [triage_message(waiting)])

    def _is_spent(self, held: Claim) -> bool:
        """Say whether a try before this one was the last: a message that kills its worker must not do so for ever."""
        return held.attempt > 1 and backoff(held.attempt - 1, self._settings, _delivery(held)) is None

    async def _triage(self, held: Claim) -> None:
        started = perf_counter()
        try:
            async with asyncio.timeout(self._settings.deadline.total_seconds()):
                judgement = await self._provider.judge(_question(held))
            await self._settle(held, judgement, latency_ms=(perf_counter() - started) * 1000)
        except Exception as error:  # whatever it is, the row has to say so
            log.exception("Triage of message %s failed", held.id, extra={"trace": held.trace_id})
            # Without a database this fails too: the claim runs out, and the scheduler wakes the message again.
            await self._fail(held, _reason(error))

    async def _settle(self, held: Claim, judgement: Judgement, *, latency_ms: float) -> None:
        outcome = decide(judgement, held.source_spec.get("triage", {}))
        async with self._transactions.begin(held.workspace_id, _TRIAGE) as tx:
            connection = await tx.session.connection()
            state = MessageState.TASK if held.task_id else outcome.state
            if not await repository.settle(connection, held, state, outcome.reason):
                log.info("Message %s was taken over by another worker", held.id)
                return
            verdict = _verdict(held, judgement, latency_ms)
            tx.session.add(verdict)
            await tx.session.flush()
            task_id = held.task_id
            if task_id is None and outcome.task_status is not None:
                task_id = await self._create_task(tx, held, judgement, verdict, outcome.task_status)
            tx.record(_triaged(held, judgement, state, task_id))

    async def _create_task(
        self, tx: Transaction, held: Claim, judgement: Judgement, verdict: Verdict, status: TaskStatus
    ) -> UUID:
        connection = await tx.session.connection()
        members = await repository.member_names(connection, held.workspace_id) if judgement.assignee else {}
        task = Task(
            workspace_id=held.workspace_id,
            number=await tasks.next_number(await tx.session.connection(), held.workspace_id),
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
        )
        tx.session.add(task)
        await tx.session.flush()
        tx.session.add(TaskMessage(task_id=task.id, message_id=held.id, workspace_id=held.workspace_id))
        tx.record(
            Change(
                verb=Verb.TASK_CREATED,
                entity=Entity("task", task.id),
                data={"number": task.number, "title": task.title, "status": status, "source": held.source},
            )
        )
        return task.id

    async def _fail(self, held: Claim, error: str) -> None:
        delay = backoff(held.attempt, self._settings, _delivery(held))
        async with self._transactions.begin(held.workspace_id, _TRIAGE) as tx:
            connection = await tx.session.connection()
            if delay is not None:
                await repository.put_off(connection, held, delay, error)
            elif await repository.bury(connection, held, error):
                tx.record(
                    Change(
                        verb=Verb.MESSAGE_DEAD,
                        entity=Entity("message", held.id),
                        data={"source": held.source, "reason": error},
                    )
                )


def _delivery(held: Claim) -> Mapping[str, Any]:
    return held.source_spec.get("delivery", {})  # type: ignore[no-any-return] # `spec.delivery` in its JSON form


def _reason(error: Exception) -> str:
    # Of what the database refuses, its own words: SQLAlchemy's repeat the whole statement.
    cause = getattr(error, "orig", None) or error
    return clean(f"{type(error).__name__}: {cause}" if str(cause) else type(error).__name__, MAX_REASON)


def _question(held: Claim) -> Question:
    sent_at = held.sent_at.astimezone(timezone(timedelta(seconds=held.sent_offset)))
    return Question(
        subject=held.subject,
        text=held.text,
        sender=held.sender_name,
        sent_at=sent_at,
        workspace_id=held.workspace_id,
        source_id=held.source_id,
        policy=held.source_spec.get("triage", {}),
    )


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
            "trace_id": telemetry.trace_id_of(telemetry.current_traceparent()) or held.trace_id,
        },
    )
