"""What both triage jobs share around their judgement."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from uuid import UUID

from tracker_core import queue, telemetry
from tracker_core.database import reading
from tracker_core.jobs import triage_message
from tracker_core.repositories import conversations
from tracker_core.repositories import triage as repository
from tracker_core.repositories.conversations import Context
from tracker_core.repositories.triage import Claim
from tracker_core.transaction import Transactions

from tracker_worker.conversations.bursts import burst
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.accounting import count_failure, count_verdict
from tracker_worker.triage.claiming import Claims, Take
from tracker_worker.triage.deciding import as_wanted
from tracker_worker.triage.failing import fail, is_spent, reason_of
from tracker_worker.triage.placing import Placement, place
from tracker_worker.triage.proposing import propose
from tracker_worker.triage.reading import question_of
from tracker_worker.triage.settling import settle

log = logging.getLogger(__name__)

type Judge = Callable[[Claim, Question], Awaitable[Judgement | None]]
"""Judges a message; None when it was handed over to somebody else."""


class Handling:
    """Takes a message, has it judged, and settles it; built once per process."""

    def __init__(self, transactions: Transactions, settings: TriageSettings) -> None:
        self.transactions = transactions
        self.settings = settings
        self.claims = Claims(transactions.engine)

    async def handle(self, message_id: UUID, take: Take, judge: Judge, *, seconds: float) -> None:
        """Handle a message, if there is something to do.

        Args:
            message_id: Which.
            take: How it is claimed.
            judge: By whom it is judged.
            seconds: How long reading and judging may take; each statement of settling has its own limit.
        """
        async with self.claims.hold(take, message_id) as held:
            if held is None:
                return
            if is_spent(held, self.settings):
                await self._fail(held, "No attempt came to an end: the worker died or lost the database each time")
            else:
                await self._judge_and_settle(held, judge, seconds)
        await self._wake_next(held)

    async def _judge_and_settle(self, held: Claim, judge: Judge, seconds: float) -> None:
        started = perf_counter()
        try:
            async with asyncio.timeout(seconds):
                context = await self._context_of(held)
                question = question_of(held, burst(context) if context else ())
                judgement = await judge(held, question)
            if judgement is None:
                return
            if held.wanted:
                judgement = as_wanted(judgement)
            placement = place(context, judgement) if context else Placement()
            latency_ms = (perf_counter() - started) * 1000
            with telemetry.span("settle"):
                task_id = await settle(self.transactions, held, judgement, placement, latency_ms=latency_ms)
            count_verdict(judgement, latency_ms / 1000)
        except Exception as error:  # whatever it is, the row has to say so
            log.exception("Triage of message %s failed", held.id, extra={"trace": held.trace_id})
            # Without a database this fails too: the claim runs out, and the scheduler wakes the message again.
            await self._fail(held, reason_of(error))
            return
        if task_id is not None:
            await self._propose_duplicates(held, task_id, judgement, question)

    async def _context_of(self, held: Claim) -> Context | None:
        """Read what was said before; None when the message stands alone, or has its task already."""
        if held.task_id is not None or (held.conversation_id is None and not held.reply_to):
            return None
        async with reading(self.transactions.engine) as connection:
            return await conversations.context_of(connection, held.id)

    async def _propose_duplicates(self, held: Claim, task_id: UUID, judgement: Judgement, question: Question) -> None:
        said = f"{question.subject}\n{question.text}".strip()
        try:
            await propose(self.transactions, held, task_id, judgement, said)
        except Exception:  # the message is settled; a task without proposals is better than none
            log.exception("Duplicates of task %s not looked for", task_id, extra={"trace": held.trace_id})

    async def _fail(self, held: Claim, error: str) -> None:
        buried = await fail(self.transactions, self.settings, held, error)
        count_failure("buried" if buried else "put off")

    async def _wake_next(self, held: Claim) -> None:
        # After the commit: whoever came in before it was kept waiting by this message and is found here; whoever comes
        # in after it is not kept waiting.
        if held.conversation_id is None:
            return
        async with reading(self.transactions.engine) as connection:
            waiting = await repository.next_in_conversation(connection, held.conversation_id)
        if waiting is not None and waiting.id != held.id:
            job = triage_message(waiting.id, telemetry.continued(waiting.trace_id))
            await queue.send(self.transactions.broker, [job])
