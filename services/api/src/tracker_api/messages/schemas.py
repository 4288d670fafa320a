"""Messages and verdicts as the API shows them."""

from datetime import datetime, timedelta, timezone
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel
from tracker_core.channels.files import is_kept
from tracker_core.manifests import SourceKind
from tracker_core.repositories.messages import MessageRow, VerdictRow
from tracker_core.tables import Category, MessageState, Priority, TaskStatus

from tracker_api.inputs import Input
from tracker_api.paging import Page
from tracker_api.references import SourceRef, TaskRef


class Sender(BaseModel):
    """Who wrote it, as the channel knows them."""

    name: str
    address: str


class ModelWord(BaseModel):
    """What a model said by itself."""

    category: Category
    priority: Priority
    confidence: float


class Learned(BaseModel):
    """What people's earlier words about similar messages have changed."""

    lessons: int
    """So many of them."""
    before: ModelWord
    """What the model would have said without."""


class Fallback(BaseModel):
    """Why a language model that should have been asked gave nothing; then the embedded model's word stands."""

    why: str
    detail: str


class MessageVerdict(BaseModel):
    """What the newest triage run said, and how it came about."""

    category: Category
    priority: Priority
    actionable: bool
    confidence: float
    """Calibrated, 0-1."""
    reason: str
    provider: str
    language: str | None
    learned: Learned | None
    embedded: ModelWord | None
    """What the embedded model said by itself, where a language model was asked."""
    fallback: Fallback | None


class Verdict(MessageVerdict):
    """One triage run."""

    id: UUID
    message_id: UUID
    model: str
    tokens_in: int
    """That a language model read; 0 for the embedded one."""
    tokens_out: int
    """That it wrote."""
    cost_micros: int
    """Millionths of a US dollar."""
    latency_ms: float
    created_at: datetime

    @classmethod
    def of(cls, row: VerdictRow) -> "Verdict":
        """Return the verdict for the wire."""
        return cls(
            id=row.id,
            message_id=row.message_id,
            model=row.model,
            tokens_in=row.tokens_in,
            tokens_out=row.tokens_out,
            cost_micros=row.cost_micros,
            latency_ms=row.latency_ms,
            created_at=row.created_at,
            category=Category(row.category),
            priority=Priority(row.priority),
            actionable=row.actionable,
            confidence=row.confidence,
            reason=row.reason,
            provider=row.provider,
            language=_language(row.language),
            **row.origin,
        )


class AttachedFile(BaseModel):
    """A file that came with a message."""

    id: UUID
    name: str
    media_type: str
    size: int
    """Bytes; 0 when its channel does not say."""
    kept: bool
    """Whether `GET /api/attachments/{id}` has its bytes; else it is only in its channel."""
    url: str | None
    """Where it is in its channel, when that has addresses for files."""

    @classmethod
    def of(cls, row: dict[str, Any]) -> "AttachedFile":
        """Return the attachment for the wire."""
        ref = row["ref"]
        return cls(
            id=row["id"],
            name=row["name"],
            media_type=row["media_type"],
            size=row["size"],
            kept=is_kept(ref),
            url=ref if ref.startswith("https://") else None,
        )


class Message(BaseModel):
    """What somebody said, and what became of it."""

    id: UUID
    source: SourceRef
    external_id: str
    sender: Sender
    subject: str | None
    text: str
    url: str | None
    sent_at: datetime
    """With the sender's own offset."""
    received_at: datetime
    state: MessageState
    state_reason: str | None
    conversation_id: UUID | None
    task: TaskRef | None
    verdict: MessageVerdict | None
    attachments: list[AttachedFile]
    attempts: int
    last_error: str | None
    trace_id: str

    @classmethod
    def of(cls, row: MessageRow) -> "Message":
        """Return the message for the wire."""
        return cls(
            id=row.id,
            source=SourceRef(
                id=row.source_id, namespace=row.source_namespace, name=row.source_name, kind=SourceKind(row.source_kind)
            ),
            external_id=row.external_id,
            sender=Sender(name=row.sender_name, address=row.sender_address),
            subject=row.subject or None,
            text=row.text,
            url=row.url or None,
            sent_at=row.sent_at.astimezone(timezone(timedelta(seconds=row.sent_offset))),
            received_at=row.received_at,
            state=MessageState(row.state),
            state_reason=row.state_reason or None,
            conversation_id=row.conversation_id,
            task=_task(row),
            verdict=_verdict(row),
            attachments=[AttachedFile.of(file) for file in row.attachments],
            attempts=row.attempts,
            last_error=row.last_error or None,
            trace_id=row.trace_id,
        )


class MessageDetail(Message):
    """A message with its raw form."""

    raw: str
    raw_encoding: Literal["text", "base64"]


class MessagePage(Page[Message]):
    """Messages, newest first."""


class Retriage(BaseModel):
    """A message that waits for triage."""

    id: UUID
    state: MessageState


class MessageCorrection(Input):
    """What a message is."""

    category: Category
    """`noise` says that there is nothing to do."""
    priority: Priority | None = None
    """As judged when left out."""


def _task(row: MessageRow) -> TaskRef | None:
    if row.task_id is None or row.task_number is None or row.task_title is None or row.task_status is None:
        return None
    return TaskRef(id=row.task_id, number=row.task_number, title=row.task_title, status=TaskStatus(row.task_status))


def _verdict(row: MessageRow) -> MessageVerdict | None:
    if row.verdict_category is None:
        return None
    return MessageVerdict(
        category=Category(row.verdict_category),
        priority=Priority(row.verdict_priority or Priority.MEDIUM),
        actionable=bool(row.verdict_actionable),
        confidence=row.verdict_confidence or 0.0,
        reason=row.verdict_reason or "",
        provider=row.verdict_provider or "",
        language=_language(row.verdict_language),
        **(row.verdict_origin or _NO_ORIGIN),
    )


_NO_ORIGIN: dict[str, Any] = {"learned": None, "embedded": None, "fallback": None}


def _language(code: str | None) -> str | None:
    return None if code in {None, "", "und"} else code
