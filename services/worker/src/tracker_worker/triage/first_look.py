"""The job `triage_message`: the embedded model judges in milliseconds, and settles what needs no language model.

What does need one is handed over and comes back when its time is over, whatever became of it: the queue of the agents
may be jammed, and nobody may serve it. Then the embedded judgement stands.
"""

from collections.abc import Callable
from time import monotonic
from uuid import UUID

from tracker_core import telemetry
from tracker_core.jobs import consult_models
from tracker_core.repositories import triage as repository
from tracker_core.repositories.triage import Claim
from tracker_core.transaction import Transactions

from tracker_worker.models.consultant import Why
from tracker_worker.models.provider import Judgement, Provider, Question
from tracker_worker.models.routing import fall_back, route
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.handling import Handling
from tracker_worker.triage.settling import ACTOR

REST = 30.0
"""Seconds for which nothing is handed over after a message has come back.

Else a chat would stand still for the whole deadline with each of its messages.
"""


class FirstLook(Handling):
    """Built once per process of the role `triage`."""

    def __init__(
        self,
        transactions: Transactions,
        embedded: Provider,
        settings: TriageSettings,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(transactions, settings)
        self._embedded = embedded
        self._clock = clock
        self._rests_until = clock()

    async def triage_message(self, message_id: UUID) -> None:
        """Triage the message, if there is something to do."""
        seconds = self.settings.deadline.total_seconds()
        await self.handle(message_id, repository.claim, self._judge, seconds=seconds)

    async def _judge(self, held: Claim, question: Question) -> Judgement | None:
        with telemetry.span("judge", provider="embedded"):
            own = await self._embedded.judge(question)
        way = route(own, question, self.settings.providers)
        if not way.ask:
            return way.judgement
        deadline = f"{self.settings.llm_deadline.total_seconds():g} s"
        if held.handed_over:
            self._rests_until = self._clock() + REST
            return fall_back(own, Why.DEADLINE, f"the language models did not answer within {deadline}")
        if self._clock() < self._rests_until:
            return fall_back(own, Why.AWAY, f"others had no answer from the language models within {deadline}")
        await self._hand_over(held)
        return None

    async def _hand_over(self, held: Claim) -> None:
        async with self.transactions.begin(held.workspace_id, ACTOR) as tx:
            if await repository.hand_over(await tx.session.connection(), held, self.settings.llm_deadline):
                tx.kick(consult_models(held.id))
