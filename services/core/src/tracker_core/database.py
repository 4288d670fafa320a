"""The connection to Postgres and its schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from tracker_core.errors import ConfigurationError, UnavailableError
from tracker_core.migrations import HEAD
from tracker_core.settings import DatabaseSettings

STATEMENT_SECONDS = 30.0
"""How long one statement of a service may take."""


def async_url(url: str) -> str:
    """Turn `postgresql://…` (or `postgres://…`) into SQLAlchemy's asyncpg form."""
    _, separator, rest = url.partition("://")
    if not separator:
        raise ConfigurationError(
            "TRACKER_DATABASE__URL is not a URL", cure="Write it like postgresql://user:password@host:5432/database"
        )
    return "postgresql+asyncpg://" + rest


def make_engine(settings: DatabaseSettings, *, statement_seconds: float | None = STATEMENT_SECONDS) -> AsyncEngine:
    """Return an engine with a bounded pool; it connects on first use. A migration's statements have no limit."""
    return create_async_engine(
        async_url(settings.url.get_secret_value()),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        hide_parameters=True,  # they are what people wrote, and errors go to the log
        connect_args={
            "timeout": 5,
            "command_timeout": statement_seconds,
            "server_settings": {"application_name": "task-tracker"},
        },
    )


def session(engine: AsyncEngine) -> AsyncSession:
    """Return a session whose objects stay readable after the commit; lazy loading is off in the tables."""
    return AsyncSession(engine, expire_on_commit=False)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a connection for queries that change nothing; each sees what is committed when it starts."""
    async with engine.connect() as connection:
        # Without BEGIN and ROLLBACK around it, a query is one round trip instead of three.
        yield await connection.execution_options(isolation_level="AUTOCOMMIT")


async def check(engine: AsyncEngine) -> None:
    """Ask for an answer, and for a schema that this program knows or a newer one.

    Migrations only add, and a test holds them to it: so a program works on the schema of the next one, while that takes
    its place and after it was taken back.

    Raises:
        UnavailableError: no answer, or the schema is older than this program.
    """
    try:
        async with engine.connect() as connection:
            # Plain SQL: Alembic would cost every process its import, only to read one row.
            migrated = await connection.scalar(text("select to_regclass('alembic_version') is not null"))
            current = await connection.scalar(text("select version_num from alembic_version")) if migrated else None
    except (OSError, DBAPIError, TimeoutError) as error:
        raise UnavailableError(
            f"Postgres does not answer: {type(error).__name__}", cure="Start it, or correct TRACKER_DATABASE__URL"
        ) from error
    if current is None or current < HEAD:
        raise UnavailableError(
            f"The database is at revision {current}, this program needs {HEAD}",
            cure="Run `python -m tracker_core.migrations upgrade`",
        )
