"""What was said before a message in its conversation, and which tasks came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_EARLIER = 20
"""Messages before it that are looked at."""
MAX_AGE = timedelta(days=1)
"""How far back in a chat; what a message answers is found however old it is."""


@dataclass(frozen=True)
class TaskRef:
    """A task that a message may belong to."""

    id: UUID
    number: int
    status: str
    category: str
    text: str
    """Title and description."""
    edited: bool
    """Whether a person has touched it; then triage does not change it any more."""


@dataclass(frozen=True)
class Said:
    """A message of the conversation."""

    id: UUID
    sender: str
    """The channel's id of the person, else the address, else the name; empty when unknown."""
    subject: str
    text: str
    sent_at: datetime
    state: str
    task: TaskRef | None
    """The task that it made or belongs to; when that one was merged, its target."""


@dataclass(frozen=True)
class Context:
    """A message in its conversation."""

    message: Said
    kind: str
    """Of the Source."""
    key: str
    """The channel's key of the conversation; empty when the message stands alone."""
    answered: Said | None
    """What it is a reply to."""
    earlier: Sequence[Said]
    """Before it, oldest first."""


_SAID = """
m.id, coalesce(nullif(m.sender_id, ''), nullif(m.sender_address, ''), m.sender_name) as sender, m.subject,
left(m.text, 20000) as text, m.sent_at, m.state, t.id as task_id, t.number, t.status, t.category,
left(t.title || E'\\n' || t.description, 4000) as task_text,
exists (select from event e where e.entity_id = t.id and e.actor_kind = 'member') as edited
"""

# A duplicate stands for what it was merged into, through however many merges; circles cannot be made.
_TASK = """
left join lateral (
    with recursive chain as (
        (select own.* from task_message tm join task own on own.id = tm.task_id
          where tm.message_id = m.id and tm.via_task_id is null order by own.id desc limit 1)
        union all
        select target.* from chain join task target on target.id = chain.duplicate_of
    )
    select id, number, status, category, title, description from chain where duplicate_of is null) t on true
"""

_CONTEXT = f"""
with self as (select * from message where id = :id),
last as (
    -- Compared with values: of a join, the planner reads all messages from the end to find those of a chat with few.
    select m.* from message m
     where m.conversation_id = (select conversation_id from self) and m.id < (select id from self)
     order by m.id desc limit :limit
), near as (
    -- After the limit: a chat that was silent for long is not read back to its beginning.
    select last.* from last, self where last.sent_at >= self.sent_at - cast(:age as interval)
), said as (
    select 0 as part, m.* from self m
    union all
    select 1, m.* from self join message m on m.source_id = self.source_id and m.external_id = self.reply_to
     where self.reply_to <> '' and m.id <> self.id
    union all
    -- Who answers our answer speaks of what that one was about.
    select 1, m.* from self join reply r on r.source_id = self.source_id and r.external_id = self.reply_to
                   join message m on m.id = r.message_id
     where r.external_id <> ''
    union all
    select 2, m.* from near m
)
select m.part, s.kind, coalesce(c.external_key, '') as key, {_SAID}
  from said m join source s on s.id = m.source_id left join conversation c on c.id = m.conversation_id {_TASK}
 order by m.part, m.id
"""  # noqa: S608 -- of constants


async def context_of(connection: AsyncConnection, message_id: UUID) -> Context:
    """Return the message with what was said before it."""
    rows = (await connection.execute(text(_CONTEXT), {"id": message_id, "age": MAX_AGE, "limit": MAX_EARLIER})).all()
    said: list[list[Said]] = [[], [], []]
    for row in rows:
        task = (
            None
            if row.task_id is None
            else TaskRef(row.task_id, row.number, row.status, row.category, row.task_text, edited=row.edited)
        )
        said[row.part].append(Said(row.id, row.sender, row.subject, row.text, row.sent_at, row.state, task))
    (own,), answered, earlier = said
    return Context(own, rows[0].kind, rows[0].key, next(iter(answered), None), earlier)
