"""Brings an installation back from a backup.

Everything is read and compared before anything is changed. Then the database is emptied and says so: until the last
step it has no revision, so no process starts on half of an installation, and the same command begins again.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from tracker_core.bus import INBOUND
from tracker_core.errors import ConfigurationError, ConflictError
from tracker_core.migrations import HEAD
from tracker_core.migrations.running import migrate

from tracker_local.backup import bus, database, manifests
from tracker_local.backup.archive import DamagedError, Reader
from tracker_local.backup.bus import Record
from tracker_local.backup.index import Index
from tracker_local.backup.progress import Progress
from tracker_local.backup.settings import ManifestOptions
from tracker_local.backup.stores import Stores
from tracker_local.backup.taking import ATTACHMENTS, DUMP, STREAMS
from tracker_local.home import Home


@dataclass(frozen=True)
class Restored:
    """What came back."""

    index: Index
    republished: int
    """Messages on the bus that no row accounts for: of the backup, and those that waited here."""


def check(reader: Reader, progress: Progress) -> None:
    """Read all of a backup.

    Raises:
        DamagedError: names the part.
        ConfigurationError: its schema is newer than this program's.
    """
    if reader.index.revision > HEAD:
        raise ConfigurationError(
            f"The backup is of schema {reader.index.revision}, and this program knows {HEAD}",
            cure=f"Restore it with version {reader.index.version} or newer",
        )
    progress.begin("checksums", sum(part.bytes for part in reader.index.parts))
    reader.verify(progress.advance)


async def check_target(stores: Stores, *, replace: bool) -> None:
    """See that nothing runs, and that nothing is lost.

    Raises:
        ConflictError: processes are connected; or it is not empty, and `replace` was not said.
    """
    async with stores.engine.connect() as connection:
        if running := await database.others(connection):
            raise ConflictError(
                f"{running} connections of Task Tracker to the database are open",
                cure="Stop all of its processes first (in a cluster: scale the Deployments to 0)",
            )
        if not replace and not await database.is_unfinished(connection):
            await database.refuse_unless_empty(connection)


async def restore(stores: Stores, reader: Reader, options: ManifestOptions, home: Home, progress: Progress) -> Restored:
    """Replace what is there by what the backup holds; `check` and `check_target` come first.

    Raises:
        TrackerError: it was not finished, and can be repeated.
    """
    index = reader.index
    async with stores.engine.connect() as connection:
        programs = database.Programs.find(max(index.postgres, await database.server_version(connection)))
        begun = await database.is_unfinished(connection)
    if not begun:
        await bus.put_aside(stores.bus.js)
    async with stores.engine.begin() as connection:
        await database.clear(connection)
    await bus.make_empty(stores.bus.js)
    await _put_attachments(stores, reader, progress)
    progress.begin("database")
    with tempfile.TemporaryFile() as dump:
        for data in reader.read(DUMP):
            dump.write(data)
        dump.flush()
        await programs.restore(stores.database_url, dump)
    await _compare(stores, index)
    await _point_at(stores, index)
    republished = sum([await _publish(stores, reader, name, progress) for name in (*bus.BEFORE, *bus.AFTER)])
    republished += await bus.take_back(stores.bus.js)
    if index.manifests == "folder" and options.manifests == "folder":
        manifests.write_back(reader, *manifests.folders(options, home))
    progress.begin("schema")
    async with stores.engine.begin() as connection:
        await database.finish(connection, index.revision)
    await bus.forget_put_aside(stores.bus.js)
    await migrate(stores.engine)
    return Restored(index, republished)


async def _put_attachments(stores: Stores, reader: Reader, progress: Progress) -> None:
    parts = [part for part in reader.index.parts if part.name.startswith(ATTACHMENTS)]
    progress.begin("attachments", sum(part.bytes for part in parts))
    for part in parts:
        with tempfile.TemporaryFile() as file:
            for data in reader.read(part.name):
                file.write(data)
            file.seek(0)
            await stores.attachments[0].put(part.name.removeprefix(ATTACHMENTS), file)
        progress.advance(part.bytes)


async def _compare(stores: Stores, index: Index) -> None:
    """See that each table has the rows that it had.

    Raises:
        DamagedError: names the table.
    """
    async with stores.engine.connect() as connection:
        rows = await database.count_rows(connection)
    wrong = [
        f"{table}: {rows.get(table, 0)} of {count}"
        for table, count in index.rows.items()
        if table != "alembic_version" and rows.get(table) != count
    ]
    if wrong:
        raise DamagedError(f"Not all rows came back ({', '.join(wrong)})", cure="Take another backup")


async def _point_at(stores: Stores, index: Index) -> None:
    """Let attachments refer to the store in which they are now."""
    to = stores.attachments[0].prefix
    async with stores.engine.begin() as connection:
        for before in index.attachments:
            if before != to:
                await connection.execute(
                    text(
                        "update attachment set ref = :to || substr(ref, length(:before) + 1)"
                        " where starts_with(ref, :before)"
                    ),
                    {"to": to, "before": before},
                )


async def _publish(stores: Stores, reader: Reader, name: str, progress: Progress) -> int:
    stream = reader.index.streams[name]
    progress.begin(name, stream.messages)

    async def wanted(messages: Sequence[Record]) -> Sequence[Record]:
        if name != INBOUND or not messages:
            return messages
        async with stores.engine.connect() as connection:
            known = await database.known_places(connection, stream.epoch, [message.seq for message in messages])
        return [message for message in messages if message.seq not in known]

    count = await bus.publish(
        stores.bus.js, bus.records(reader.read(f"{STREAMS}{name}.jsonl")), wanted, progress.advance
    )
    return count if name == INBOUND else 0
