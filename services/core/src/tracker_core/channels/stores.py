"""Where the bytes of files can lie: the port, and JetStream's object store behind it.

The other adapter is in `stores_s3`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import IO, Protocol

import nats.js.errors
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from tracker_core.bus import FILES_STORE
from tracker_core.errors import UnavailableError

SCHEME = "object://files/"
TRANSFER_SECONDS = 120.0
"""For the bytes of one file, either way: 100 MiB at 7 Mbit/s."""

_FULL = {10077, 10023, 10047}
"""A limit of the stream, or of the server (https://github.com/nats-io/nats-server/blob/main/server/errors.json)."""


class FilesUnavailableError(UnavailableError):
    """The store of files does not answer, or refuses us."""

    title = "The store of files is unavailable"


class FilesFullError(FilesUnavailableError):
    """There is no room, which waiting does not change."""


class FileStore(Protocol):
    """Bytes by a key that is made of them: what is there is never another."""

    @property
    def prefix(self) -> str:
        """Begin of the references to what lies here; the key follows."""

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Keep the bytes; nothing is sent when they are there.

        Raises:
            FilesUnavailableError: the store does not take them now.
            FilesFullError: there is no room.
        """

    async def get_into(self, key: str, into: IO[bytes]) -> bool:
        """Write the bytes to a file; return False when they are not here.

        Raises:
            FilesUnavailableError: the store does not answer.
        """

    def keys(self) -> AsyncIterator[str]:
        """Return what is here, for a backup.

        Raises:
            FilesUnavailableError: the store does not answer.
        """


class JetStreamStore:
    """NATS; chunks go over the bus, so a large file never is one large message."""

    prefix = SCHEME

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def put(self, key: str, content: IO[bytes]) -> None:
        """As `FileStore`."""
        with _named():
            async with asyncio.timeout(TRANSFER_SECONDS):
                store = await self._js.object_store(FILES_STORE)
                try:
                    await store.get_info(key)
                except nats.js.errors.ObjectNotFoundError:
                    await store.put(key, content)  # type: ignore[arg-type] # any file will do

    async def get_into(self, key: str, into: IO[bytes]) -> bool:
        """As `FileStore`."""
        with _named():
            async with asyncio.timeout(TRANSFER_SECONDS):
                # Not an object is not found either; deleted ones are gone.
                with contextlib.suppress(nats.js.errors.ObjectNotFoundError, nats.js.errors.ObjectDeletedError):
                    await (await self._js.object_store(FILES_STORE)).get(key, writeinto=into)  # type: ignore[arg-type] # any file will do
                    return True
                return False

    async def keys(self) -> AsyncIterator[str]:
        """As `FileStore`."""
        with _named():
            try:
                async with asyncio.timeout(TRANSFER_SECONDS):
                    found = await (await self._js.object_store(FILES_STORE)).list(ignore_deletes=True)
            except nats.js.errors.NotFoundError:
                return  # it is empty
        for info in found:
            yield info.name


@contextlib.contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except nats.js.errors.APIError as error:
        if error.err_code in _FULL:
            raise FilesFullError(
                "The object store of NATS is full", cure="Give it more room, or use S3 (TRACKER_S3__BUCKET)"
            ) from error
        raise FilesUnavailableError(
            f"The object store of NATS refuses: {error.description or 'it is not there'}",
            cure="Look at the log of NATS",
        ) from error
    except (NatsError, TimeoutError, OSError) as error:
        raise FilesUnavailableError(
            f"The object store of NATS does not answer ({type(error).__name__})", cure="It is tried again by itself"
        ) from error
