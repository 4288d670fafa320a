"""The ledger: what became of every message, and how much of what the bus accepted is in Postgres.

Messages are not counted when somebody looks, but when they change: triggers of the database write an entry, plus or
minus so many of a Source and state, in the transaction that inserts, settles or removes the rows. The sum of the
entries is the count of the rows, in every snapshot and after every crash. Entries are only added, so no writer waits
for another, and `carry_forward` makes one of many again and again.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Messages by state; `source` is null for bytes that named none."""

    source_id: UUID | None
    source: str | None
    """`namespace/name`."""
    tasks: int
    ignored: int
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What Postgres holds of one INBOUND stream, up to a sequence."""

    messages: int
    replayed: int
    poison: int
    """Bytes that were not a message; kept as dead letters."""
    removed: int = 0
    """Messages that somebody has removed."""

    @property
    def total(self) -> int:
        """Sequences that are accounted for; each stands in exactly one of the four."""
        return self.messages + self.replayed + self.poison + self.removed


_COUNT = """
select s.id, s.namespace || '/' || s.name,
       coalesce(sum(e.messages) filter (where e.state = 'task'), 0)::bigint,
       coalesce(sum(e.messages) filter (where e.state = 'ignored'), 0)::bigint,
       coalesce(sum(e.messages) filter (where e.state = 'waiting'), 0)::bigint,
       coalesce(sum(e.messages) filter (where e.state = 'dead'), 0)::bigint
  from source s left join ledger_entry e on e.source_id = s.id
 where s.workspace_id = :workspace
 group by s.id order by 2
"""

# A dead letter without a message row: open, it is dead; settled by a person, it is ignored.
_COUNT_POISON = """
select count(*) filter (where state = 'open') as dead, count(*) filter (where state <> 'open') as settled
  from dead_letter where workspace_id = :workspace and message_id is null
"""

# What came after the stream was read is taken off again; it is little.
_RECORDED = """
select (select coalesce(sum(messages), 0)::bigint from ledger_entry where stream_epoch = :epoch)
       - (select count(*) from message where stream_epoch = :epoch and stream_seq > :last),
       (select count(*) from replay where stream_epoch = :epoch and stream_seq <= :last),
       (select count(*) from dead_letter where stream_epoch = :epoch and stream_seq <= :last and message_id is null),
       (select count(*) from removal where stream_epoch = :epoch and stream_seq <= :last)
"""


MANY = 1000
"""Entries that are worth carrying forward."""

_CARRY_FORWARD = """
with closed as (delete from ledger_entry where (select count(*) from ledger_entry) > :above
                returning workspace_id, source_id, state, stream_epoch, messages)
insert into ledger_entry (workspace_id, source_id, state, stream_epoch, messages)
select workspace_id, source_id, state, stream_epoch, sum(messages) from closed group by 1, 2, 3, 4
having sum(messages) <> 0
"""


async def carry_forward(connection: AsyncConnection, *, above: int = MANY) -> None:
    """Replace more entries than `above` by one for each Source, state and stream.

    Who reads meanwhile sees the old ones or the new one. Two at once share the entries out between them.
    """
    await connection.execute(text(_CARRY_FORWARD), {"above": above})


async def count_by_source(connection: AsyncConnection, workspace_id: UUID) -> list[SourceCount]:
    """Return the count of each Source, by name; last those without a Source, when there are any."""
    counts = [SourceCount(*row) for row in await connection.execute(text(_COUNT), {"workspace": workspace_id})]
    poison = (await connection.execute(text(_COUNT_POISON), {"workspace": workspace_id})).one()
    if poison.dead or poison.settled:
        counts.append(SourceCount(None, None, tasks=0, ignored=poison.settled, waiting=0, dead=poison.dead))
    return counts


async def count_recorded(connection: AsyncConnection, *, epoch: int, last: int) -> Recorded:
    """Count the sequences of the stream, up to `last`, that Postgres knows of.

    Args:
        connection: An open connection.
        epoch: Creation of the stream in Unix seconds.
        last: The stream's last sequence, read before this is called.
    """
    return Recorded(*(await connection.execute(text(_RECORDED), {"epoch": epoch, "last": last})).one())
