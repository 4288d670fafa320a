"""The schema. Every row belongs to a workspace; keys are UUIDv7; times are `timestamptz`.

SQLModel does not validate tables, so the database does: enumerations are CHECKs, and what must be unique is. Relations
are loaded by explicit queries in the repositories; there is no lazy loading.
"""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from tracker_core.ids import new_id
from tracker_core.vectors import HalfVector

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Role(StrEnum):
    """What a member or a token may do; each includes the one before."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"


class MessageState(StrEnum):
    """What became of a message; the ledger counts these."""

    WAITING = "waiting"
    """Recorded; triage has not decided yet."""
    TASK = "task"
    """It made a task, or belongs to one."""
    IGNORED = "ignored"
    """Nothing to do; `state_reason` says why."""
    DEAD = "dead"
    """It could not be dealt with; see its dead letter."""


class Category(StrEnum):
    """What a message is."""

    BUG = "bug"
    FEATURE = "feature"
    QUESTION = "question"
    TASK = "task"
    INCIDENT = "incident"
    NOISE = "noise"


class Priority(StrEnum):
    """How soon; ordered from low to urgent."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class TaskStatus(StrEnum):
    """A task's life. Snoozing is a date, not a status."""

    TRIAGE = "triage"
    """Proposed; a person decides."""
    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"
    DUPLICATE = "duplicate"


class ProposalState(StrEnum):
    """What became of a proposed duplicate."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    """A person says that it is none; the pair is not proposed again."""


class ReplyState(StrEnum):
    """An answer's way into its channel."""

    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    """On its way; tried again until the channel takes it."""
    SENT = "sent"
    FAILED = "failed"
    """The channel will not take it; a person has to look."""
    REJECTED = "rejected"


class ReplyKind(StrEnum):
    """Why an answer is sent."""

    REPLY = "reply"
    """A person wrote it."""
    STATUS = "status"
    """The task's status changed, and its reporter is told."""


class IdentityKind(StrEnum):
    """Where else a member is known."""

    TELEGRAM = "telegram"
    SLACK = "slack"


class ViewLayout(StrEnum):
    """How a saved view shows its tasks."""

    TABLE = "table"
    BOARD = "board"
    CALENDAR = "calendar"


class NotificationKind(StrEnum):
    """What a member is told."""

    ASSIGNED = "assigned"
    """A task is theirs now."""
    DUE = "due"
    """A task of theirs is due today."""
    OVERDUE = "overdue"
    """It was due, and is still open."""
    MENTIONED = "mentioned"
    """A comment names them."""
    APPROVAL = "approval"
    """An answer waits for their approval."""


