"""Replies as the API takes and shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from tracker_core.repositories.replies import ReplyRow
from tracker_core.tables import ReplyKind, ReplyState

from tracker_api.inputs import Input, Prose
from tracker_api.paging import Page
from tracker_api.references import MemberRef, SourceRef, member_ref, source_ref


class ReplyDraft(Input):
    """An answer to write into the channel."""

    body: Prose
    message_id: UUID | None = None
    """The message to answer; left out, the one that the task began with."""


class ReplyRejection(Input):
    """Why an answer is not to be sent."""

    reason: Prose


class Reply(BaseModel):
    """An answer, and how far it has come."""

    id: UUID
    task_id: UUID
    task_number: int
    message_id: UUID
    """What it answers."""
    kind: ReplyKind
    body: str
    """Plain text."""
    state: ReplyState
    author: MemberRef | None
    approved_by: str | None
    source: SourceRef
    recipient: str
    """Who wrote the message that is answered."""
    attempts: int
    next_attempt_at: datetime | None
    error: str | None
    """What is wrong and the cure; also while it is tried again."""
    url: str | None
    """Where it stands in its channel."""
    created_at: datetime
    sent_at: datetime | None

    @classmethod
    def of(cls, row: ReplyRow) -> "Reply":
        """Return the reply for the wire."""
        source = source_ref(row.source_id, row.source_namespace, row.source_name, row.source_kind)
        assert source is not None, "a reply has a Source"
        return cls(
            id=row.id,
            task_id=row.task_id,
            task_number=row.task_number,
            message_id=row.message_id,
            kind=ReplyKind(row.kind),
            body=row.body,
            state=ReplyState(row.state),
            author=member_ref(row.author_id, row.author_name),
            approved_by=row.approver_name,
            source=source,
            recipient=row.recipient,
            attempts=row.attempts,
            next_attempt_at=row.next_attempt_at,
            error=row.last_error or None,
            url=row.url or None,
            created_at=row.created_at,
            sent_at=row.sent_at,
        )


class ReplyPage(Page[Reply]):
    """Replies, newest first."""
