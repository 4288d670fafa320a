import os
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import Connection, text
from sqlmodel import SQLModel
from tracker_core import tables
from tracker_core.database import async_url, check, make_engine
from tracker_core.errors import ConfigurationError, UnavailableError
from tracker_core.migrations import HEAD
from tracker_core.migrations.running import alembic_config, migrate
from tracker_core.settings import DatabaseSettings


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


async def test_migrated_schema_is_that_of_the_tables(database_url: str) -> None:
    assert tables.Message.__tablename__ == "message"
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    await check(engine)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


def test_program_needs_the_newest_script() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    assert await migrate(engine) == await migrate(engine)
    await engine.dispose()


async def test_older_schema_is_refused_with_its_cure(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    async with engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '0000'"))
    with pytest.raises(UnavailableError, match="migrations upgrade"):
        await check(engine)
    await engine.dispose()


async def test_every_table_belongs_to_a_workspace(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "select table_name from information_schema.tables t where table_schema = 'public' and not exists"
                " (select from information_schema.columns c where c.table_name = t.table_name"
                "  and c.column_name = 'workspace_id')"
            )
        )
        assert set(rows.scalars()) == {"workspace", "alembic_version"}
    await engine.dispose()


def test_postgres_that_is_away_is_one_clear_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tracker_core.migrations", "upgrade"],
        env=os.environ | {"TRACKER_DATABASE__URL": "postgresql://user:hunter2@127.0.0.1:9/none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Postgres does not answer" in done.stderr
    assert "hunter2" not in done.stderr


def test_url_without_a_scheme_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="TRACKER_DATABASE__URL is not a URL"):
        async_url("localhost/db")
