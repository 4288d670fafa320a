"""From a message's row, and what was said just before it, to the question that a model is asked."""

from collections.abc import Sequence
from datetime import timedelta, timezone

from tracker_core.repositories.conversations import Said
from tracker_core.repositories.triage import Claim

from tracker_worker.conversations.bursts import together
from tracker_worker.models.provider import Question


def question_of(held: Claim, before: Sequence[Said] = ()) -> Question:
    """Return the question, with the sender's own time and the policy of the Source.

    Args:
        held: The message.
        before: What it continues; read with it as one.
    """
    return Question(
        subject=held.subject or next((said.subject for said in before if said.subject), ""),
        text=together(before, held.text) if before else held.text,
        sender=held.sender_name,
        sent_at=held.sent_at.astimezone(timezone(timedelta(seconds=held.sent_offset))),
        workspace_id=held.workspace_id,
        source_id=held.source_id,
        policy=held.source_spec.get("triage", {}),
    )
