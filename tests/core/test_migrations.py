import os
import subprocess
import sys
from typing import Any

import pytest
from alembic import command
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


async def test_schema_of_a_newer_program_is_used_and_left_as_it_is(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    async with engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    await check(engine)
    assert await migrate(engine) == "9999"
    await engine.dispose()


_COLUMNS = """
    select table_name || '.' || column_name as name, data_type, udt_name, is_nullable = 'YES' as may_be_null,
           column_default is not null or is_generated = 'ALWAYS' or is_identity = 'YES' as fills_itself
    from information_schema.columns
    where table_schema = 'public' and table_name <> 'alembic_version' and table_name in (
        select tablename from pg_tables where schemaname = 'public')
"""
_RULES = """
    select c.conname::text as name, c.conrelid::regclass::text as on_table, array(
               select a.attname::text from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any(c.conkey)
           ) as columns
    from pg_constraint c where c.connamespace = 'public'::regnamespace and c.contype in ('c', 'f', 'p', 'u', 'x')
    union all
    select i.indexrelid::regclass::text, i.indrelid::regclass::text, array(
               select a.attname::text from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any(i.indkey))
    from pg_index i join pg_class r on r.oid = i.indrelid
    where i.indisunique and r.relnamespace = 'public'::regnamespace
"""


def _schema(connection: Connection) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns by `table.column`, and what rows must obey by its name."""
    return tuple({row.name: row for row in connection.execute(text(query))} for query in (_COLUMNS, _RULES))  # type: ignore[return-value]


def _breaks_the_program_before(connection: Connection, revision: str) -> list[str]:
    """Migrate one step, and say what a program that knows only the schema before it would trip over."""
    columns, rules = _schema(connection)
    tables_before = {name.partition(".")[0] for name in columns}
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    columns_after, rules_after = _schema(connection)
    found = [f"{name} is gone" for name in columns.keys() - columns_after.keys()]
    for name, column in columns_after.items():
        before = columns.get(name)
        if before is None:
            needed = name.partition(".")[0] in tables_before and not (column.may_be_null or column.fills_itself)
            found += [f"{name} must be given"] * needed
        elif (before.data_type, before.udt_name) != (column.data_type, column.udt_name):
            found.append(f"{name} is of another type")
        elif (before.may_be_null or before.fills_itself) and not (column.may_be_null or column.fills_itself):
            found.append(f"{name} must be given now")
    for name in rules_after.keys() - rules.keys():
        rule = rules_after[name]
        if all(f"{rule.on_table}.{column}" in columns for column in rule.columns):
            found.append(f"{rule.on_table} has to obey {name}")
    return found


async def test_a_migration_only_adds_so_that_the_program_before_it_goes_on(database_url: str) -> None:
    scripts = list(ScriptDirectory.from_config(alembic_config()).walk_revisions())[::-1]
    assert [script.revision for script in scripts] == [f"{number:04}" for number in range(1, len(scripts) + 1)]
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)), statement_seconds=None)
    async with engine.begin() as connection:
        await connection.execute(text("drop schema public cascade"))
        await connection.execute(text("create schema public"))
    for script in scripts:
        async with engine.begin() as connection:
            assert await connection.run_sync(_breaks_the_program_before, script.revision) == [], script.revision
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
