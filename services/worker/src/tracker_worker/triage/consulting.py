"""The job `consult_models`: the language models are asked about a message that the embedded model is unsure of.

It runs in a process of its own, which may be slow, many or none at all. What it takes up it also settles, with the
embedded judgement when no language model has answered in the time that is left.
"""

from uuid import UUID

from tracker_core.repositories import triage as repository
from tracker_core.repositories.triage import Claim
from tracker_core.transaction import Transactions

from tracker_worker.models.chain import Chain
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.handling import Handling


class Consulting(Handling):
    """Built once per process of the role `agents`."""

    def __init__(self, transactions: Transactions, chain: Chain, settings: TriageSettings) -> None:
        super().__init__(transactions, settings)
        self._chain = chain

    async def consult_models(self, message_id: UUID) -> None:
        """Ask about the message, if somebody still waits for the answer."""
        seconds = (self.settings.llm_deadline + self.settings.deadline).total_seconds()
        await self.handle(message_id, repository.claim_handed_over, self._judge, seconds=seconds)

    async def _judge(self, held: Claim, question: Question) -> Judgement:
        return await self._chain.judge(question, within=held.time_left.total_seconds())
