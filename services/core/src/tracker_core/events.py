"""Events: what changed, who changed it. One row in the event table is audit log, outbox entry and live feed at once."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class Verb(StrEnum):
    """What happened; past tense."""

    MESSAGE_RECORDED = "message.recorded"
    MESSAGE_TRIAGED = "message.triaged"
    MESSAGE_JOINED = "message.joined"
    """It belongs to a task that another message has made: a follow-up, or one of the same burst."""
    MESSAGE_LEFT = "message.left"
    """A person said that it is noise; it belongs to the task no more."""
    MESSAGE_DEAD = "message.dead"
    MESSAGE_RETRIAGED = "message.retriaged"
    TASK_CREATED = "task.created"
    TASK_UPDATED = "task.updated"
    TASK_WOKE = "task.woke"
    """Its snooze has ended; it is among the others again."""
    TASK_MERGED = "task.merged"
    TASK_UNMERGED = "task.unmerged"
    DUPLICATE_PROPOSED = "duplicate.proposed"
    DUPLICATE_DISMISSED = "duplicate.dismissed"
    REPLY_CREATED = "reply.created"
    REPLY_APPROVED = "reply.approved"
    REPLY_REJECTED = "reply.rejected"
    REPLY_SENT = "reply.sent"
    REPLY_FAILED = "reply.failed"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    COMMENT_CREATED = "comment.created"
    CORRECTION_STORED = "correction.stored"
    LESSON_LEARNED = "lesson.learned"
    SOURCE_CONFIGURED = "source.configured"
    VIEW_CREATED = "view.created"
    VIEW_UPDATED = "view.updated"
    VIEW_DELETED = "view.deleted"
    SOURCE_DELETED = "source.deleted"
    MEMBER_CREATED = "member.created"
    MEMBER_UPDATED = "member.updated"
    MEMBER_REMOVED = "member.removed"
    DEAD_LETTER_RETRIED = "dead_letter.retried"
    DEAD_LETTER_DISCARDED = "dead_letter.discarded"
    DEAD_LETTER_REOPENED = "dead_letter.reopened"


class ActorKind(StrEnum):
    """Who acts."""

    MEMBER = "member"
    """A person, or a program with that person's token."""
    SOURCE = "source"
    """A channel that a message came in by."""
    SYSTEM = "system"
    """The program by itself."""


class Actor(msgspec.Struct, frozen=True):
    """Who did it."""

    kind: str
    name: str


SYSTEM = Actor(ActorKind.SYSTEM, "task-tracker")


class Entity(msgspec.Struct, frozen=True):
    """What it was done to: a table's name and the row's id."""

    type: str
    id: UUID


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One change, as the API and the live feed show it."""

    id: int
    at: datetime
    actor: Actor
    verb: str
    entity: Entity
    data: dict[str, Any]
    """The little that a screen needs to say what happened without another request."""
    before: dict[str, Any] | None = None
    """Changed fields before; none for a creation."""
    after: dict[str, Any] | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An event before it has an id and a time: what a transaction records."""

    verb: Verb
    entity: Entity
    data: dict[str, Any] = {}
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


encode_events = msgspec.json.Encoder().encode
"""`list[Event]` to the body of one message on the EVENTS stream."""

decode_events = msgspec.json.Decoder(list[Event]).decode
