"""Dead letters as the API shows them."""

import base64
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from tracker_core.inbound import MAX_TEXT
from tracker_core.repositories.dead_letters import DeadLetterRow
from tracker_core.tables import DeadLetterState

from tracker_api.inputs import Input, Prose, Text
from tracker_api.paging import Page
from tracker_api.references import SourceRef, source_ref


class DeadLetter(BaseModel):
    """What could not be dealt with, whole, with the reason."""

    id: UUID
    source: SourceRef | None
    message_id: UUID | None
    """Null when the bytes were not even a message."""
    subject: str
    """On the bus; empty when there is a message."""
    raw: str
    raw_encoding: Literal["text", "base64"]
    reason: str
    trace_id: str
    state: DeadLetterState
    note: str
    created_at: datetime
    settled_at: datetime | None
    settled_by: str | None

    @classmethod
    def of(cls, row: DeadLetterRow) -> "DeadLetter":
        """Return the dead letter for the wire."""
        raw, encoding = _readable(row.raw)
        return cls(
            id=row.id,
            source=source_ref(row.source_id, row.source_namespace, row.source_name, row.source_kind),
            message_id=row.message_id,
            subject=row.subject,
            raw=raw,
            raw_encoding=encoding,
            reason=row.reason,
            trace_id=row.trace_id,
            state=DeadLetterState(row.state),
            note=row.note,
            created_at=row.created_at,
            settled_at=row.settled_at,
            settled_by=row.settled_by,
        )


class DeadLetterPage(Page[DeadLetter]):
    """Dead letters, newest first."""


class RetryRequest(Input):
    """How to try again."""

    raw: Text | None = None
    """What to triage instead of what came: the text of the message, or the whole message as JSON when there is none."""


class DiscardRequest(Input):
    """Why nothing is to be done."""

    reason: Prose


def _readable(raw: bytes) -> tuple[str, Literal["text", "base64"]]:
    try:
        return raw[: 4 * MAX_TEXT].decode("utf-8"), "text"
    except UnicodeDecodeError:
        return base64.b64encode(raw[:MAX_TEXT]).decode(), "base64"
