"""Answers into the channels: written, approved, sent, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.inbound import Sender
from tracker_core.outbound import OutboundReply


@dataclass(frozen=True, slots=True)
class Addressee:
    """The message that an answer to a task goes to."""

    message_id: UUID
    source_id: UUID
    source_namespace: str
    source_name: str
    source_kind: str
    source_spec: dict[str, Any]
    sender_name: str
    language: str
    """Of the newest verdict over it, ISO 639-1 or `und`."""


_ADDRESSEE = """
select m.id as message_id, s.id as source_id, s.namespace as source_namespace, s.name as source_name,
       s.kind as source_kind, s.spec as source_spec, m.sender_name,
       coalesce((select language from verdict where message_id = m.id order by id desc limit 1), 'und') as language
  from task_message tm join message m on m.id = tm.message_id join source s on s.id = m.source_id
 where tm.task_id = :task and m.id = coalesce(cast(:message as uuid), m.id)
 order by tm.via_task_id nulls first, m.id limit 1
"""


async def addressee(connection: AsyncConnection, task_id: UUID, message_id: UUID | None) -> Addressee | None:
    """Return whom an answer goes to: the message that is named, else the one that the task began with."""
    row = (await connection.execute(text(_ADDRESSEE), {"task": task_id, "message": message_id})).one_or_none()
    return None if row is None else Addressee(*row)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Somebody who has reported what a task is about."""

    message_id: UUID
    number: int
    """Of the task that this message belongs to itself: of a merged one, never of its target."""
    title: str
    """The same: what another reporter has written is nobody else's business."""


