"""How right triage was, counted from what people said about its verdicts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

BUCKETS = 10
"""Of the calibration: a tenth of confidence each."""


@dataclass(frozen=True, slots=True)
class Score:
    """Verdicts that a person has decided about, and how many of them were right."""

    judged: int = 0
    category_right: int = 0
    priority_right: int = 0
    confidence: float | None = None
    """Mean confidence of the category, 0-1."""


@dataclass
class Accuracy:
    """Days are those of UTC on which people spoke."""

    first_day: date
    last_day: date
    total: Score = Score()
    by_source: dict[str, Score] = field(default_factory=dict)
    by_category: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """What was judged, and what it is."""
    over_time: dict[tuple[date, str | None], Score] = field(default_factory=dict)
    """By day and Source; None for all of them."""
    calibration: dict[int, Score] = field(default_factory=dict)
    """By bucket of confidence, from 0."""
    corrections: Mapping[str, int] = field(default_factory=dict)
    """By field."""


# One pass over the period's lessons for all tables. A lesson gets its UUIDv7 when it is made, so a range of keys is a
# range of time.
_SCORES = f"""
select grouping(l.source, l.day, l.judged_category, l.category, l.bucket) as kind, l.source, l.day, l.judged_category,
       l.category, l.bucket, count(*) as judged,
       count(*) filter (where l.category = l.judged_category) as category_right,
       count(*) filter (where l.priority = l.judged_priority) as priority_right, avg(l.confidence) as confidence
  from (select s.namespace || '/' || s.name as source, (l.created_at at time zone 'UTC')::date as day,
               l.judged_category, l.category, l.judged_priority, l.priority, l.confidence,
               least(floor(l.confidence * {BUCKETS:d})::int, {BUCKETS - 1:d}) as bucket
          from lesson l join source s on s.id = l.source_id
         where l.workspace_id = :workspace and l.id >= :first_id and l.created_at >= :since
           and (cast(:sources as uuid[]) is null or l.source_id = any(:sources))) l
 group by grouping sets ((), (l.source), (l.judged_category, l.category), (l.day), (l.day, l.source), (l.bucket))
 order by kind, l.day, l.source, l.judged_category, l.category, l.bucket
"""  # noqa: S608 -- constants

# One bit per column of `grouping`: set where the row is not grouped by it.
_ALL, _SOURCE, _CATEGORY, _BUCKET = 0b11111, 0b01111, 0b11001, 0b11110

_CORRECTIONS = """
select c.field, count(*) as total from correction c join message m on m.id = c.message_id
 where c.workspace_id = :workspace and c.id >= :first_id and c.created_at >= :since
   and (cast(:sources as uuid[]) is null or m.source_id = any(:sources))
 group by 1 order by 2 desc, 1
"""


async def read_accuracy(
    connection: AsyncConnection, workspace_id: UUID, *, days: int, sources: list[UUID] | None
) -> Accuracy:
    """Return the figures of the last `days` days, today included, of all Sources or of some."""
    last_day = datetime.now(UTC).date()
    first_day = last_day - timedelta(days=days - 1)
    since = datetime.combine(first_day, time(), UTC)
    values = {
        "workspace": workspace_id,
        "since": since,
        "first_id": UUID(int=int(since.timestamp() * 1000) << 80),
        "sources": sources,
    }
    found = Accuracy(first_day, last_day)
    for row in await connection.execute(text(_SCORES), values):
        score = Score(row.judged, row.category_right, row.priority_right, row.confidence)
        if row.kind == _ALL:
            found.total = score
        elif row.kind == _SOURCE:
            found.by_source[row.source] = score
        elif row.kind == _CATEGORY:
            found.by_category[row.judged_category][row.category] = row.judged
        elif row.kind == _BUCKET:
            found.calibration[row.bucket] = score
        else:
            found.over_time[row.day, row.source] = score
    found.corrections = {row.field: row.total for row in await connection.execute(text(_CORRECTIONS), values)}
    return found