class NotificationState(StrEnum):
    """A notification's way to its member."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """The channel will not take it."""
    DROPPED = "dropped"
    """Not wanted, or no longer so when it was to be sent; `last_error` says which."""


class DeadLetterState(StrEnum):
    """What became of a dead letter."""

    OPEN = "open"
    RETRIED = "retried"
    DISCARDED = "discarded"


def now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


def _one_of(column: str, values: type[StrEnum], *, null: bool = False) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})" + (f" or {column} is null" if null else ""), name=column)


def _key() -> Any:
    return Field(default_factory=new_id, primary_key=True)


def _reference(target: str, *, null: bool = False, ondelete: str = "CASCADE", index: bool = False) -> Any:
    column: Column[Any] = Column(ForeignKey(target, ondelete=ondelete), nullable=null, index=index)
    return Field(default=None, sa_column=column) if null else Field(sa_column=column)


def _workspace() -> Any:
    return _reference("workspace.id")


def _time(*, null: bool = False) -> Any:
    column: Column[Any] = Column(DateTime(timezone=True), nullable=null)
    return Field(default=None, sa_column=column) if null else Field(default_factory=now, sa_column=column)


def _text(default: str | None = "", *, null: bool = False) -> Any:
    return Field(default=None if null else default, sa_column=Column(Text, nullable=null))


def _required_text() -> Any:
    return Field(sa_column=Column(Text, nullable=False))


def _vector() -> Any:
    return Field(default=None, sa_column=Column(HalfVector(), nullable=True))


def _json(*, null: bool = False) -> Any:
    column: Column[Any] = Column(JSONB, nullable=null)
    return Field(default=None, sa_column=column) if null else Field(default_factory=dict, sa_column=column)


def _counted(*, big: bool = False) -> Any:
    return Field(sa_column=Column(BigInteger if big else Integer, nullable=False))


class Workspace(SQLModel, table=True):
    """A team and all that is theirs."""

    id: UUID = _key()
    slug: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    name: str = _required_text()
    next_task_number: int = Field(default=1)
    created_at: datetime = _time()


class Member(SQLModel, table=True):
    """A person in a workspace."""

    __table_args__ = (UniqueConstraint("workspace_id", "email"), _one_of("role", Role))

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    name: str = _required_text()
    email: str | None = _text(null=True)
    role: str = _text(Role.MEMBER)
    created_at: datetime = _time()


class MemberIdentity(SQLModel, table=True):
    """Who a member is in a channel; the member linked it, with a code."""

    __tablename__ = "member_identity"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "external_id"), _one_of("kind", IdentityKind))

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    member_id: UUID = _reference("member.id", index=True)
    kind: str = _required_text()
    external_id: str = _required_text()
    """The channel's own id of the person, as `Message.sender_id`."""
    name: str = _text()
    """As the channel shows it."""
    source_id: UUID | None = _reference("source.id", null=True, ondelete="SET NULL")
    """Where it was linked: only this bot may write to the person first."""
    created_at: datetime = _time()


class LinkCode(SQLModel, table=True):
    """A one-time code that links an identity to the member who asked for it; only its hash is kept."""

    __tablename__ = "link_code"
    __table_args__ = (_one_of("kind", IdentityKind),)

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    member_id: UUID = _reference("member.id")
    kind: str = _required_text()
    code_hash: bytes = Field(sa_column=Column(BYTEA, nullable=False, unique=True))
    created_at: datetime = _time()
    expires_at: datetime = _time()
    used_at: datetime | None = _time(null=True)


class LoginLink(SQLModel, table=True):
    """A one-time way in; only the hash of its token is kept."""

    __tablename__ = "login_link"

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    member_id: UUID = _reference("member.id")
    token_hash: bytes = Field(sa_column=Column(BYTEA, nullable=False, unique=True))
    created_at: datetime = _time()
    expires_at: datetime = _time()
    used_at: datetime | None = _time(null=True)


class MemberSession(SQLModel, table=True):
    """A browser that is logged in; only the hash of its cookie is kept."""

    __tablename__ = "session"

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    member_id: UUID = _reference("member.id")
    token_hash: bytes = Field(sa_column=Column(BYTEA, nullable=False, unique=True))
    created_at: datetime = _time()
    expires_at: datetime = _time()


class ApiToken(SQLModel, table=True):
    """A program's way in; only its hash is kept, the plain text is shown once."""

    __tablename__ = "api_token"
    __table_args__ = (_one_of("role", Role),)

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    member_id: UUID = _reference("member.id")
    name: str = _required_text()
    role: str = _text(Role.MEMBER)
    token_hash: bytes = Field(sa_column=Column(BYTEA, nullable=False, unique=True))
    created_at: datetime = _time()
    last_used_at: datetime | None = _time(null=True)
    revoked_at: datetime | None = _time(null=True)


class IdempotencyKey(SQLModel, table=True):
    """The answer to a POST that may be sent again."""

    __tablename__ = "idempotency_key"

    workspace_id: UUID = Field(sa_column=Column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True))
    key: str = Field(sa_column=Column(Text, primary_key=True))
    request_hash: bytes = Field(sa_column=Column(BYTEA, nullable=False))
    """SHA-256 of method, path and body: the same key with another request is an error."""
    status: int = Field(sa_column=Column(SmallInteger, nullable=False))
    body: bytes = Field(sa_column=Column(BYTEA, nullable=False))
    created_at: datetime = _time()


