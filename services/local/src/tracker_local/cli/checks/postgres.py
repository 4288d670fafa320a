"""Postgres: does it answer, and is the schema the one that this program needs?"""

import os
from collections.abc import Iterable

from pydantic import SecretStr
from tracker_core.settings import DatabaseSettings

from tracker_local.cli.checks.finding import Finding, ok
from tracker_local.home import Home
from tracker_local.plan import without_secret


async def check(home: Home) -> Iterable[Finding]:
    """Connect, ask, and compare the revision."""
    # Here, because they load SQLAlchemy and Alembic, which no other command needs.
    from tracker_core import database  # noqa: PLC0415

    url = os.environ.get("TRACKER_DATABASE__URL") or home.database_url_file.read_text(encoding="utf-8")
    engine = database.make_engine(DatabaseSettings(url=SecretStr(url), pool_size=1))
    try:
        await database.check(engine)
    finally:
        await engine.dispose()
    return [ok("postgres", f"answers at {without_secret(url)}"), ok("migrations", "the tables are up to date")]
