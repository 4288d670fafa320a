"""Runs the migrations, one process at a time."""

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from tracker_core.errors import ConflictError
from tracker_core.migrations import HEAD

LOCK = 7_370_231
"""Advisory lock that lets one migration run at a time."""
UNFINISHED = "restore_unfinished"
"""A table that is there while a restore is under way: what lies around it is nobody's installation."""


async def migrate(engine: AsyncEngine) -> str:
    """Bring the schema to the newest revision and return that; a newer program's schema is left as it is.

    Raises:
        ConflictError: a restore has begun in this database and not ended.
    """
    async with engine.connect() as connection:
        await connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
        try:
            if await connection.scalar(text(f"select to_regclass('{UNFINISHED}') is not null")):
                raise ConflictError(
                    "A restore into this database was not finished", cure="Run the same `tasktracker restore` again"
                )
            current = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
            if current is not None and current > HEAD:
                return current
            await connection.run_sync(_upgrade)
            await connection.commit()
            return HEAD
        finally:
            await connection.execute(text("select pg_advisory_unlock(:key)"), {"key": LOCK})
            await connection.commit()


def alembic_config() -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("tracker_core") / "migrations"))
    return config


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
