"""Postgres into an archive and back, with its own `pg_dump` and `pg_restore`."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tracker_core.errors import ConfigurationError, ConflictError, TrackerError, UnavailableError
from tracker_core.migrations.running import UNFINISHED

from tracker_local.postgres import candidates

SILENCE = 600.0
"""Seconds that `pg_dump` may say nothing."""
RESTORE_SECONDS = 24 * 3600.0
_CHUNK = 1 << 20
_LEFT_OUT = (" SCHEMA - public ", " COMMENT - ", " TABLE DATA public alembic_version ")
_SSL = ("sslmode", "sslrootcert", "sslcert", "sslkey")


class DumpFailedError(TrackerError):
    """`pg_dump` or `pg_restore` did not do it; with its own words."""

    title = "Postgres' own program failed"


@dataclass(frozen=True)
class Programs:
    """The folder of a Postgres client that is no older than the server."""

    folder: Path
    major: int

    @classmethod
    def find(cls, server: int) -> "Programs":
        """Return the first that fits, those of the system first: the package's speak no TLS.

        Args:
            server: Major version of the server, or of what wrote the dump.

        Raises:
            ConfigurationError: there is none.
        """
        seen = []
        for folder in reversed(candidates()):
            if (folder / "pg_dump").is_file() and (folder / "pg_restore").is_file():
                major = _major(folder / "pg_dump")
                if major >= server:
                    return cls(folder, major)
                seen.append(f"{major} in {folder}")
        found = f"only {', '.join(seen)}" if seen else "none here"
        raise ConfigurationError(
            f"Postgres {server} needs pg_dump and pg_restore {server} or newer; there is {found}",
            cure=f"Install postgresql-client-{server}, or set TRACKER_POSTGRES_BIN to the folder of one",
        )

    async def dump(self, url: str, snapshot: str, write: Callable[[bytes], None]) -> None:
        """Write the tables as one snapshot saw them, in Postgres' custom format, compressed.

        Raises:
            DumpFailedError: it failed.
        """
        command = (
            str(self.folder / "pg_dump"), "--format=custom", f"--snapshot={snapshot}", "--schema=public",
            "--extension=vector", "--extension=pg_trgm", "--no-owner", "--no-privileges", "--no-password",
            "--lock-wait-timeout=60s",
        )  # fmt: skip
        with tempfile.TemporaryFile() as said:
            process = await asyncio.create_subprocess_exec(
                *command, stdout=subprocess.PIPE, stderr=said, env=_environment(url)
            )
            assert process.stdout is not None
            try:
                while data := await asyncio.wait_for(process.stdout.read(_CHUNK), SILENCE):
                    write(data)
                code = await asyncio.wait_for(process.wait(), SILENCE)
            except TimeoutError:
                raise UnavailableError(
                    f"pg_dump has said nothing for {SILENCE:.0f} s", cure="Look at the locks and the load of Postgres"
                ) from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            _check("pg_dump", code, said)

    async def restore(self, url: str, dump: IO[bytes]) -> None:
        """Make the tables in one transaction; all but the row that says their revision.

        Raises:
            DumpFailedError: it failed, and nothing was changed.
        """
        listed = await self._run(url, dump, "--list")
        lines = [line for line in listed.splitlines() if not _left_out(line)]
        with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as chosen:
            chosen.write("\n".join(lines) + "\n")
            chosen.flush()
            await self._run(
                url, dump, f"--use-list={chosen.name}", "--single-transaction", "--exit-on-error", "--no-owner",
                "--no-privileges", "--no-password", f"--dbname={make_url(url).database}",
            )  # fmt: skip

    async def _run(self, url: str, dump: IO[bytes], *arguments: str) -> str:
        dump.seek(0)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
            process = await asyncio.create_subprocess_exec(
                str(self.folder / "pg_restore"), *arguments, stdin=dump, stdout=out, stderr=said, env=_environment(url)
            )
            try:
                code = await asyncio.wait_for(process.wait(), RESTORE_SECONDS)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            _check("pg_restore", code, said)
            out.seek(0)
            return out.read().decode()


@dataclass(frozen=True)
class Snapshot:
    """One moment of the database."""

    connection: AsyncConnection
    id: str
    """By which other connections see the same."""


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[Snapshot]:
    """Hold a moment of the database."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        await connection.execute(text("set local idle_in_transaction_session_timeout = 0"))
        yield Snapshot(connection, str(await connection.scalar(text("select pg_export_snapshot()"))))


async def server_version(connection: AsyncConnection) -> int:
    """Return the server's major version."""
    return int(await connection.scalar(text("select current_setting('server_version_num')::int / 10000")) or 0)


