"""Dead letters as the API shows them."""

import base64
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
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
    sender: str | None
    text: str | None
    """The message's text as it is now; null when the bytes were no message."""
    text_before: str | None
    """Its text before a person edited it to try again; null when nobody did."""
    text_after: str | None
    """What was sent to triage instead."""
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
            sender=row.sender,
            text=row.text,
            text_before=row.text_before,
            text_after=row.text_after,
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


MANY = 1000
"""Dead letters that are settled at once."""


class Selection(Input):
    """Which open dead letters; all of them when nothing is said."""

    ids: Annotated[list[UUID], Field(max_length=MANY)] | None = None
    source: str | None = Field(default=None, max_length=507)
    """`namespace/name` or id of a Source."""
    q: str = Field(default="", max_length=500)
    """A part of the reason."""


class ManyDiscarded(Selection):
    """Which open dead letters are closed, and why."""

    reason: Prose


class Reopened(Input):
    """Which discarded dead letters are opened again."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MANY)]


class Refused(BaseModel):
    """A dead letter that stays as it is."""

    id: UUID
    detail: str


class ManySettled(BaseModel):
    """What became of many dead letters."""

    ids: list[UUID]
    """Those that are settled now, at most 1000; send it again while `more`."""
    refused: list[Refused]
    more: bool
    """Whether others that were selected wait still."""


def _readable(raw: bytes) -> tuple[str, Literal["text", "base64"]]:
    try:
        return raw[: 4 * MAX_TEXT].decode("utf-8"), "text"
    except UnicodeDecodeError:
        return base64.b64encode(raw[:MAX_TEXT]).decode(), "base64"
