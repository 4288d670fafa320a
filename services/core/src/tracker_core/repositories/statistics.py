"""Figures over the last days."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Day:
    """Messages that were received on one day (UTC)."""

    day: date
    total: int
    tasks: int
    ignored: int


@dataclass(frozen=True)
class Statistics:
    """See the API's schema of the same name."""

    days: list[Day]
    by_category: dict[str, int]
    by_priority: dict[str, int]
    by_source: dict[str, int]
    triage_p50: float | None
    """Seconds from recorded to judged."""
    triage_p90: float | None
    open_tasks: int
    done: int
    corrections: int
    judged: int
    """Proposed tasks that a person has decided about."""
    judged_right: int
    """Those of them whose category and whose being a task at all were left as proposed."""


# A message gets its UUIDv7 when it is recorded, which is after it was received: the bound on the id cuts the index, the
# bound on the time is the exact one.
_SINCE = "m.workspace_id = :workspace and m.id >= :first_id and m.received_at >= :since"

_DAYS = f"""
select day::date, coalesce(n.total, 0), coalesce(n.tasks, 0), coalesce(n.ignored, 0)
  from generate_series(cast(:first_day as date), cast(:last_day as date), interval '1 day') day
  left join (select (m.received_at at time zone 'UTC')::date as received_on, count(*) as total,
                    count(*) filter (where m.state = 'task') as tasks,
                    count(*) filter (where m.state = 'ignored') as ignored
               from message m where {_SINCE} group by 1) n on n.received_on = day::date
 order by 1
"""  # noqa: S608 -- constants

_BY_SOURCE = f"""
select s.namespace || '/' || s.name as source, count(*) as total
  from message m join source s on s.id = m.source_id where {_SINCE} group by 1 order by 2 desc, 1
"""  # noqa: S608 -- constants

_TASKS_BY = """
select t.category, t.priority, count(*) as total from task t
 where t.workspace_id = :workspace and t.created_at >= :since group by 1, 2
"""

_TRIAGE = f"""
select percentile_cont(array[0.5, 0.9]) within group (order by extract(epoch from v.created_at - m.recorded_at))
  from verdict v join message m on m.id = v.message_id where {_SINCE}
"""  # noqa: S608 -- constants

_TOTALS = """
select (select count(*) from task t
         where t.workspace_id = :workspace and t.status in ('triage', 'todo', 'in_progress')),
       (select count(*) from task t where t.workspace_id = :workspace and t.status = 'done'
           and t.updated_at >= :since),
       (select count(*) from correction c where c.workspace_id = :workspace
           and c.created_at >= :since),
       (select count(*) from task t where t.workspace_id = :workspace and t.verdict_id is not null
           and t.status <> 'triage' and t.created_at >= :since),
       (select count(*) from task t where t.workspace_id = :workspace and t.verdict_id is not null
           and t.status <> 'triage' and t.created_at >= :since
           and not exists (select from verdict v where v.id = t.verdict_id and v.category <> t.category)
           and t.status <> 'declined')
"""


async def read_statistics(connection: AsyncConnection, workspace_id: UUID, *, days: int) -> Statistics:
    """Return the figures of the last `days` days, today included; days are those of UTC."""
    last_day = datetime.now(UTC).date()
    first_day = last_day - timedelta(days=days - 1)
    since = datetime.combine(first_day, time(), UTC)
    values = {
        "workspace": workspace_id,
        "first_day": first_day,
        "last_day": last_day,
        "since": since,
        "first_id": UUID(int=int(since.timestamp() * 1000) << 80),
    }
    by_category: Counter[str] = Counter()
    by_priority: Counter[str] = Counter()
    for row in await connection.execute(text(_TASKS_BY), values):
        by_category[row.category] += row.total
        by_priority[row.priority] += row.total
    p50, p90 = (await connection.execute(text(_TRIAGE), values)).scalar() or (None, None)
    return Statistics(
        [Day(*row) for row in await connection.execute(text(_DAYS), values)],
        dict(by_category),
        dict(by_priority),
        {row.source: row.total for row in await connection.execute(text(_BY_SOURCE), values)},
        p50,
        p90,
        *(await connection.execute(text(_TOTALS), values)).one(),
    )
