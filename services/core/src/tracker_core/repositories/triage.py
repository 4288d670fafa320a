"""The triage jobs' queries: claim a message, hand it over, settle it, put it off, find what is due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id
from tracker_core.tables import MessageState


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for its triage."""

    id: UUID
    trace_id: str


@dataclass(frozen=True)
class Claim:
    """A message that this worker holds until `lease` is over."""

    id: UUID
    workspace_id: UUID
    source_id: UUID
    conversation_id: UUID | None
    attempt: int
    """1 for the first try, 0 when nothing has been tried since it was handed over."""
    token: int
    """The fencing token: only the holder of the newest one may change the row."""
    subject: str
    text: str
    sender_name: str
    sender: str
    """As `conversations.Said.sender`."""
    reply_to: str
    """`external_id` of the message that this one answers; empty when none."""
    wanted: bool
    """Somebody asked for a task of it."""
    sent_at: datetime
    sent_offset: int
    trace_id: str
    source: str
    """`namespace/name`."""
    source_kind: str
    source_spec: dict[str, Any]
    task_id: UUID | None
    """The task that the message already belongs to, when it is triaged again."""
    handed_over: bool
    """Whether the language models were to be asked."""
    time_left: timedelta
    """For their answer; none, or less, when they are not waited for any more."""


# What nobody holds; a claim that has run out was a crashed worker's.
_FREE = "m.state = 'waiting' and (m.claimed_until is null or m.claimed_until < now())"
_CLAIMED = """
select m.id, m.workspace_id, m.source_id, m.conversation_id, m.attempts as attempt, m.claims as token, m.subject,
       m.text, m.sender_name,
       coalesce(nullif(m.sender_id, ''), nullif(m.sender_address, ''), m.sender_name) as sender, m.reply_to,
       m.wanted, m.sent_at, m.sent_offset, m.trace_id, s.namespace || '/' || s.name as source,
       s.kind as source_kind, s.spec as source_spec, m.handed_over_at is not null as handed_over,
       m.next_attempt_at - now() as time_left,
       (select task_id from task_message where message_id = m.id and via_task_id is null
         order by task_id limit 1) as task_id
  from claimed m join source s on s.id = m.source_id
"""
_CLAIM = f"""
with claimed as (
    update message m
       set attempts = m.attempts + 1, claims = m.claims + 1, claimed_until = now() + :lease
     where m.id = :id and {_FREE} and m.next_attempt_at <= now()
       and (m.conversation_id is null or not exists (
            select from message earlier
             where earlier.conversation_id = m.conversation_id and earlier.state = 'waiting' and earlier.id < m.id))
    returning m.*
)
{_CLAIMED}
"""  # noqa: S608 -- constants
# It was the first of its conversation when it was handed over, and it still waits.
_CLAIM_HANDED_OVER = f"""
with claimed as (
    update message m
       set claims = m.claims + 1, claimed_until = now() + :lease
     where m.id = :id and {_FREE} and m.handed_over_at is not null and m.next_attempt_at > now()
    returning m.*
)
{_CLAIMED}
"""  # noqa: S608 -- constants


async def claim(connection: AsyncConnection, message_id: UUID, lease: timedelta) -> Claim | None:
    """Take the message for `lease`; None when it is settled, held, not due, or not the first of its conversation."""
    return await _claim(connection, _CLAIM, message_id, lease)


async def claim_handed_over(connection: AsyncConnection, message_id: UUID, lease: timedelta) -> Claim | None:
    """Take a message that was handed over; None when it is settled, held, or no longer waited for."""
    return await _claim(connection, _CLAIM_HANDED_OVER, message_id, lease)


async def _claim(connection: AsyncConnection, statement: str, message_id: UUID, lease: timedelta) -> Claim | None:
    row = (await connection.execute(text(statement), {"id": message_id, "lease": lease})).mappings().one_or_none()
    return None if row is None else Claim(**row)


_RENEW = """
update message m set claimed_until = now() + :lease
  from unnest(cast(:ids as uuid[]), cast(:tokens as bigint[])) as held (id, token)
 where m.id = held.id and m.claims = held.token and m.state = 'waiting' and m.claimed_until is not null
"""


async def renew(connection: AsyncConnection, held: Collection[Claim], lease: timedelta) -> None:
    """Let the claims hold for another `lease`; those that ended or were taken over in the meantime stay as they are."""
    values = {"ids": [claim.id for claim in held], "tokens": [claim.token for claim in held], "lease": lease}
    await connection.execute(text(_RENEW), values)


async def settle(connection: AsyncConnection, held: Claim, state: MessageState, reason: str) -> bool:
    """Write the outcome; False when the claim had run out and another worker took the message over."""
    result = await connection.execute(
        text(
            "update message set state = :state, state_reason = :reason, claimed_until = null, next_attempt_at = null,"
            " last_error = '' where id = :id and state = 'waiting' and claims = :token"
        ),
        {"id": held.id, "state": state, "reason": reason, "token": held.token},
    )
    return result.rowcount == 1


