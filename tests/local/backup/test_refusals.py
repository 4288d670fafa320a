"""What a restore refuses before it has changed anything, and what it makes of other versions."""

import json
import zipfile
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import Connection
from tracker_core.bus import INBOUND, Bus, ensure_bus
from tracker_core.database import make_engine
from tracker_core.migrations import HEAD
from tracker_core.migrations.running import alembic_config
from tracker_core.settings import DatabaseSettings

from tests.bench.filling import fill
from tests.local.backup.conftest import Place, accept, opened, subjects_and_bytes

pytestmark = pytest.mark.slow


async def migrated(place: Place, revision: str) -> None:
    """Bring a database to a schema of the past."""

    def upgrade(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = make_engine(DatabaseSettings(url=SecretStr(place.database_url)))
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


async def test_installation_that_is_not_empty_is_replaced_only_when_told(
    old: Place, new: Place, bus: Bus, tmp_path: Path
) -> None:
    await accept(bus, "waits")
    before_backup = await old.rows()
    made = await old.run("backup", str(tmp_path / "backups"))
    await migrated(new, HEAD)
    await fill(new.database_url, tasks=5, messages=7, stream_epoch=1)
    before = await new.rows()
    assert "not empty: 5 tasks, 7 messages" in await new.refused("restore", made["backup"])
    await new.refused("restore", made["backup"], "--replace")  # nobody answers the question
    assert await new.rows() == before

    other = await opened(new)
    await ensure_bus(other.js)
    await accept(other, "of the other one")
    await new.run("restore", made["backup"], "--replace", "--yes")
    assert await new.rows() == before_backup
    backed_up, waited = await subjects_and_bytes(other, INBOUND)
    assert [backed_up] == await subjects_and_bytes(bus, INBOUND)
    assert b"of the other one" in waited[1], "it was accepted, and is nowhere else"
    await other.close()


async def test_processes_that_run_are_in_the_way(old: Place, new: Place, bus: Bus, tmp_path: Path) -> None:
    made = await old.run("backup", str(tmp_path / "backups"))
    process = await asyncpg.connect(new.database_url, server_settings={"application_name": "task-tracker"})
    assert "Stop all of its processes" in await new.refused("restore", made["backup"])
    await process.close()
    assert await new.rows() == {}


async def test_older_schema_is_migrated(new: Place, old: Place, tmp_path: Path) -> None:
    await migrated(new, "0008")
    await new.execute(
        """
        with w as (insert into workspace (id, slug, name, next_task_number, created_at)
                   values (gen_random_uuid(), 'default', 'Default', 1, now()) returning id),
             s as (insert into source (id, workspace_id, namespace, name, kind, spec, webhook_path, created_at,
                                       updated_at)
                   select gen_random_uuid(), id, 'default', 'inbox', 'webhook', '{}', '', now(), now() from w
                   returning id, workspace_id)
        insert into message (id, workspace_id, source_id, external_id, reply_to, sender_id, sender_name, sender_address,
                             subject, text, url, sent_at, sent_offset, received_at, recorded_at, state, state_reason,
                             attempts, last_error, trace_id, raw, raw_encoding)
        select gen_random_uuid(), workspace_id, id, 'x', '', '', '', '', '', 'from long ago', '', now(), 0, now(),
               now(), 'ignored', '', 0, '', '', '', 'text' from s
        """
    )
    made = await new.run("backup", str(tmp_path / "backups"))
    assert made["revision"] == "0008"
    await old.run("restore", made["backup"])
    rows = await old.rows()
    assert rows["alembic_version"] == [f"({HEAD})"]
    assert await old.execute("select text from message") == "from long ago"


async def test_newer_schema_and_another_format_are_refused(old: Place, new: Place, tmp_path: Path) -> None:
    made = await old.run("backup", str(tmp_path / "backups"))
    for change, said in (({"revision": "9999"}, "knows " + HEAD), ({"format": 2}, "is of format 2")):
        changed = tmp_path / "changed.zip"
        with zipfile.ZipFile(made["backup"]) as before, zipfile.ZipFile(changed, "w") as after:
            for name in before.namelist():
                content = before.read(name)
                if name == "backup.json":
                    content = json.dumps(json.loads(content) | change).encode()
                after.writestr(name, content)
        assert said in await new.refused("restore", str(changed))
    (tmp_path / "notes.zip").write_text("something else")
    assert "is no backup" in await new.refused("restore", str(tmp_path / "notes.zip"))
    assert "There is no backup" in await new.refused("restore", str(tmp_path / "nothing.zip"))
    assert await new.rows() == {}


async def test_database_without_an_installation_is_no_backup(new: Place, tmp_path: Path) -> None:
    assert "holds no installation" in await new.refused("backup", str(tmp_path / "backups"))
    assert list((tmp_path / "backups").iterdir()) == []


async def test_pg_dump_that_is_older_than_the_server_names_the_cure(old: Place, tmp_path: Path) -> None:
    for program in ("pg_dump", "pg_restore"):
        path = tmp_path / "bin" / program
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)'\n")
        path.chmod(0o755)
    old.environment = {"TRACKER_POSTGRES_BIN": str(tmp_path / "bin")}
    said = await old.refused("backup", str(tmp_path / "backups"))
    assert "there is only 15" in said
    assert "postgresql-client-18" in said