class Source(SQLModel, table=True):
    """The projection of a Source manifest; the manifest is the truth."""

    __table_args__ = (UniqueConstraint("workspace_id", "namespace", "name"),)

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    namespace: str = _required_text()
    name: str = _required_text()
    kind: str = _text("webhook")
    spec: dict[str, Any] = _json()
    webhook_path: str = _text()
    created_at: datetime = _time()
    updated_at: datetime = _time()


class Conversation(SQLModel, table=True):
    """A thread or chat; its messages are triaged in their order."""

    __table_args__ = (UniqueConstraint("source_id", "external_key"),)

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    source_id: UUID = _reference("source.id")
    external_key: str = _required_text()
    created_at: datetime = _time()


class Message(SQLModel, table=True):
    """What somebody said, once, and what became of it."""

    __table_args__ = (
        # The durable guard of "one message, one effect".
        UniqueConstraint("source_id", "external_id"),
        _one_of("state", MessageState),
        CheckConstraint("raw_encoding in ('text', 'base64')", name="raw_encoding"),
        Index("ix_message_workspace_id_id", "workspace_id", "id"),
        # In the order of the lists too: the newest dead letter among a million messages is found at once.
        Index("ix_message_source_id_state_id", "source_id", "state", "id"),
        Index(
            "ix_message_conversation_id_id",
            "conversation_id",
            "id",
            postgresql_where=text("conversation_id is not null"),
        ),
        # A claim asks for what waits before it; in an old chat that is a needle in a haystack of settled messages.
        Index(
            "ix_message_conversation_waiting",
            "conversation_id",
            "id",
            postgresql_where=text("state = 'waiting' and conversation_id is not null"),
        ),
        Index("ix_message_due", "next_attempt_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_message_stream",
            "stream_epoch",
            "stream_seq",
            unique=True,
            postgresql_where=text("stream_seq is not null"),
        ),
        Index("ix_message_search", "search", postgresql_using="gin"),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    source_id: UUID = _reference("source.id")
    external_id: str = _required_text()
    conversation_id: UUID | None = _reference("conversation.id", null=True, ondelete="SET NULL")
    reply_to: str = _text()
    """`external_id` of the message that this one answers; empty when none."""
    sender_id: str = _text()
    sender_name: str = _text()
    sender_address: str = _text()
    subject: str = _text()
    text: str = _text()
    url: str = _text()
    sent_at: datetime = _time()
    sent_offset: int = Field(default=0)
    """Seconds east of UTC on the sender's clock; relative dates are read against it."""
    received_at: datetime = _time()
    recorded_at: datetime = _time()
    wanted: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default="false"))
    """Somebody asked for a task of it: triage makes one whatever it thinks of the message."""
    state: str = _text(MessageState.WAITING)
    state_reason: str = _text()
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    claims: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Counts claims and is never reset: the fencing token. Only the holder of the newest claim may settle the row."""
    handed_over_at: datetime | None = _time(null=True)
    """Since when language models are asked about it; the embedded verdict stands when no answer comes in time."""
    next_attempt_at: datetime | None = _time(null=True)
    """When triage is due; null once it is settled."""
    claimed_until: datetime | None = _time(null=True)
    """Until when a worker holds the row; a crashed worker's claim runs out."""
    last_error: str = _text()
    trace_id: str = _text()
    raw: str = _text()
    raw_encoding: str = _text("text")
    stream_epoch: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Unix seconds of the creation of the INBOUND stream that `stream_seq` counts in."""
    stream_seq: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Sequence in that stream: the ledger compares what the bus accepted with what is recorded."""
    search: str | None = Field(
        default=None,
        sa_column=Column(
            TSVECTOR,
            Computed("to_tsvector('simple', left(subject || ' ' || text, 100000))", persisted=True),
        ),
    )


class LedgerEntry(SQLModel, table=True):
    """So many messages of a Source more, or less, in a state; triggers on `message` write it: `repositories.ledger`.

    Refers to no row: it has to outlive a Source for as long as that Source's messages are being removed.
    """

    __tablename__ = "ledger_entry"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    workspace_id: UUID
    source_id: UUID
    state: str = _required_text()
    stream_epoch: int | None = Field(default=None, sa_column=Column(BigInteger))
    messages: int = _counted(big=True)


