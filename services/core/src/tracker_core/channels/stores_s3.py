"""S3-compatible storage as the place of attachments: AWS, MinIO, Ceph, Garage, SeaweedFS, R2 and others.

Through obstore (https://developmentseed.org/obstore), which streams, signs (SigV4), splits large files into parts and
keeps connections by itself; docs/adr/0007 says why that one. It is imported only where a bucket is configured.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tracker_core.channels.stores import TRANSFER_SECONDS, FilesFullError, FilesUnavailableError
from tracker_core.errors import ConfigurationError
from tracker_core.settings import S3Settings

if TYPE_CHECKING:
    from obstore.store import S3Store as Client

S3_SCHEME = "s3://"
CONNECT = timedelta(seconds=5)
ANSWER = timedelta(seconds=30)
"""For one request: of a large file that is one part."""
RETRIES = 2
RETRY = timedelta(seconds=20)
"""For a request and its retries together; beyond, the Source says so and tries again by itself."""
PART_BYTES = 8 << 20
CHUNK_BYTES = 1 << 18
_KEY = re.compile("[0-9a-f]{64}")
"""A digest; what else lies in the bucket is somebody else's."""
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_FULL_CODES = {"XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"}
_FULL_STATUS = "507"


class S3Store:
    """One bucket.

    Raises:
        ConfigurationError: a file of the access key cannot be read.
    """

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._client: tuple[tuple[str, str], Client] | None = None
        self._keys()

    @property
    def prefix(self) -> str:
        """`s3://bucket/prefix/`."""
        return f"{S3_SCHEME}{self._settings.bucket}/{self._settings.prefix}"

    async def put(self, key: str, content: IO[bytes]) -> None:
        """As `FileStore`."""
        from obstore import head_async, put_async  # noqa: PLC0415 -- 16 MB that most installations never load

        with self.telling():
            async with asyncio.timeout(TRANSFER_SECONDS):
                client, path = self.client(), self._settings.prefix + key
                try:
                    await head_async(client, path)
                except FileNotFoundError:
                    await put_async(client, path, content, chunk_size=PART_BYTES)

    async def get_into(self, key: str, into: IO[bytes]) -> bool:
        """As `FileStore`."""
        from obstore import get_async  # noqa: PLC0415

        with self.telling():
            async with asyncio.timeout(TRANSFER_SECONDS):
                try:
                    found = await get_async(self.client(), self._settings.prefix + key)
                except FileNotFoundError as error:
                    if "NoSuchBucket" in str(error):
                        raise
                    return False
                async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                    await asyncio.to_thread(into.write, bytes(chunk))
                return True

    async def keys(self) -> AsyncIterator[str]:
        """As `FileStore`."""
        from obstore import list as list_objects  # noqa: PLC0415

        with self.telling():
            async for page in list_objects(self.client(), self._settings.prefix or None):
                for found in page:
                    key = found["path"].removeprefix(self._settings.prefix)
                    if _KEY.fullmatch(key):
                        yield key

    def client(self) -> "Client":
        """Return a client of the bucket; built again when the key was replaced, without a restart."""
        from obstore.store import S3Store as Client  # noqa: PLC0415

        keys, settings = self._keys(), self._settings
        if self._client is None or self._client[0] != keys:
            client = Client(
                settings.bucket,
                region=settings.region,
                access_key_id=keys[0],
                secret_access_key=keys[1],
                virtual_hosted_style_request=not settings.path_style,
                client_options={
                    "allow_http": settings.endpoint.startswith("http://"),
                    "connect_timeout": CONNECT,
                    "timeout": ANSWER,
                },
                retry_config={"max_retries": RETRIES, "retry_timeout": RETRY},
                config={"endpoint": settings.endpoint} if settings.endpoint else None,
            )
            self._client = keys, client
        return self._client[1]

    def _keys(self) -> tuple[str, str]:
        return _read(self._settings.access_key_file), _read(self._settings.secret_key_file)

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """Turn what obstore raises into errors that name the bucket and the cure."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError  # noqa: PLC0415

        where = f"The S3 bucket '{self._settings.bucket}'"
        try:
            yield
        except FileNotFoundError as error:
            raise FilesUnavailableError(
                f"{where} does not exist", cure="Create it, or mend TRACKER_S3__BUCKET"
            ) from error
        except (BaseError, OSError) as error:
            text = str(error)
            code, status = _CODE.search(text), _STATUS.search(text)
            said = " ".join(found[1] for found in (status, code) if found)
            if (code and code[1] in _FULL_CODES) or (status and status[1] == _FULL_STATUS):
                raise FilesFullError(f"{where} is full ({said})", cure="Give it more room") from error
            if isinstance(error, PermissionDeniedError | UnauthenticatedError):
                raise FilesUnavailableError(
                    f"{where} refuses the access key ({said or type(error).__name__})",
                    cure="TRACKER_S3__ACCESS_KEY_FILE and …SECRET_KEY_FILE need a key that may read and write there",
                ) from error
            raise FilesUnavailableError(
                f"{where} cannot be used ({said or 'no connection, or no answer in time'})",
                cure=f"Look at {self._settings.endpoint or 'the status of S3'}; it is tried again by itself",
            ) from error


def _read(path: Path) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The S3 key file {path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}",
            cure="Set TRACKER_S3__ACCESS_KEY_FILE and TRACKER_S3__SECRET_KEY_FILE to files with the access key",
        ) from error
    if not value:
        raise ConfigurationError(f"The S3 key file {path} is empty", cure="Write the access key into it")
    return value
