"""Attachments: their bytes in an object store, found by their digest.

The same file sent twice is kept once, and a retry after a crash stores nothing again. JetStream's object store is the
default and needs nothing else; its chunks go over the bus, so a large file never is one large message.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import IO

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.object_store import ObjectStore

from tracker_core.bus import FILES_STORE
from tracker_core.errors import NotFoundError
from tracker_core.inbound import Attachment
from tracker_core.manifests.source import AttachmentsSpec

SCHEME = "object://files/"


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


class Files:
    """The object store of attachments."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def store(self, name: str, media_type: str, content: bytes) -> Attachment:
        """Keep the bytes; return the attachment that refers to them."""
        digest = hashlib.sha256(content).hexdigest()
        store = await self._store()
        try:
            await store.get_info(digest)
        except nats.js.errors.ObjectNotFoundError:
            await store.put(digest, content)
        return Attachment(name=name, media_type=media_type, size=len(content), ref=f"{SCHEME}{digest}")

    async def load(self, ref: str) -> bytes:
        """Return the bytes of a file that is known to be small; raises as `load_into`."""
        await self.load_into(ref, buffer := BytesIO())
        return buffer.getvalue()

    async def load_into(self, ref: str, into: IO[bytes]) -> None:
        """Write the bytes to a file.

        Raises:
            NotFoundError: they are not, or not any more, in this store.
        """
        if ref.startswith(SCHEME):
            # Not an object is not found either; deleted ones are gone.
            with contextlib.suppress(nats.js.errors.ObjectNotFoundError, nats.js.errors.ObjectDeletedError):
                await (await self._store()).get(ref.removeprefix(SCHEME), writeinto=into)  # type: ignore[arg-type] # any file will do
                return
        raise NotFoundError("The bytes of this attachment are not kept here", cure="Open it in its channel")

    async def _store(self) -> ObjectStore:
        return await self._js.object_store(FILES_STORE)


def _matches(media_type: str, patterns: Iterable[str]) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return any(kind == p or (p.endswith("/*") and kind.startswith(p[:-1])) for p in map(str.lower, patterns))
