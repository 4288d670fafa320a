"""From a fetched mail to the bus: its files to the object store first, then the message that refers to them."""

import asyncio
import logging
from datetime import UTC, datetime
from time import monotonic
from typing import Final
from urllib.parse import quote

from tracker_core.channels.condition import Reason
from tracker_core.channels.files import refuse
from tracker_core.channels.process import Served
from tracker_core.channels.stores import FilesFullError, FilesUnavailableError
from tracker_core.inbound import Attachment, InboundMessage
from tracker_core.mail import MailFile

from tracker_ingestion.kinds.email.mailbox import Fetched
from tracker_ingestion.kinds.email.reading import Letter, Reader

log = logging.getLogger(__name__)

_LONGEST_WAIT: Final = 30.0
_NOTE_LIFE: Final = 3600.0
"""Seconds."""
_IN_A_THREAD: Final = 100_000
"""Bytes of a mail whose parsing would be felt by the heartbeat."""


class Keeping:
    """Keeps the mails of one Source."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._note, self._noted = "", 0.0

    @property
    def note(self) -> str:
        """What a person should know of a mail that was lately not taken as it is."""
        return self._note if monotonic() - self._noted < _NOTE_LIFE else ""

    async def keep(self, reader: Reader, fetched: Fetched, uidvalidity: int) -> None:
        """Return when the bus has the message and everything it refers to."""
        now = datetime.now(UTC)
        if len(fetched.data) > _IN_A_THREAD:
            letter = await asyncio.to_thread(reader.read, fetched, now)
        else:
            letter = reader.read(fetched, now)
        attachments = await self._attachments(letter, fetched.uid, uidvalidity)
        await self.publish(reader.with_files(letter.message, attachments))
        if fetched.size > len(fetched.data):
            subject = letter.message.subject
            self._remark(f"A mail of {fetched.size} bytes was too large to be fetched whole: '{subject}'")

    async def publish(self, message: InboundMessage) -> None:
        """Return when the bus has it."""
        await self._served.intake.publish(message)
        if message.dead:
            self._remark(f"A mail is among the dead letters: {message.dead}")

    def _remark(self, note: str) -> None:
        self._note, self._noted = note, monotonic()

    async def _attachments(self, letter: Letter, uid: int, uidvalidity: int) -> tuple[Attachment, ...]:
        kept = [await self._attachment(file, uid, uidvalidity) for file in letter.files]
        return (
            *kept,
            *(
                Attachment(name, kind, size, self._url(uid, uidvalidity, section))
                for name, kind, size, section in letter.listed
            ),
        )

    async def _attachment(self, file: MailFile, uid: int, uidvalidity: int) -> Attachment:
        wanted = self._served.source.spec.ingest.attachments
        if refuse(wanted, file.media_type, len(file.content)) is None and file.content:
            try:
                return await self._stored(file)
            except FilesFullError as error:
                self._remark(f"File '{file.name}' stays in the mailbox: {error}")
        return Attachment(file.name, file.media_type, len(file.content), self._url(uid, uidvalidity))

    async def _stored(self, file: MailFile) -> Attachment:
        wait = 0.5
        while True:
            try:
                return await self._served.files.store(file.name, file.media_type, file.content)
            except FilesFullError:
                raise
            except FilesUnavailableError as error:
                self._served.condition.trouble(
                    Reason.FILES_UNAVAILABLE, f"{error}. Nothing is lost: the mail stays in the mailbox"
                )
                log.warning("Source %s: file not stored: %s; again in %.1f s", self._served.key, error.detail, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)

    def _url(self, uid: int, uidvalidity: int, section: str = "") -> str:
        """Where the bytes are (RFC 5092)."""
        spec = self._served.source.spec.email
        assert spec is not None, "this process serves e-mail Sources only"
        where = f"{quote(spec.auth.username, safe='')}@{spec.host}:{spec.port}/{quote(spec.mailbox)}"
        return f"imap://{where};UIDVALIDITY={uidvalidity}/;UID={uid}" + (f"/;SECTION={section}" if section else "")
