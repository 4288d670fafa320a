"""Opens a file that came with a message.

A stranger chose its name, its type and its bytes. So what a browser could run is only ever downloaded, under a type
that it does not know; what it can merely show has a type from a short list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from urllib.parse import quote
from uuid import UUID

from tracker_core.database import reading
from tracker_core.errors import NotFoundError
from tracker_core.repositories import messages as repository
from tracker_core.repositories.messages import AttachmentRow

from tracker_api.auth import Principal
from tracker_api.context import Context

SHOWN = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "video/mp4",
        "video/webm",
    }
)
"""Types that a browser shows and does not run; SVG is none of them, it can hold scripts."""
UNKNOWN = "application/octet-stream"
IN_MEMORY = 1 << 20
"""Bytes from which a file on its way goes over the disk."""
CHUNK = 1 << 18


@dataclass(frozen=True)
class Opened:
    """A file that is ready to be sent."""

    file: SpooledTemporaryFile[bytes]
    media_type: str
    headers: Mapping[str, str]

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes and close the file; read in a thread, because it may be on the disk."""
        with self.file:
            while chunk := self.file.read(CHUNK):
                yield chunk


async def open_attachment(context: Context, principal: Principal, attachment_id: UUID, *, inline: bool) -> Opened:
    """Fetch the bytes from the store of files.

    Raises:
        NotFoundError: There is no such file, or its bytes are not kept.
        FilesUnavailableError: The store does not answer.
    """
    async with reading(context.engine) as connection:
        row = await repository.find_attachment(connection, principal.workspace_id, attachment_id)
    if row is None:
        raise NotFoundError(f"There is no attachment {attachment_id}", cure="Its message lists those that there are")
    file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- closed when it was sent
    try:
        await context.files.load_into(row.ref, file)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    shown = inline and row.media_type in SHOWN
    headers = {"content-length": str(size), "content-disposition": _disposition(row, inline=shown)}
    return Opened(file, row.media_type if row.media_type in SHOWN else UNKNOWN, headers)


def _disposition(row: AttachmentRow, *, inline: bool) -> str:
    # RFC 6266 and RFC 8187; folders in a name are nobody's business.
    name = row.name.replace("\\", "/").rpartition("/")[2] or "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"%;' else "_" for c in name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
