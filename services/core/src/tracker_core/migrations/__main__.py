"""The migration Job: `upgrade` migrates, `check` only compares, `new MESSAGE` drafts a revision for a developer."""

import asyncio
import sys

from alembic import command
from sqlalchemy.exc import DBAPIError

from tracker_core.database import check, make_engine
from tracker_core.errors import TrackerError
from tracker_core.migrations.running import alembic_config, migrate
from tracker_core.settings import DatabaseSettings, ProcessSettings


class _Settings(ProcessSettings):
    database: DatabaseSettings


async def _run(action: str, message: str) -> str:
    engine = make_engine(_Settings.read().database, statement_seconds=None)
    try:
        if action == "upgrade":
            return f"The database is at revision {await migrate(engine)}"
        if action == "new":
            config = alembic_config()
            async with engine.connect() as connection:

                def revise(sync_connection: object) -> None:
                    config.attributes["connection"] = sync_connection
                    command.revision(config, message=message, autogenerate=True)

                await connection.run_sync(revise)
            return "Drafted; read it before you commit it"
        await check(engine)
        return "The database is at the revision of this program"
    finally:
        await engine.dispose()


def main() -> int:
    """Run the command; the exit code is 0 when it worked."""
    arguments = [*sys.argv[1:], ""]
    if arguments[0] not in {"upgrade", "check", "new"}:
        sys.stderr.write("usage: python -m tracker_core.migrations upgrade|check|new MESSAGE\n")
        return 2
    try:
        sys.stdout.write(asyncio.run(_run(arguments[0], arguments[1])) + "\n")
    except (OSError, DBAPIError, TimeoutError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        sys.stderr.write(f"Postgres does not answer: {reason}. Start it, or correct TRACKER_DATABASE__URL\n")
        return 1
    except TrackerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
