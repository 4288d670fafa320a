"""The connection to Postgres and its schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from tracker_core.errors import ConfigurationError, UnavailableError
from tracker_core.settings import DatabaseSettings

MIGRATION_LOCK = 7_370_231
"""Advisory lock that lets one migration run at a time."""


def async_url(url: str) -> str:
    """Turn `postgresql://…` (or `postgres://…`) into SQLAlchemy's asyncpg form."""
    _, separator, rest = url.partition("://")
    if not separator:
        raise ConfigurationError(
            "TRACKER_DATABASE__URL is not a URL", cure="Write it like postgresql://user:password@host:5432/database"
        )
    return "postgresql+asyncpg://" + rest


def make_engine(settings: DatabaseSettings) -> AsyncEngine:
    """Return an engine with a bounded pool; it connects on first use."""
    return create_async_engine(
        async_url(settings.url.get_secret_value()),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"timeout": 5, "command_timeout": 30, "server_settings": {"application_name": "task-tracker"}},
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
    """Ask for an answer and for the right schema.

    Raises:
        UnavailableError: no answer, or the schema is not at the revision of this program.
    """
    try:
        async with engine.connect() as connection:
            await connection.execute(text("select 1"))
            current = await connection.run_sync(_current_revision)
    except (OSError, DBAPIError, OperationalError, TimeoutError) as error:
        raise UnavailableError(
            f"Postgres does not answer: {type(error).__name__}", cure="Start it, or correct TRACKER_DATABASE__URL"
        ) from error
    wanted = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if current != wanted:
        raise UnavailableError(
            f"The database is at revision {current}, this program needs {wanted}",
            cure="Run `python -m tracker_core.migrations upgrade`",
        )


async def migrate(engine: AsyncEngine) -> str:
    """Bring the schema to the newest revision, one process at a time; return that revision."""
    async with engine.connect() as connection:
        await connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            await connection.run_sync(_upgrade)
            await connection.commit()
            return str(await connection.run_sync(_current_revision))
        finally:
            await connection.execute(text("select pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            await connection.commit()


def alembic_config() -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("tracker_core") / "migrations"))
    return config


def _current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 -- loads Mako; only a migration needs it

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
