"""From a message's row to the question that a model is asked."""

from datetime import timedelta, timezone

from tracker_core.repositories.triage import Claim

from tracker_worker.models.provider import Question


def question_of(held: Claim) -> Question:
    """Return the question, with the sender's own time and the policy of the Source."""
    return Question(
        subject=held.subject,
        text=held.text,
        sender=held.sender_name,
        sent_at=held.sent_at.astimezone(timezone(timedelta(seconds=held.sent_offset))),
        workspace_id=held.workspace_id,
        source_id=held.source_id,
        policy=held.source_spec.get("triage", {}),
    )
