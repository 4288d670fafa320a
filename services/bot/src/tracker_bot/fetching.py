"""The bytes of files that come with messages: fetched from Telegram, kept in the object store.

A file that is not kept (the manifest refuses it, it is too large for the Bot API, Telegram does not give it) stays an
attachment with its name and size, and its message goes on.
"""

import asyncio
import logging
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import IO

from aiogram.exceptions import TelegramBadRequest
from tracker_core.channels.files import refuse
from tracker_core.channels.process import Served
from tracker_core.channels.stores import FilesFullError
from tracker_core.inbound import Attachment

from tracker_bot.account import Account
from tracker_bot.media import REF, Media
from tracker_bot.place import stored
from tracker_bot.troubles import FAILURES, diagnose

log = logging.getLogger(__name__)

MAX_BYTES = 20_000_000
"""What getFile gives at most (https://core.telegram.org/bots/api#getfile)."""
BUDGET = 30.0
"""Seconds for all files of one message; what is not here then stays at Telegram. Less than a webhook's call may take:
or it would be called again and again."""
_IN_MEMORY = 1 << 20
"""Bytes from which a file on its way goes over the disk."""
_TRIES = 3
_AT_ONCE = 2
"""Files that are on their way at the same time."""


class OversizeError(ValueError):
    """More bytes than were announced, and more than are wanted."""


class Fetching:
    """Fetches the files of one Source."""

    def __init__(self, served: Served, account: Account) -> None:
        self._served = served
        self._account = account
        self._spec = served.source.spec.ingest.attachments
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, media: list[Media]) -> tuple[Attachment, ...]:
        """Return the attachments of a message; their bytes are stored where that is wanted and possible."""
        if self._spec.policy == "Drop":
            return ()
        until = monotonic() + BUDGET
        return tuple([await self._attachment(item, until) for item in media])

    async def _attachment(self, media: Media, until: float) -> Attachment:
        refusal = refuse(self._spec, media.media_type, media.size)
        if refusal is not None:
            why = refusal.reason
        elif media.size > MAX_BYTES:
            why = f"{media.size} bytes are more than the {MAX_BYTES} that Telegram gives to bots"
        else:
            async with self._places:
                with SpooledTemporaryFile(_IN_MEMORY) as content:
                    why = await self._content(media, content, until)
                    attachment = (
                        None if why else await stored(self._served.condition, lambda: self._keep(media, content))
                    )
            if attachment is not None:
                return attachment
            why = why or "the store of files is full"
        log.warning("Source %s: file '%s' stays at Telegram: %s", self._served.key, media.name, why)
        self._served.condition.note(f"File '{media.name}' stays at Telegram: {why}")
        return Attachment(name=media.name, media_type=media.media_type, size=media.size, ref=REF + media.file_id)

    async def _keep(self, media: Media, content: IO[bytes]) -> Attachment | None:
        """Store the bytes; return None when there is no room, which waiting would not change."""
        try:
            return await self._served.files.store(media.name, media.media_type, content)
        except FilesFullError:
            return None

    async def _content(self, media: Media, into: IO[bytes], until: float) -> str:
        """Fetch the bytes; return why there are none, or nothing."""
        why = "there was no time left for it"
        for attempt in range(1, _TRIES + 1):
            try:
                async with asyncio.timeout(until - monotonic()):
                    await self._download(media.file_id, into)
                    return ""
            except TelegramBadRequest as error:
                return error.message
            except OversizeError as error:
                return str(error)
            except FAILURES as error:
                trouble = diagnose(error)
                why = self._account.redact(trouble.detail)
                wait = trouble.wait(attempt)
                if monotonic() + wait >= until:
                    break
                await asyncio.sleep(wait)
        return why

    async def _download(self, file_id: str, into: IO[bytes]) -> None:
        bot = self._account.bot
        file = await bot.get_file(file_id)
        limit = min(self._spec.max_bytes, MAX_BYTES)
        if (file.file_size or 0) > limit:
            raise OversizeError(f"{file.file_size} bytes are more than {limit}")
        if not file.file_path:
            raise ValueError("Telegram names no path")
        into.seek(0)
        into.truncate()
        size = 0
        url = bot.session.api.file_url(bot.token, file.file_path)
        async for chunk in bot.session.stream_content(url, timeout=int(BUDGET)):
            size += len(chunk)
            if size > limit:
                raise OversizeError(f"more than {limit} bytes came")
            into.write(chunk)