async def hand_over(connection: AsyncConnection, held: Claim, patience: timedelta) -> bool:
    """Give the message to the agents, and have it back after `patience`; False as in `settle`.

    The try that led here has come to an end, so it is not counted.
    """
    result = await connection.execute(
        text(
            "update message set claimed_until = null, handed_over_at = now(), next_attempt_at = now() + :patience,"
            " attempts = 0, last_error = '' where id = :id and state = 'waiting' and claims = :token"
        ),
        {"id": held.id, "patience": patience, "token": held.token},
    )
    return result.rowcount == 1


async def put_off(connection: AsyncConnection, held: Claim, delay: timedelta, error: str) -> bool:
    """Give the message back, due after `delay`; False as in `settle`."""
    result = await connection.execute(
        text(
            "update message set claimed_until = null, next_attempt_at = now() + :delay, last_error = :error"
            " where id = :id and state = 'waiting' and claims = :token"
        ),
        {"id": held.id, "delay": delay, "error": error, "token": held.token},
    )
    return result.rowcount == 1


async def bury(connection: AsyncConnection, held: Claim, error: str) -> bool:
    """Send the message to the dead letters; False as in `settle`."""
    if not await settle(connection, held, MessageState.DEAD, error):
        return False
    await connection.execute(
        text(
            "insert into dead_letter"
            " (id, workspace_id, source_id, message_id, subject, raw, reason, trace_id, state, note, created_at)"
            " select :id, workspace_id, source_id, id, '', convert_to(raw, 'UTF8'), :reason, trace_id, 'open', '',"
            " now()"
            " from message where id = :message_id"
        ),
        {"id": new_id(), "message_id": held.id, "reason": error},
    )
    return True


# Of those before it only what is still ignored comes along: a person may have made a task of one in the meantime.
_ATTACH = """
with taken as (
    update message set state = 'task', state_reason = :reason
     where id = any(cast(:before as uuid[])) and state = 'ignored'
    returning id
), attached as (
    insert into task_message (task_id, message_id, workspace_id)
    select :task, id, :workspace from (select id from taken union all select :message) all_of_them
        on conflict do nothing
)
select id from taken order by id
"""


async def attach(
    connection: AsyncConnection, held: Claim, task_id: UUID, before: Sequence[UUID], *, reason: str
) -> Sequence[UUID]:
    """Let a message belong to a task, with those before it that triage had found nothing in; return these."""
    values = {
        "workspace": held.workspace_id,
        "task": task_id,
        "message": held.id,
        "before": list(before),
        "reason": reason,
    }
    return (await connection.execute(text(_ATTACH), values)).scalars().all()


async def is_edited(connection: AsyncConnection, task_id: UUID) -> bool:
    """Say whether a person has touched the task."""
    found = await connection.execute(
        text("select exists (select from event where entity_id = :task and actor_kind = 'member')"), {"task": task_id}
    )
    return bool(found.scalar())


async def next_in_conversation(connection: AsyncConnection, conversation_id: UUID) -> Waiting | None:
    """Return the earliest message of the conversation that waits."""
    found = await connection.execute(
        text("select id, trace_id from message where conversation_id = :id and state = 'waiting' order by id limit 1"),
        {"id": conversation_id},
    )
    row = found.first()
    return Waiting(*row) if row else None


# Who stands behind another message of its conversation is woken by that one's end; taken here, a long backlog in one
# chat would fill the limit and keep the retries of all others waiting.
_DUE = """
update message set next_attempt_at = now()
 where id in (select m.id from message m
               where m.state = 'waiting' and (m.claimed_until is null or m.claimed_until < now())
                 and m.next_attempt_at < now()
                     - case when m.attempts = 0 and m.handed_over_at is null then :grace else interval '0' end
                 and not exists (
                     select from message earlier
                      where earlier.conversation_id = m.conversation_id and earlier.state = 'waiting'
                        and earlier.id < m.id)
               order by m.next_attempt_at limit :limit for update of m skip locked)
returning id, trace_id
"""


async def take_due(connection: AsyncConnection, *, grace: timedelta, limit: int) -> list[Waiting]:
    """Return messages whose triage is due and that nobody holds: lost wake-ups, retries, claims of crashed workers.

    Args:
        connection: In a transaction; the rows count as woken when it commits.
        grace: How long a first wake-up may be under way.
        limit: At most so many.
    """
    rows = await connection.execute(text(_DUE), {"grace": grace, "limit": limit})
    return [Waiting(*row) for row in rows]


async def member_names(connection: AsyncConnection, workspace_id: UUID) -> dict[UUID, str]:
    """Return the members' names by id."""
    rows = await connection.execute(
        text("select id, name from member where workspace_id = :workspace order by id"), {"workspace": workspace_id}
    )
    return {row.id: row.name for row in rows}
