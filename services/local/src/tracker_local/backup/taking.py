"""Takes a backup, part by part; the order is what makes it consistent (see the package)."""

import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import IO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.errors import ConflictError
from tracker_core.migrations import HEAD
from tracker_core.repositories import backups
from tracker_core.repositories.accounts import ensure_default_workspace
from tracker_core.repositories.ledger import count_by_source

from tracker_local.backup import bus, database, manifests
from tracker_local.backup.archive import CHUNK, ENCRYPTED, Writer
from tracker_local.backup.index import Index, Stream
from tracker_local.backup.progress import Progress
from tracker_local.backup.settings import ManifestOptions
from tracker_local.backup.stores import Stores
from tracker_local.home import Home

DUMP = "database.dump"
STREAMS = "streams/"
ATTACHMENTS = "attachments/"
_IN_MEMORY = 8 << 20
"""Bytes of a file that need no disk on their way."""


async def take(
    stores: Stores, writer: Writer, options: ManifestOptions, home: Home, progress: Progress, *, secrets: bool
) -> Index:
    """Write all parts and the index.

    Args:
        stores: Where all is.
        writer: Where it goes.
        options: Where manifests are.
        home: The folder of a one-machine installation.
        progress: Is told.
        secrets: The archive is encrypted, so the files that manifests refer to may be in it.

    Raises:
        ConflictError: there is no installation in the database.
        TrackerError: a part does not answer.
    """
    started_at = datetime.now(UTC)
    async with stores.engine.connect() as connection:
        revision = await database.revision(connection)
        if revision is None:
            raise ConflictError(
                "The database holds no installation",
                cure="Start Task Tracker once, or repeat a restore that was interrupted",
            )
        programs = database.Programs.find(await database.server_version(connection))
    kind = await _take_manifests(writer, options, home, secrets=secrets)
    streams = {name: await _take_stream(stores, writer, name, progress) for name in bus.BEFORE}
    async with database.snapshot(stores.engine) as moment:
        rows = await database.count_rows(moment.connection)
        ledger = await _ledger(moment.connection) if revision >= HEAD else []
        progress.begin("database")
        with writer.part(DUMP, compressed=False) as write:

            def dumped(data: bytes) -> None:
                write(data)
                progress.advance(len(data))

            await programs.dump(stores.database_url, moment.id, dumped)
    streams |= {name: await _take_stream(stores, writer, name, progress) for name in bus.AFTER}
    attachments = await _take_attachments(stores, writer, progress)
    index = Index(
        version=version("tracker-local"),
        revision=revision,
        postgres=programs.major,
        started_at=started_at,
        rows=rows,
        ledger=ledger,
        streams=streams,
        attachments=attachments,
        manifests=kind,
        secrets=secrets,
        parts=tuple(writer.parts),
    )
    writer.finish(index)
    return index


async def note(stores: Stores, index: Index, place: str, size: int) -> None:
    """Let the installation know that it has a backup; one of an older schema cannot be told."""
    async with stores.engine.begin() as connection:
        if "backup" in index.rows:
            workspace_id = await ensure_default_workspace(connection)
            await backups.insert_backup(connection, workspace_id, place=place, size=size, started_at=index.started_at)


async def _take_manifests(writer: Writer, options: ManifestOptions, home: Home, *, secrets: bool) -> str:
    if options.manifests == "kubernetes":
        for name, content in await manifests.objects(options.namespaces):
            _put(writer, manifests.MANIFESTS + name, content)
        return "kubernetes"
    folder, secrets_folder = manifests.folders(options, home)
    if not folder.is_dir():
        return ""
    for name, content in manifests.files(folder):
        _put(writer, manifests.MANIFESTS + name, content)
    if secrets:
        for name, content in manifests.secret_files(secrets_folder):
            _put(writer, manifests.SECRETS + name, content)
    return "folder"


def _put(writer: Writer, name: str, content: bytes) -> None:
    with writer.part(name) as write:
        write(content)


async def _take_stream(stores: Stores, writer: Writer, name: str, progress: Progress) -> Stream:
    progress.begin(name)
    with writer.part(f"{STREAMS}{name}.jsonl") as write:
        return await bus.read_stream(stores.bus.js, name, write, progress.advance)


async def _take_attachments(stores: Stores, writer: Writer, progress: Progress) -> dict[str, int]:
    progress.begin("attachments")
    counts, seen = {}, set[str]()
    for store in stores.attachments:
        counts[store.prefix] = 0
        async for key in store.keys():
            counts[store.prefix] += 1
            if key in seen:
                continue
            seen.add(key)
            with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
                if await store.get_into(key, file):
                    progress.advance(_copy(file, writer, ATTACHMENTS + key))
    return counts


def _copy(file: IO[bytes], writer: Writer, name: str) -> int:
    size = file.tell()
    file.seek(0)
    with writer.part(name, compressed=False) as write:
        while data := file.read(CHUNK):
            write(data)
    return size


async def _ledger(connection: AsyncConnection) -> list[dict[str, object]]:
    workspaces = (await connection.scalars(text("select id from workspace order by id"))).all()
    return [
        {name: value for name, value in asdict(row).items() if name != "source_id"}
        for workspace_id in workspaces
        for row in await count_by_source(connection, workspace_id)
    ]


def archive_name(*, encrypted: bool) -> str:
    """Return the name of a backup that begins now: names sort as the times do."""
    return f"tasktracker-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip{ENCRYPTED if encrypted else ''}"