async def revision(connection: AsyncConnection) -> str | None:
    """Return the revision of the schema; None when there is none, or when a restore has not been finished."""
    if not await _exists(connection, "alembic_version"):
        return None
    found: str | None = await connection.scalar(text("select version_num from alembic_version"))
    return found


async def is_unfinished(connection: AsyncConnection) -> bool:
    """Whether a restore has begun here and not ended."""
    return await _exists(connection, UNFINISHED)


async def count_rows(connection: AsyncConnection) -> dict[str, int]:
    """Count the rows of each table."""
    tables = await connection.scalars(
        text(
            "select relname from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r'"
            " and relname <> :unfinished and not exists"
            " (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by relname"
        ),
        {"unfinished": UNFINISHED},
    )
    return {
        table: int(await connection.scalar(text(f'select count(*) from "{table}"')) or 0)  # noqa: S608 -- of the catalog
        for table in tables.all()
    }


async def others(connection: AsyncConnection) -> int:
    """Count the connections of Task Tracker's processes besides this one."""
    return int(
        await connection.scalar(
            text(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and application_name = 'task-tracker' and pid <> pg_backend_pid()"
            )
        )
        or 0
    )


async def clear(connection: AsyncConnection) -> None:
    """Drop all that is not an extension's, and note that a restore is under way; one transaction."""
    await connection.execute(
        text(
            """
            do $$
            declare found record;
            begin
              for found in
                select format('drop table if exists public.%I cascade', relname) as command from pg_class c
                 where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not exists
                       (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
                union all
                select format('drop function if exists public.%I(%s) cascade', proname,
                              pg_get_function_identity_arguments(p.oid)) from pg_proc p
                 where pronamespace = 'public'::regnamespace and not exists
                       (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
              loop
                execute found.command;
              end loop;
            end $$
            """
        )
    )
    await connection.execute(text(f"create table {UNFINISHED} ()"))


async def finish(connection: AsyncConnection, to: str) -> None:
    """Say of which revision the tables are: from now on they are an installation."""
    await connection.execute(text("insert into alembic_version (version_num) values (:to)"), {"to": to})
    await connection.execute(text(f"drop table {UNFINISHED}"))


async def known_places(connection: AsyncConnection, epoch: int, seqs: Sequence[int]) -> set[int]:
    """Return which sequences of an INBOUND stream the restored rows account for, as the ledger does."""
    known: set[int] = set()
    for table in ("message", "replay", "dead_letter", "removal"):
        if await _exists(connection, table):
            rows = await connection.scalars(
                text(f"select stream_seq from {table} where stream_epoch = :epoch and stream_seq = any(:seqs)"),  # noqa: S608
                {"epoch": epoch, "seqs": list(seqs)},
            )
            known |= set(rows.all())
    return known


async def refuse_unless_empty(connection: AsyncConnection) -> None:
    """Raise when the database holds what people have written.

    Raises:
        ConflictError: it does, and how much.
    """
    counts = {
        table: int(await connection.scalar(text(f"select count(*) from {table}")) or 0)  # noqa: S608
        for table in ("message", "task", "dead_letter")
        if await _exists(connection, table)
    }
    if any(counts.values()):
        raise ConflictError(
            f"The database is not empty: {counts['task']} tasks, {counts['message']} messages",
            cure="Restore into an empty installation, or give --replace: all that is there now will be gone",
        )


async def _exists(connection: AsyncConnection, table: str) -> bool:
    return bool(await connection.scalar(text("select to_regclass(:table) is not null"), {"table": f"public.{table}"}))


def _left_out(line: str) -> bool:
    """Say whether a line of the table of contents is not restored.

    The schema is there. A comment on an extension may only be made by its owner. The revision's row comes last, when
    all else is there.
    """
    return any(entry in line for entry in _LEFT_OUT)


def _major(program: Path) -> int:
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True, timeout=10)
    return int(answer.stdout.split("(PostgreSQL)")[1].split()[0].split(".")[0])


def _environment(url: str) -> dict[str, str]:
    """Return the environment for a client of Postgres: a password in the command could be read by everybody."""
    parts = make_url(url)
    query = {name: str(value) for name, value in parts.query.items()}
    if "ssl" in query:
        query.setdefault("sslmode", query.pop("ssl"))
    values = {
        "PGHOST": parts.host,
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
        "PGCONNECT_TIMEOUT": "10",
        "PGOPTIONS": "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
    } | {f"PG{name.upper()}": query.get(name) for name in _SSL}
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {
        name: str(value) for name, value in values.items() if value
    }


def _check(program: str, code: int, said: IO[bytes]) -> None:
    if code:
        said.seek(0)
        words = said.read().decode(errors="replace").strip().splitlines()
        raise DumpFailedError(
            f"{program} failed: {'; '.join(words[:3]) or f'exit code {code}'}", cure="Look at the log of Postgres"
        )
