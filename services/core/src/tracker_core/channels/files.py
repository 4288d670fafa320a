"""Attachments: their bytes in a store of files, found by their digest.

The same file sent twice is kept once, and a retry after a crash stores nothing again. JetStream's object store is the
default and needs nothing else; a bucket of S3-compatible storage takes its place when one is configured. What lies in
the other one stays readable: a reference names its store.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from os import SEEK_END
from typing import IO

from nats.js import JetStreamContext

from tracker_core.channels.stores import SCHEME, FileStore, JetStreamStore
from tracker_core.channels.stores_s3 import S3_SCHEME, S3Store
from tracker_core.errors import NotFoundError
from tracker_core.inbound import Attachment
from tracker_core.manifests.source import AttachmentsSpec
from tracker_core.settings import S3Settings

_SCHEMES = (SCHEME, S3_SCHEME)


@dataclass(frozen=True)
class Refusal:
    """Why the bytes of a file are not kept; its name and size are, all the same."""

    reason: str


def refuse(spec: AttachmentsSpec, media_type: str, size: int) -> Refusal | None:
    """Say why a Source does not keep such a file; None when it does.

    Args:
        spec: `spec.ingest.attachments`.
        media_type: `image/png`; the manifest's patterns may end in `/*`.
        size: Bytes.
    """
    if spec.policy != "Store":
        return Refusal(f"attachments.policy is {spec.policy}")
    if size > spec.max_bytes:
        return Refusal(f"{size} bytes are more than attachments.maxBytes of {spec.max_bytes}")
    if spec.media_types and not _matches(media_type, spec.media_types):
        return Refusal(f"{media_type} is not among attachments.mediaTypes")
    return None


def is_kept(ref: str) -> bool:
    """Say whether a reference is to bytes of ours, and not to a place in the channel."""
    return ref.startswith(_SCHEMES)


class Files:
    """The store of attachments.

    Args:
        js: JetStream.
        s3: Where files go instead of JetStream's object store.

    Raises:
        ConfigurationError: a file of the S3 access key cannot be read.
    """

    def __init__(self, js: JetStreamContext, s3: S3Settings | None = None) -> None:
        own = JetStreamStore(js)
        self._writing: FileStore = S3Store(s3) if s3 is not None else own
        self._reading: tuple[FileStore, ...] = (own,) if s3 is None else (self._writing, own)

    async def store(self, name: str, media_type: str, content: bytes | IO[bytes]) -> Attachment:
        """Keep the bytes; return the attachment that refers to them.

        Args:
            name: As its sender called it.
            media_type: `image/png`.
            content: The bytes, or a file of them, which is read from its beginning and stays open.

        Raises:
            FilesUnavailableError: the store does not take them now; whoever has the file must keep it.
            FilesFullError: there is no room.
        """
        file = BytesIO(content) if isinstance(content, bytes) else content
        digest, size = await asyncio.to_thread(_measure, file)
        await self._writing.put(digest, file)
        return Attachment(name=name, media_type=media_type, size=size, ref=f"{self._writing.prefix}{digest}")

    async def load(self, ref: str) -> bytes:
        """Return the bytes of a file that is known to be small; raises as `load_into`."""
        await self.load_into(ref, buffer := BytesIO())
        return buffer.getvalue()

    async def load_into(self, ref: str, into: IO[bytes]) -> None:
        """Write the bytes to a file.

        Raises:
            NotFoundError: they are not, or not any more, in this store.
            FilesUnavailableError: the store does not answer.
        """
        for store in self._reading:
            if ref.startswith(store.prefix) and await store.get_into(ref.removeprefix(store.prefix), into):
                return
        if ref.startswith(S3_SCHEME) and not any(ref.startswith(store.prefix) for store in self._reading):
            raise NotFoundError(
                f"The bytes of this attachment are in {ref.rpartition('/')[0]}, which is not configured here",
                cure="Set TRACKER_S3__BUCKET and the other TRACKER_S3__ variables to that store",
            )
        raise NotFoundError("The bytes of this attachment are not kept here", cure="Open it in its channel")


def _measure(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # any file will do
    size = file.seek(0, SEEK_END)  # not where the digest stopped: of BytesIO it takes the buffer
    file.seek(0)
    return digest, size


def _matches(media_type: str, patterns: Iterable[str]) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return any(kind == p or (p.endswith("/*") and kind.startswith(p[:-1])) for p in map(str.lower, patterns))