async def reporters(connection: AsyncConnection, task_id: UUID) -> list[Reporter]:
    """Return each person and place that the task comes from, those of merged tasks too."""
    rows = await connection.execute(
        text(
            "select distinct on (m.source_id, m.conversation_id, m.sender_id, m.sender_address, m.sender_name)"
            "       m.id, own.number, own.title"
            "  from task_message tm join message m on m.id = tm.message_id"
            "  join task own on own.id = coalesce(tm.via_task_id, tm.task_id) where tm.task_id = :task"
            " order by m.source_id, m.conversation_id, m.sender_id, m.sender_address, m.sender_name, m.id limit 50"
        ),
        {"task": task_id},
    )
    return [Reporter(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """An answer with what a screen shows beside it."""

    id: UUID
    task_id: UUID
    task_number: int
    message_id: UUID
    kind: str
    body: str
    state: str
    author_id: UUID | None
    author_name: str | None
    approver_name: str | None
    source_id: UUID
    source_namespace: str
    source_name: str
    source_kind: str
    recipient: str
    attempts: int
    next_attempt_at: datetime | None
    last_error: str
    url: str
    created_at: datetime
    sent_at: datetime | None


_COLUMNS = """
r.id, r.task_id, t.number as task_number, r.message_id, r.kind, r.body, r.state, r.author_id, a.name as author_name,
p.name as approver_name, s.id as source_id, s.namespace as source_namespace, s.name as source_name,
s.kind as source_kind, coalesce(nullif(m.sender_name, ''), m.sender_address) as recipient, r.attempts,
r.next_attempt_at, r.last_error, r.url, r.created_at, r.sent_at
"""
_JOINS = """
join task t on t.id = r.task_id join message m on m.id = r.message_id join source s on s.id = r.source_id
left join member a on a.id = r.author_id left join member p on p.id = r.approved_by
"""


async def find_reply(
    connection: AsyncConnection, workspace_id: UUID, reply_id: UUID, *, lock: bool = False
) -> ReplyRow | None:
    """Return one answer."""
    row = (
        await connection.execute(
            text(
                f"select {_COLUMNS} from reply r {_JOINS} where r.workspace_id = :workspace and r.id = :id"  # noqa: S608 -- constants
                + (" for update of r" if lock else "")
            ),
            {"workspace": workspace_id, "id": reply_id},
        )
    ).one_or_none()
    return None if row is None else ReplyRow(*row)


async def list_replies(
    connection: AsyncConnection,
    workspace_id: UUID,
    *,
    task_id: UUID | None,
    states: Sequence[str],
    before: UUID | None,
    limit: int,
) -> list[ReplyRow]:
    """Return answers, newest first."""
    conditions = ["r.workspace_id = :workspace"]
    values: dict[str, Any] = {"workspace": workspace_id}
    for applies, condition, name, value in (
        (task_id is not None, "r.task_id = :task", "task", task_id),
        (bool(states), "r.state = any(cast(:states as text[]))", "states", list(states)),
        (before is not None, "r.id < :before", "before", before),
    ):
        if applies:
            conditions.append(condition)
            values[name] = value
    rows = await connection.execute(
        text(
            f"select {_COLUMNS} from reply r {_JOINS} where {' and '.join(conditions)}"  # noqa: S608 -- constants
            f" order by r.id desc limit {limit:d}"
        ),
        values,
    )
    return [ReplyRow(*row) for row in rows]


# The lease is the row's own next attempt: who takes it moves it on, so a crash before the publication costs `again`.
_TAKE_DUE = """
with due as (
    update reply set attempts = attempts + 1,
                     next_attempt_at = now() + cast(:again as interval) * power(2, least(attempts, 6))
     where id in (select id from reply where state = 'queued' and next_attempt_at <= now()
                   order by next_attempt_at limit :limit for update skip locked)
    returning *
)
select r.id, r.attempts as attempt, s.namespace || '/' || s.name as source, r.body,
       coalesce(c.external_key, '') as conversation, m.external_id, m.sender_id, m.sender_name, m.sender_address,
       m.subject, coalesce(a.name, '') as author
  from due r join message m on m.id = r.message_id join source s on s.id = r.source_id
  left join conversation c on c.id = m.conversation_id left join member a on a.id = r.author_id
 order by r.id
"""


async def take_due(connection: AsyncConnection, *, again: timedelta, limit: int) -> list[OutboundReply]:
    """Return the answers that are due, as they go to the channel.

    Each is due again after `again`, and after twice as long with every further attempt: the bus keeps what a channel
    that is away has not taken, and must not fill up with the same answers.
    """
    rows = await connection.execute(text(_TAKE_DUE), {"again": again, "limit": limit})
    return [
        OutboundReply(
            id=row.id,
            attempt=row.attempt,
            source=row.source,
            text=row.body,
            conversation=row.conversation,
            reply_to=row.external_id,
            recipient=Sender(id=row.sender_id, name=row.sender_name, address=row.sender_address),
            subject=row.subject,
            author=row.author,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer whose state has just changed."""

    workspace_id: UUID
    task_id: UUID
    number: int


_OF_REPLY = "returning workspace_id, task_id, (select number from task where id = task_id) as number"


async def mark_sent(
    connection: AsyncConnection, reply_id: UUID, *, external_id: str, url: str, at: datetime
) -> Settled | None:
    """Note that the channel has taken it; None when that was known."""
    row = (
        await connection.execute(
            text(
                "update reply set state = 'sent', sent_at = :at, external_id = :external_id, url = :url,"  # noqa: S608 -- constants
                f" next_attempt_at = null, last_error = '' where id = :id and state <> 'sent' {_OF_REPLY}"
            ),
            {"id": reply_id, "external_id": external_id, "url": url, "at": at},
        )
    ).one_or_none()
    return None if row is None else Settled(*row)


async def mark_failed(connection: AsyncConnection, reply_id: UUID, error: str) -> Settled | None:
    """Note that the channel will not take it; None when it is no longer on its way."""
    row = (
        await connection.execute(
            text(
                "update reply set state = 'failed', next_attempt_at = null, last_error = :error"  # noqa: S608 -- constants
                f" where id = :id and state = 'queued' {_OF_REPLY}"
            ),
            {"id": reply_id, "error": error},
        )
    ).one_or_none()
    return None if row is None else Settled(*row)


async def put_off(connection: AsyncConnection, reply_id: UUID, attempt: int, delay: timedelta, error: str) -> None:
    """Try it again after `delay`; nothing when a newer attempt is under way."""
    await connection.execute(
        text(
            "update reply set next_attempt_at = now() + :delay, last_error = :error"
            " where id = :id and state = 'queued' and attempts = :attempt"
        ),
        {"id": reply_id, "attempt": attempt, "delay": delay, "error": error},
    )