class Removal(SQLModel, table=True):
    """The place of a message that somebody has removed: the ledger knows why there is no row."""

    stream_epoch: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    stream_seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    workspace_id: UUID = _workspace()
    source: str = _text()
    """`namespace/name` of the Source that had brought it."""
    created_at: datetime = _time()


class Replay(SQLModel, table=True):
    """A message that came again after JetStream's duplicate window; it changed nothing, and the ledger counts it."""

    stream_epoch: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    stream_seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    workspace_id: UUID = _workspace()
    source_id: UUID = _reference("source.id")
    external_id: str = _required_text()
    created_at: datetime = _time()


class Attachment(SQLModel, table=True):
    """A file that came with a message; its bytes are in the object store."""

    __table_args__ = (UniqueConstraint("message_id", "position"),)

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    message_id: UUID = _reference("message.id")
    position: int = Field(sa_column=Column(SmallInteger, nullable=False))
    name: str = _required_text()
    media_type: str = _required_text()
    size: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    ref: str = _text()


PRIORITY_RANK = "array_position(array['low', 'medium', 'high', 'urgent'], priority)"
"""A task's priority as a number."""


class Task(SQLModel, table=True):
    """Something that a team has to do."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        _one_of("status", TaskStatus),
        _one_of("category", Category),
        _one_of("priority", Priority),
        CheckConstraint("confidence between 0 and 1", name="confidence"),
        CheckConstraint("(status = 'duplicate') = (duplicate_of is not null)", name="duplicate"),
        CheckConstraint("duplicate_of <> id", name="not_itself"),
        Index("ix_task_workspace_id_status_id", "workspace_id", "status", "id"),
        Index("ix_task_workspace_id_id", "workspace_id", "id"),
        Index("ix_task_conversation_id", "conversation_id"),
        Index("ix_task_duplicate_of", "duplicate_of", postgresql_where=text("duplicate_of is not null")),
        # A page of each order is one range of each status; see repositories/task_orders.py.
        Index("ix_task_by_updated_at", "workspace_id", "status", "updated_at", "id"),
        Index("ix_task_by_priority", "workspace_id", "status", text(PRIORITY_RANK), "id"),
        Index("ix_task_by_due_on", "workspace_id", "status", "due_on", "id"),
        Index("ix_task_by_number", "workspace_id", "status", "number", "id"),
        Index("ix_task_by_confidence", "workspace_id", "status", "confidence", "id"),
        Index("ix_task_by_title", "workspace_id", "status", text('lower("left"(title, 100))'), "id"),
        Index("ix_task_by_category", "workspace_id", "status", "category", "id"),
        Index("ix_task_by_assignee", "assignee_id", "status", "id"),
        Index("ix_task_by_source", "source_id", "status", "id"),
        # What filters and counts ask about, narrow: they are read from it alone.
        Index(
            "ix_task_facets",
            "workspace_id",
            "status",
            "snoozed_until",
            "priority",
            "category",
            "assignee_id",
            "source_id",
            "due_on",
        ),
        Index("ix_task_labels", "labels", postgresql_using="gin"),
        # Who looks for what wakes up reads those that sleep, and no others.
        Index("ix_task_snoozed_until", "snoozed_until", postgresql_where=text("snoozed_until is not null")),
        # Statistics count what happened within some days, and read it from these alone.
        Index("ix_task_created_at", "workspace_id", "created_at", "category", "priority", "source_id"),
        Index(
            "ix_task_decided_at",
            "workspace_id",
            "decided_at",
            "created_at",
            postgresql_where=text("decided_at is not null"),
        ),
        Index(
            "ix_task_replied_at",
            "workspace_id",
            "replied_at",
            "created_at",
            postgresql_where=text("replied_at is not null"),
        ),
        Index(
            "ix_task_closed_at",
            "workspace_id",
            "closed_at",
            "status",
            "assignee_id",
            "created_at",
            postgresql_where=text("closed_at is not null"),
        ),
        Index("ix_task_search", "search", postgresql_using="gin"),
        # Nearest neighbours of a new message; https://github.com/pgvector/pgvector#hnsw
        Index("ix_task_vector", "vector", postgresql_using="hnsw", postgresql_ops={"vector": "halfvec_cosine_ops"}),
        Index("ix_task_title_trgm", "title", postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    number: int = Field()
    """Counts from 1 within the workspace; people say it."""
    title: str = _required_text()
    description: str = _text()
    """Markdown."""
    status: str = _text(TaskStatus.TODO)
    category: str = _text(Category.TASK)
    priority: str = _text(Priority.MEDIUM)
    assignee_id: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")
    due_on: date | None = Field(default=None)
    snoozed_until: datetime | None = _time(null=True)
    labels: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    source_id: UUID | None = _reference("source.id", null=True, ondelete="SET NULL")
    conversation_id: UUID | None = _reference("conversation.id", null=True, ondelete="SET NULL")
    verdict_id: UUID | None = Field(default=None)
    """The verdict that proposed it; null for a task made by hand."""
    confidence: float | None = Field(default=None, sa_column=Column(Float))
    duplicate_of: UUID | None = _reference("task.id", null=True, ondelete="SET NULL")
    status_before_duplicate: str | None = _text(null=True)
    """What it goes back to when it turns out to be no duplicate."""
    vector: Any = _vector()
    """Neutral vector of the text that made it; null for a task made by hand."""
    vector_version: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Of the projection; vectors of different ones cannot be compared."""
    created_at: datetime = _time()
    updated_at: datetime = _time()
    decided_at: datetime | None = _time(null=True)
    """When somebody took it out of triage. This and the next two are kept by triggers of the database, so that no way
    to change a status can forget them."""
    replied_at: datetime | None = _time(null=True)
    """When the first answer of a person went out."""
    closed_at: datetime | None = _time(null=True)
    """When it was done, declined or found to be a duplicate; null while it is open."""
    version: int = Field(default=1)
    """Counts edits; the ETag."""
    search: str | None = Field(
        default=None,
        sa_column=Column(
            TSVECTOR,
            Computed(
                "setweight(to_tsvector('simple', title), 'A') || to_tsvector('simple', left(description, 100000))",
                persisted=True,
            ),
        ),
    )


