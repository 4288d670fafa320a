"""Which tasks a new one may repeat: found, scored, and proposed to people. Nothing is merged silently.

In a transaction of its own after the task's: two that come in at the same time each see the other's task that way, at
least one of them. A crash in between costs the proposals, not the task.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import duplicates
from tracker_core.repositories.duplicates import Candidate, Proposal
from tracker_core.repositories.triage import Claim
from tracker_core.transaction import Transactions

from tracker_worker.models.duplicates.pairs import DuplicateModel, Match, Said
from tracker_worker.models.provider import Judgement
from tracker_worker.triage.settling import ACTOR


async def propose(transactions: Transactions, held: Claim, task_id: UUID, judgement: Judgement, said: str) -> None:
    """Propose what the task may repeat.

    Args:
        transactions: Opens the transaction.
        held: The message that made it.
        task_id: The task.
        judgement: Of the message.
        said: What was read.
    """
    vector = judgement.vector
    if vector is None:
        return
    async with transactions.begin(held.workspace_id, ACTOR) as tx:
        connection = await tx.session.connection()
        found = await duplicates.candidates(
            connection,
            held.workspace_id,
            title=judgement.title,
            said=said,
            vector=vector,
            vector_version=judgement.vector_version,
            exclude=task_id,
        )
        near = [candidate for candidate in found if candidate.vector is not None]
        if not near:
            return
        new = Said(
            text=f"{judgement.title}\n{said}",
            vector=np.asarray(vector, dtype=np.float32),
            language=judgement.language,
            category=judgement.category,
            sent_at=held.sent_at,
            author=held.sender,
        )
        matches = await asyncio.to_thread(_score, new, near)
        proposals = [Proposal(near[match.place].id, match.score, match.reason) for match in matches]
        proposed = set(await duplicates.propose(connection, held.workspace_id, task_id, proposals))
        for match in matches:
            other = near[match.place]
            if other.id in proposed:
                data = {"other_id": other.id, "other_number": other.number, "score": match.score}
                tx.record(Change(verb=Verb.DUPLICATE_PROPOSED, entity=Entity("task", task_id), data=data))


def _score(new: Said, near: Sequence[Candidate]) -> list[Match]:
    others = [
        Said(
            text=other.text,
            vector=np.asarray(other.vector, dtype=np.float32),
            language=other.language,
            category=other.category,
            sent_at=other.sent_at,
            author=other.author,
        )
        for other in near
    ]
    return DuplicateModel.load().score(new, others)
