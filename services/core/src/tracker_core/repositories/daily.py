"""Days that are over, summed up once: statistics read a few thousand rows instead of a million.

What is counted here never changes: a message is received once, and a run of triage has cost what it has cost. A day is
what its UUIDv7 keys say, which is when the rows were made. The sums of a workspace are a prefix of its days; who reads
them counts the days after that prefix himself, so they are right before the first summing up, and only slower. When
messages are removed, all sums of the workspace are forgotten and made again.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

LATE = timedelta(hours=1)
"""So long after midnight a day is over: a transaction may commit keys that are older than itself."""

STEP = 1.25
"""Times of one bucket differ at most by this factor; bucket 0 begins at a millisecond."""
UNJUDGED = -1

_EARLIEST = date(1970, 1, 1)
_SUMS = ("message_day", "verdict_day", "source_day", "wait_day")


def first_key(day: date) -> UUID:
    """Return the lowest UUIDv7 of a day."""
    return UUID(int=int(datetime.combine(day, time(), UTC).timestamp() * 1000) << 80)


def seconds_of(bucket: float) -> float:
    """Return the time that a bucket begins with."""
    return float(0.001 * STEP**bucket)


def _day_of(key: str) -> str:
    # `uuid_extract_timestamp` reads version 7 only from Postgres 18 on.
    milliseconds = f"('x' || left(replace({key}::text, '-', ''), 12))::bit(48)::bigint"
    return f"(to_timestamp({milliseconds} / 1000.0) at time zone 'UTC')::date"


def _bucket_of(seconds: str) -> str:
    return f"floor(ln(greatest({seconds}, 0.001) / 0.001) / ln({STEP}))::smallint"


COUNT_MESSAGES = f"""
select {_day_of("m.id")} as day, m.source_id,
       case when v.created_at is null then {UNJUDGED}
            else {_bucket_of("extract(epoch from v.created_at - m.recorded_at)")} end::smallint as waited,
       count(*)::int as messages
  from message m
  left join lateral (select created_at from verdict where message_id = m.id order by id limit 1) v on true
 where m.workspace_id = :workspace and m.id >= :begin and m.id < :end
 group by 1, 2, 3
"""  # noqa: S608 -- constants
"""By day, Source and bucket of the wait for the first verdict; of the keys from `:begin` up to `:end`."""

COUNT_VERDICTS = f"""
select {_day_of("v.id")} as day, v.provider, v.model, {_bucket_of("v.latency_ms / 1000")} as took,
       count(*)::int as verdicts, sum(v.tokens_in)::bigint as tokens_in, sum(v.tokens_out)::bigint as tokens_out,
       sum(v.cost_micros)::bigint as cost_micros
  from verdict v
 where v.workspace_id = :workspace and v.id >= :begin and v.id < :end
 group by 1, 2, 3, 4
"""  # noqa: S608 -- constants
"""By day, provider, model and bucket of the latency."""

_SUM_UP = tuple(
    text(
        f"insert into {table} (workspace_id, {columns})"  # noqa: S608 -- constants
        f" select cast(:workspace as uuid), counted.* from ({counted}) counted"
    )
    for table, columns, counted in (
        ("message_day", "day, source_id, waited, messages", COUNT_MESSAGES),
        ("verdict_day", "day, provider, model, took, verdicts, tokens_in, tokens_out, cost_micros", COUNT_VERDICTS),
    )
)

# By Source, and by wait: of both together there is a row for nearly every message of a quiet day.
_SUM_UP_AGAIN = text(f"""
with since as (select coalesce(max(day) + 1, '-infinity') as day from source_day where workspace_id = :workspace),
fresh as (select m.* from message_day m, since where m.workspace_id = :workspace and m.day >= since.day),
by_source as (
  insert into source_day (workspace_id, day, source_id, messages)
  select workspace_id, day, source_id, sum(messages) from fresh group by 1, 2, 3)
insert into wait_day (workspace_id, day, waited, messages)
select workspace_id, day, waited, sum(messages) from fresh where waited <> {UNJUDGED} group by 1, 2, 3
""")  # noqa: S608 -- constants

_NEXT_DAY_OF_SOURCES = text("select max(day) + 1 from source_day where workspace_id = :workspace")
_NEXT_DAY = text(
    "select (select max(day) + 1 from (select max(day) as day from message_day where workspace_id = :workspace"
    " union all select max(day) from verdict_day where workspace_id = :workspace) summed)"
)

# The first key after the sums that there are: days on which nothing happened are passed over.
_NEXT_KEY = text(
    f"select least((select {_day_of('id')} from message where workspace_id = :workspace and id >= :begin"  # noqa: S608 -- constants
    f" order by id limit 1), (select {_day_of('id')} from verdict where workspace_id = :workspace and id >= :begin"
    " order by id limit 1))"
)


async def summed_up_to(connection: AsyncConnection, workspace_id: UUID) -> date:
    """Return the first day that is not among the sums of messages and of runs of triage."""
    return (await connection.scalar(_NEXT_DAY, {"workspace": workspace_id})) or _EARLIEST


async def sources_summed_up_to(connection: AsyncConnection, workspace_id: UUID) -> date:
    """Return the first day that is not among the sums by Source and by wait."""
    return (await connection.scalar(_NEXT_DAY_OF_SOURCES, {"workspace": workspace_id})) or _EARLIEST


async def sum_up(engine: AsyncEngine, now: datetime) -> int:
    """Sum up each day that is over and is not yet, one transaction for each; return how many."""
    async with engine.connect() as connection:
        workspaces = (await connection.execute(text("select id from workspace"))).scalars().all()
    today = (now - LATE).astimezone(UTC).date()
    days = 0
    for workspace_id in workspaces:
        while await _sum_up_next(engine, workspace_id, today):
            days += 1
    return days


async def _sum_up_next(engine: AsyncEngine, workspace_id: UUID, today: date) -> bool:
    async with engine.begin() as connection:
        # One process at a time, and none while messages are removed.
        await connection.execute(text("lock table message_day, verdict_day in share row exclusive mode"))
        after = await summed_up_to(connection, workspace_id)
        found = await connection.execute(_NEXT_KEY, {"workspace": workspace_id, "begin": first_key(after)})
        day: date | None = found.scalar()
        if day is None or day >= today:
            return False
        keys = {"workspace": workspace_id, "begin": first_key(day), "end": first_key(day + timedelta(days=1))}
        for statement in (*_SUM_UP, _SUM_UP_AGAIN):
            await connection.execute(statement, keys)
        return True


async def forget_sums(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Forget the sums of a workspace, in the transaction that removes messages."""
    await connection.execute(text("lock table message_day, verdict_day in share row exclusive mode"))
    for table in _SUMS:
        await connection.execute(
            text(f"delete from {table} where workspace_id = :workspace"),  # noqa: S608 -- constants
            {"workspace": workspace_id},
        )