class TaskMessage(SQLModel, table=True):
    """Which messages a task comes from; a message can belong to several."""

    __tablename__ = "task_message"
    __table_args__ = (Index("ix_task_message_message_id", "message_id"),)

    task_id: UUID = Field(sa_column=Column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True))
    message_id: UUID = Field(sa_column=Column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True))
    workspace_id: UUID = _workspace()
    via_task_id: UUID | None = _reference("task.id", null=True, ondelete="CASCADE", index=True)
    """The duplicate that brought it by a merge; null when it is the task's own."""


class Verdict(SQLModel, table=True):
    """One run of triage over one message, with what it cost."""

    __table_args__ = (
        _one_of("category", Category),
        _one_of("priority", Priority),
        CheckConstraint("confidence between 0 and 1", name="confidence"),
        Index("ix_verdict_message_id_id", "message_id", "id"),
        Index("ix_verdict_workspace_id_id", "workspace_id", "id"),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    message_id: UUID = _reference("message.id")
    provider: str = _required_text()
    model: str = _required_text()
    """Name and version."""
    prompt_version: str = _text()
    category: str = _required_text()
    priority: str = _required_text()
    actionable: bool = Field()
    confidence: float = Field(sa_column=Column(Float, nullable=False))
    """Calibrated probability that the category is right, 0-1."""
    language: str = _text("und")
    """ISO 639-1, or `und`."""
    reason: str = _text()
    output: dict[str, Any] = _json()
    """All that the provider gave."""
    tokens_in: int = Field(default=0)
    tokens_out: int = Field(default=0)
    cost_micros: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """Millionths of a US dollar."""
    latency_ms: float = Field(default=0.0, sa_column=Column(Float, nullable=False))
    vector: Any = _vector()
    """Neutral vector of what was read."""
    vector_version: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    created_at: datetime = _time()


class Correction(SQLModel, table=True):
    """A human's edit of what triage had decided; triage learns from it."""

    __table_args__ = (Index("ix_correction_workspace_id_id", "workspace_id", "id"),)

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    verdict_id: UUID = _reference("verdict.id", index=True)
    message_id: UUID = _reference("message.id")
    task_id: UUID = _reference("task.id")
    member_id: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")
    field: str = _required_text()
    before: str | None = _text(null=True)
    after: str | None = _text(null=True)
    created_at: datetime = _time()


class Lesson(SQLModel, table=True):
    """What a person made of a verdict, the newest word per message: a correction, or a confirmation of what was right.

    Triage adapts from the nearest ones, and accuracy is counted from them.
    """

    __table_args__ = (
        UniqueConstraint("message_id"),
        _one_of("judged_category", Category),
        _one_of("judged_priority", Priority),
        _one_of("category", Category),
        _one_of("priority", Priority),
        Index("ix_lesson_workspace_id_id", "workspace_id", "id"),
        Index("ix_lesson_source_id_id", "source_id", "id"),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    source_id: UUID = _reference("source.id")
    message_id: UUID = _reference("message.id")
    verdict_id: UUID = _reference("verdict.id", index=True)
    task_id: UUID | None = _reference("task.id", null=True, ondelete="SET NULL")
    member_id: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")
    judged_category: str = _required_text()
    judged_priority: str = _required_text()
    confidence: float = Field(sa_column=Column(Float, nullable=False))
    category: str = _required_text()
    """What it is."""
    priority: str = _required_text()
    vector: Any = _vector()
    """Neutral vector of what was judged."""
    vector_version: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    prediction: dict[str, Any] = _json()
    """`categories` and `priorities` as the embedded model holds them to be by itself, before any lesson: what a lesson
    teaches is the difference from these. Empty when that verdict did not say."""
    model: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Version of the weights that `prediction` is of."""
    created_at: datetime = _time()
    updated_at: datetime = _time()


class DuplicateProposal(SQLModel, table=True):
    """Two tasks that may be the same thing, and what a person said about it."""

    __tablename__ = "duplicate_proposal"
    __table_args__ = (
        UniqueConstraint("task_id", "other_id"),
        _one_of("state", ProposalState),
        CheckConstraint("task_id <> other_id", name="not_itself"),
        CheckConstraint("score between 0 and 1", name="score"),
        Index("ix_duplicate_proposal_other_id", "other_id"),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    task_id: UUID = _reference("task.id")
    """The newer one."""
    other_id: UUID = _reference("task.id")
    score: float = Field(sa_column=Column(Float, nullable=False))
    """Calibrated probability that both are the same, 0-1."""
    reason: str = _text()
    state: str = _text(ProposalState.OPEN)
    created_at: datetime = _time()
    decided_at: datetime | None = _time(null=True)
    decided_by: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")


class Comment(SQLModel, table=True):
    """An internal note on a task; it never leaves."""

    __table_args__ = (Index("ix_comment_task_id_id", "task_id", "id"),)

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    task_id: UUID = _reference("task.id")
    author_id: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")
    body: str = _required_text()
    created_at: datetime = _time()


class Reply(SQLModel, table=True):
    """An answer into the channel that a message came from. Internal notes are comments, which no code sends."""

    __table_args__ = (
        _one_of("state", ReplyState),
        _one_of("kind", ReplyKind),
        Index("ix_reply_task_id_id", "task_id", "id"),
        Index("ix_reply_due", "next_attempt_at", postgresql_where=text("state = 'queued'")),
        # What somebody answers to our answer belongs to the task of that.
        Index("ix_reply_external_id", "source_id", "external_id", postgresql_where=text("external_id <> ''")),
        Index("ix_reply_workspace_id_state_id", "workspace_id", "state", "id"),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    task_id: UUID = _reference("task.id")
    message_id: UUID = _reference("message.id", index=True)
    """What it answers."""
    source_id: UUID = _reference("source.id")
    author_id: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")
    kind: str = _text(ReplyKind.REPLY)
    body: str = _required_text()
    """Plain text."""
    state: str = _text(ReplyState.QUEUED)
    approved_by: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")
    attempts: int = Field(default=0)
    next_attempt_at: datetime | None = _time(null=True)
    last_error: str = _text()
    external_id: str = _text()
    """The provider's id of what was sent."""
    url: str = _text()
    created_at: datetime = _time()
    sent_at: datetime | None = _time(null=True)


class SavedView(SQLModel, table=True):
    """A list of tasks that somebody comes back to: filter, order and how it is shown."""

    __tablename__ = "saved_view"
    __table_args__ = (_one_of("layout", ViewLayout), Index("ix_saved_view_workspace_id", "workspace_id"))

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    owner_id: UUID = _reference("member.id", index=True)
    name: str = _required_text()
    shared: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    """Shown to everybody; else to its owner alone."""
    layout: str = _text()
    filter: str = _text()
    """As people write it."""
    sort: str = _text()
    options: dict[str, Any] = _json()
    """What only the dashboard understands: columns, lanes."""
    created_at: datetime = _time()
    updated_at: datetime = _time()
    version: int = Field(default=1)


class Notification(SQLModel, table=True):
    """What a member is told in a channel: the row is the job, and whether it is wanted is asked when it goes out."""

    __table_args__ = (
        # One effect, however often the event, the calendar or a crash asks for it.
        UniqueConstraint("member_id", "kind", "occasion"),
        _one_of("kind", NotificationKind),
        _one_of("state", NotificationState),
        Index("ix_notification_waiting", "next_attempt_at", postgresql_where=text("state = 'queued'")),
        Index("ix_notification_task_id", "task_id"),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    member_id: UUID = _reference("member.id")
    task_id: UUID = _reference("task.id")
    kind: str = _required_text()
    occasion: str = _required_text()
    """What is told once: this version of a task, this due date, this comment."""
    by_name: str = _text()
    """Who did it; empty for the program itself."""
    detail: str = _text()
    """The words that a task does not hold: of a comment, of an answer."""
    state: str = _text(NotificationState.QUEUED)
    attempts: int = Field(default=0)
    next_attempt_at: datetime | None = _time(null=True)
    last_error: str = _text()
    created_at: datetime = _time()
    sent_at: datetime | None = _time(null=True)


class NotificationSettings(SQLModel, table=True):
    """What a member wants to be told; without a row it is the defaults of `repositories.notifications.Preferences`."""

    __tablename__ = "notification_settings"

    member_id: UUID = Field(sa_column=Column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True))
    workspace_id: UUID = _workspace()
    assigned: bool = Field(sa_column=Column(Boolean, nullable=False))
    due: bool = Field(sa_column=Column(Boolean, nullable=False))
    mentioned: bool = Field(sa_column=Column(Boolean, nullable=False))
    approval: bool = Field(sa_column=Column(Boolean, nullable=False))
    quiet_from: time | None = Field(default=None, sa_column=Column(Time, nullable=True))
    """On the member's clock."""
    quiet_until: time | None = Field(default=None, sa_column=Column(Time, nullable=True))
    zone: str | None = _text(null=True)
    """Of that clock, as `Europe/Berlin`."""
    paused_reason: str = _text()
    """Why nothing is told at all; empty when it is."""
    updated_at: datetime = _time()


class EventRow(SQLModel, table=True):
    """See `tracker_core.events`.

    The id orders what one transaction did. Across transactions a lower one may commit later, so the cursor of the live
    feed is the stream's sequence, not this.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_workspace_id_id", "workspace_id", "id"),
        Index("ix_event_entity", "entity_id", "id"),
        Index("ix_event_transaction_id", "transaction_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    workspace_id: UUID = _workspace()
    transaction_id: UUID = Field()
    at: datetime = _time()
    actor_kind: str = _required_text()
    actor_name: str = _required_text()
    verb: str = _required_text()
    entity_type: str = _required_text()
    entity_id: UUID = Field()
    data: dict[str, Any] = _json()
    before: dict[str, Any] | None = _json(null=True)
    after: dict[str, Any] | None = _json(null=True)


class Outbox(SQLModel, table=True):
    """A transaction whose events are not known to be published yet."""

    transaction_id: UUID = Field(primary_key=True)
    workspace_id: UUID = _workspace()
    created_at: datetime = _time()


class DeadLetter(SQLModel, table=True):
    """A message that could not be dealt with, whole, with the reason."""

    __tablename__ = "dead_letter"
    __table_args__ = (
        _one_of("state", DeadLetterState),
        Index("ix_dead_letter_workspace_id_id", "workspace_id", "id"),
        Index("ix_dead_letter_message_id", "message_id"),
        Index("ix_dead_letter_open", "workspace_id", "id", postgresql_where=text("state = 'open'")),
        Index(
            "ix_dead_letter_stream",
            "stream_epoch",
            "stream_seq",
            unique=True,
            postgresql_where=text("stream_seq is not null"),
        ),
    )

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    source_id: UUID | None = _reference("source.id", null=True, ondelete="SET NULL")
    message_id: UUID | None = _reference("message.id", null=True)
    """Its row; null when the bytes were not even a message."""
    subject: str = _text()
    """Subject on the bus."""
    raw: bytes = Field(default=b"", sa_column=Column(BYTEA, nullable=False))
    reason: str = _required_text()
    trace_id: str = _text()
    state: str = _text(DeadLetterState.OPEN)
    note: str = _text()
    text_before: str | None = _text(null=True)
    """The message's text before a person edited it to try again; null when nobody did."""
    text_after: str | None = _text(null=True)
    """What was sent to triage instead."""
    created_at: datetime = _time()
    settled_at: datetime | None = _time(null=True)
    settled_by: UUID | None = _reference("member.id", null=True, ondelete="SET NULL")
    stream_epoch: int | None = Field(default=None, sa_column=Column(BigInteger))
    stream_seq: int | None = Field(default=None, sa_column=Column(BigInteger))
    """Set only when there is no message row to carry it."""


def _in_key(kind: type[Any]) -> Any:
    return Field(sa_column=Column(kind, primary_key=True, autoincrement=False))


class MessageDay(SQLModel, table=True):
    """Messages of a day that is over, summed up; see `repositories.daily`."""

    __tablename__ = "message_day"

    workspace_id: UUID = Field(sa_column=Column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True))
    day: date = _in_key(Date)
    """Of UTC."""
    source_id: UUID = Field(sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True))
    waited: int = _in_key(SmallInteger)
    """Bucket of the time until the first verdict; -1 while there was none."""
    messages: int = _counted()


