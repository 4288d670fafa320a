"""Files of a message: fetched with the bot's token when the Source keeps such files, else referred to.

The token goes to Slack's own hosts only: a file that lives elsewhere (Google Drive …) brings a stranger's address. A
file that cannot be fetched never holds its message back.
"""

import asyncio
import logging
from collections.abc import Sequence
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO

import aiohttp
import msgspec
from tracker_core.channels.condition import Reason
from tracker_core.channels.files import Files, refuse
from tracker_core.channels.stores import FilesFullError, FilesUnavailableError
from tracker_core.inbound import Attachment
from tracker_core.manifests.source import AttachmentsSpec

from tracker_ingestion.kinds.slack.faults import SlackError, refused
from tracker_ingestion.kinds.slack.reading import File
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.web import Web, seconds_of

log = logging.getLogger(__name__)

FETCH_SECONDS = 60.0
"""For one file: 25 MiB at 4 Mbit/s."""
FETCH_TRIES = 3
FETCH_PAUSE = 1.0
MAX_FILES = 20
"""Of one message; Slack takes ten at once."""
IN_MEMORY = 1 << 20
"""Bytes from which a file on its way goes over the disk."""
STORE_SECONDS = 600.0
"""How long a file that was not stored is told of, when no other comes."""
_GONE = {"tombstone", "hidden_by_limit"}
_STORE_PAUSES = (0.5, 1.0, 2.0, 4.0, 0.0)


class Attachments:
    """Fetches the files of one Source."""

    def __init__(
        self, web: Web, session: aiohttp.ClientSession, files: Files, spec: AttachmentsSpec, standing: Standing
    ) -> None:
        self._web = web
        self._session = session
        self._files = files
        self._spec = spec
        self._standing = standing

    async def of(self, files: Sequence[File]) -> tuple[Attachment, ...]:
        """Return the attachments of a message."""
        if self._spec.policy == "Drop":
            return ()
        kept = [file for file in files[:MAX_FILES] if file.mode not in _GONE]
        return tuple([await self._attachment(file) for file in kept])

    async def _attachment(self, file: File) -> Attachment:
        try:
            file = await self._whole(file)
            reference = _reference(file)
            address = file.url_private_download or file.url_private or ""
            if refusal := refuse(self._spec, reference.media_type, reference.size):
                self._standing.note(f"Of file '{reference.name}' only a reference is kept: {refusal.reason}")
                return reference
            if not self._web.trusts(address):
                return reference
            with SpooledTemporaryFile(IN_MEMORY) as content:
                await self._patiently(address, reference.media_type, content)
                return await self._store(reference, content)
        except SlackError as error:
            if error.reason is Reason.FORBIDDEN:
                self._standing.trouble("files", error)
            log.warning("%s. Only a reference to it is kept", error)
            self._standing.note(f"Of a file only a reference is kept: {error}")
            return _reference(file)

    async def _whole(self, file: File) -> File:
        # Of files in channels that are shared with another workspace, an event says only the id.
        if file.file_access != "check_file_info":
            return file
        answer = await self._web.call("files.info", file=file.id)
        try:
            return msgspec.convert(answer.get("file"), File)
        except msgspec.ValidationError:
            return file

    async def _patiently(self, address: str, media_type: str, into: IO[bytes]) -> None:
        for _ in range(FETCH_TRIES - 1):
            try:
                return await self._fetch(address, media_type, into)
            except SlackError as error:
                if not error.passes:
                    raise
                await asyncio.sleep(min(error.retry_after or FETCH_PAUSE, FETCH_SECONDS))
        return await self._fetch(address, media_type, into)

    async def _fetch(self, address: str, media_type: str, into: IO[bytes]) -> None:
        headers = {"Authorization": f"Bearer {self._web.token}"}
        into.seek(0)
        into.truncate()
        size = 0
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                # A redirect leads to the log-in page, or to a host that must not see the token.
                self._session.get(address, headers=headers, allow_redirects=False) as answer,
            ):
                if _is_refused(answer, media_type):
                    raise refused("files", "missing_scope", needed="files:read")
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                    raise refused("files", "ratelimited", retry_after=seconds_of(answer.headers.get("Retry-After")))
                if answer.status != HTTPStatus.OK:
                    raise SlackError(Reason.PROVIDER_ERROR, f"Slack files: HTTP {answer.status}")
                async for chunk in answer.content.iter_chunked(1 << 16):
                    size += len(chunk)
                    if size > self._spec.max_bytes:
                        raise SlackError(
                            Reason.PROVIDER_ERROR,
                            f"Slack files: larger than said, over attachments.maxBytes of {self._spec.max_bytes}",
                            code="too_large",
                        )
                    # To the disk from IN_MEMORY on; its cache takes it at once.
                    into.write(chunk)
        except TimeoutError:
            raise SlackError(Reason.SLOW, f"Slack files: not fetched within {FETCH_SECONDS:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise SlackError(Reason.UNREACHABLE, f"Slack files: {type(error).__name__}") from error

    async def _store(self, reference: Attachment, content: IO[bytes]) -> Attachment:
        self._standing.well("files")
        for pause in _STORE_PAUSES:
            try:
                kept = await self._files.store(reference.name, reference.media_type, content)
            except FilesUnavailableError as error:
                self._standing.trouble("store", error, Reason.FILES_UNAVAILABLE, seconds=STORE_SECONDS)
                if isinstance(error, FilesFullError):
                    break
                await asyncio.sleep(pause)
            else:
                self._standing.well("store")
                return kept
        self._standing.note(f"Of file '{reference.name}' only a reference is kept: it could not be stored")
        return reference


def _reference(file: File) -> Attachment:
    return Attachment(
        name=file.name or file.title or file.id,
        media_type=file.mimetype or "application/octet-stream",
        size=file.size or 0,
        ref=file.permalink or (file.url_private or "").partition("?")[0],
    )


def _is_refused(answer: aiohttp.ClientResponse, media_type: str) -> bool:
    """Whether Slack wants somebody to log in: by a refusal, on the way there, or by the page itself under 200."""
    page = answer.content_type == "text/html" and media_type != "text/html"
    return answer.status in {301, 302, 303, 307, 401, 403} or (answer.status == HTTPStatus.OK and page)
