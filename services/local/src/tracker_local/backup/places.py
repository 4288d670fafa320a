"""Where backups lie: a folder, or `s3://bucket/prefix/` through obstore."""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tracker_core.channels.stores_s3 import CHUNK_BYTES, PART_BYTES, S3_SCHEME, S3Store
from tracker_core.errors import ConfigurationError, NotFoundError

from tracker_local.backup.settings import BackupSettings

_NAME = re.compile(r"tasktracker-\d{8}T\d{6}Z\.zip(\.age)?")
TRANSFER_SECONDS = 24 * 3600.0


class Place(Protocol):
    """Archives by their names; names sort as their times do."""

    def shown(self, name: str) -> str:
        """Return the path or the URL of an archive."""

    @contextmanager
    def room(self) -> Iterator[Path]:
        """Return the folder that an archive is written into, or brought into."""

    async def keep(self, path: Path) -> None:
        """Take over an archive that is whole."""

    async def fetch(self, name: str, folder: Path) -> Path:
        """Return the path of an archive.

        Raises:
            NotFoundError: it is not there.
        """

    async def names(self) -> list[str]:
        """Return the archives, the oldest first."""

    async def remove(self, name: str) -> None:
        """Delete one."""


class Folder:
    """A folder on a disk that is here."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def shown(self, name: str) -> str:
        """As `Place`."""
        return str(self._path.absolute() / name)

    @contextmanager
    def room(self) -> Iterator[Path]:
        """As `Place`: the folder itself, so that the last step is one rename."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield self._path

    async def keep(self, path: Path) -> None:
        """As `Place`: it is there."""

    async def fetch(self, name: str, folder: Path) -> Path:  # noqa: ARG002 -- it is here
        """As `Place`."""
        path = self._path / name
        if not path.is_file():
            raise NotFoundError(f"There is no backup {path}", cure="`ls` shows what is there")
        return path

    async def names(self) -> list[str]:
        """As `Place`."""
        return sorted(path.name for path in self._path.iterdir() if _NAME.fullmatch(path.name))

    async def remove(self, name: str) -> None:
        """As `Place`."""
        (self._path / name).unlink(missing_ok=True)


class Bucket:
    """S3-compatible storage; an archive is whole on a disk before it is sent."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    def shown(self, name: str) -> str:
        """As `Place`."""
        return self._store.prefix + name

    @contextmanager
    def room(self) -> Iterator[Path]:
        """As `Place`: a folder of its own below TMPDIR."""
        with tempfile.TemporaryDirectory(prefix="tasktracker-") as folder:
            yield Path(folder)

    async def keep(self, path: Path) -> None:
        """As `Place`: a bucket shows an object when its last part has come."""
        from obstore import put_async  # noqa: PLC0415 -- 16 MB that most installations never load

        with self._store.telling():
            async with asyncio.timeout(TRANSFER_SECONDS):
                await put_async(self._store.client(), self._key(path.name), path, chunk_size=PART_BYTES)

    async def fetch(self, name: str, folder: Path) -> Path:
        """As `Place`."""
        from obstore import get_async  # noqa: PLC0415

        path = folder / name
        with self._store.telling():
            async with asyncio.timeout(TRANSFER_SECONDS):
                try:
                    found = await get_async(self._store.client(), self._key(name))
                except FileNotFoundError as error:
                    if "NoSuchBucket" in str(error):
                        raise
                    raise NotFoundError(f"There is no backup {self.shown(name)}") from None
                with path.open("wb") as file:
                    async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                        file.write(chunk)
        return path

    async def names(self) -> list[str]:
        """As `Place`."""
        from obstore import list as list_objects  # noqa: PLC0415

        begin, found = self._key(""), []
        with self._store.telling():
            async for page in list_objects(self._store.client(), begin or None):
                found += [item["path"].removeprefix(begin) for item in page]
        return sorted(name for name in found if _NAME.fullmatch(name))

    async def remove(self, name: str) -> None:
        """As `Place`."""
        from obstore import delete_async  # noqa: PLC0415

        with self._store.telling():
            await delete_async(self._store.client(), self._key(name))

    def _key(self, name: str) -> str:
        return self._store.prefix.removeprefix(S3_SCHEME).partition("/")[2] + name


def place(target: str, settings: BackupSettings) -> Place:
    """Return the place that is meant.

    Raises:
        ConfigurationError: it is in S3, and there is no access.
    """
    if not target.startswith(S3_SCHEME):
        return Folder(Path(target))
    access = settings.backup.s3 or settings.s3
    if access is None:
        raise ConfigurationError(
            f"There is no access key for {target}",
            cure="Set TRACKER_BACKUP__S3__BUCKET, …__ACCESS_KEY_FILE and …__SECRET_KEY_FILE, or those of TRACKER_S3__",
        )
    bucket, _, prefix = target.removeprefix(S3_SCHEME).partition("/")
    prefix = prefix.strip("/")
    return Bucket(S3Store(access.model_copy(update={"bucket": bucket, "prefix": f"{prefix}/" if prefix else ""})))


def split(archive: str) -> tuple[str, str]:
    """Split the path or URL of an archive into its place and its name."""
    folder, _, name = archive.rpartition("/")
    return folder or ".", name
