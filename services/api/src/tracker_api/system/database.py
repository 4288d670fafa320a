"""What Postgres says of itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.database import reading

_FACTS = """
select current_setting('server_version'), pg_postmaster_start_time(), pg_database_size(current_database()),
       current_setting('max_connections')::int
"""
_STATES = """
select coalesce(state, 'other'), count(*) from pg_stat_activity where datname = current_database() group by 1
"""


@dataclass(frozen=True)
class Database:
    """The server and our database on it."""

    version: str
    started_at: datetime
    bytes: int
    connections: dict[str, int]
    """Of all programs, by state."""
    max_connections: int


async def read_database(engine: AsyncEngine) -> Database:
    """Ask it."""
    async with reading(engine) as connection:
        version, started_at, size, most = (await connection.execute(text(_FACTS))).one()
        states = (await connection.execute(text(_STATES))).all()
    return Database(
        version=version.partition(" ")[0],
        started_at=started_at,
        bytes=size,
        connections={str(state): int(count) for state, count in states},
        max_connections=most,
    )
