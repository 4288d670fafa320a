"""The ledger: what became of every message, and how much of what the bus accepted is in Postgres."""

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


# Counted from the index on (source_id, state) alone.
_COUNT = """
select s.id, s.namespace || '/' || s.name, coalesce(n.tasks, 0), coalesce(n.ignored, 0), coalesce(n.waiting, 0),
       coalesce(n.dead, 0)
  from source s
  left join (select source_id, sum(n) filter (where state = 'task')::bigint as tasks,
                    sum(n) filter (where state = 'ignored')::bigint as ignored,
                    sum(n) filter (where state = 'waiting')::bigint as waiting,
                    sum(n) filter (where state = 'dead')::bigint as dead
               from (select source_id, state, count(*) as n from message
                      where source_id in (select id from source where workspace_id = :workspace)
                      group by source_id, state) counted
              group by source_id) n on n.source_id = s.id
 where s.workspace_id = :workspace
 order by 2
"""

# A dead letter without a message row: open, it is dead; settled by a person, it is ignored.
_COUNT_POISON = """
select count(*) filter (where state = 'open') as dead, count(*) filter (where state <> 'open') as settled
  from dead_letter where workspace_id = :workspace and message_id is null
"""

_RECORDED = """
select (select count(*) from message where stream_epoch = :epoch and stream_seq <= :last),
       (select count(*) from replay where stream_epoch = :epoch and stream_seq <= :last),
       (select count(*) from dead_letter where stream_epoch = :epoch and stream_seq <= :last and message_id is null),
       (select count(*) from removal where stream_epoch = :epoch and stream_seq <= :last)
"""


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