class SourceDay(SQLModel, table=True):
    """Those of each Source."""

    __tablename__ = "source_day"

    workspace_id: UUID = Field(sa_column=Column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True))
    day: date = _in_key(Date)
    source_id: UUID = Field(sa_column=Column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True))
    messages: int = _counted()


class WaitDay(SQLModel, table=True):
    """Those that waited equally long for their first verdict."""

    __tablename__ = "wait_day"

    workspace_id: UUID = Field(sa_column=Column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True))
    day: date = _in_key(Date)
    waited: int = _in_key(SmallInteger)
    messages: int = _counted()


class VerdictDay(SQLModel, table=True):
    """Runs of triage of a day that is over, summed up."""

    __tablename__ = "verdict_day"

    workspace_id: UUID = Field(sa_column=Column(ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True))
    day: date = _in_key(Date)
    """Of UTC."""
    provider: str = _in_key(Text)
    model: str = _in_key(Text)
    took: int = _in_key(SmallInteger)
    """Bucket of the latency."""
    verdicts: int = _counted()
    tokens_in: int = _counted(big=True)
    tokens_out: int = _counted(big=True)
    cost_micros: int = _counted(big=True)


class BackupRow(SQLModel, table=True):
    """A backup that was made whole; restoring one brings back those from before it."""

    __tablename__ = "backup"

    id: UUID = _key()
    workspace_id: UUID = _workspace()
    place: str = _required_text()
    """Where it lies: a path or `s3://…`."""
    bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    started_at: datetime = _time()
    finished_at: datetime = _time()
