"""One fetched mail to the message that the rest of the product knows; pure. Whatever a mail is, it becomes a message.

What cannot be parsed is a dead letter with its bytes; what no person wrote is a message to be ignored, with the reason.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import msgspec
from tracker_core.errors import MalformedError
from tracker_core.inbound import Attachment, InboundMessage, Sender, encode, inbound_message
from tracker_core.mail import Mail, MailFile, content_digest, read_mail
from tracker_core.manifests import Source
from tracker_core.manifests.source import EmailSpec

from tracker_ingestion.kinds.email.mailbox import Fetched
from tracker_ingestion.kinds.email.replies import is_own
from tracker_ingestion.kinds.email.structure import ListedFile

_ENVELOPE: Final = 4096
"""Bytes of the bus's own: subject and headers."""


@dataclass(frozen=True)
class Letter:
    """A message that lacks nothing but its files, whose bytes go another way."""

    message: InboundMessage
    files: tuple[MailFile, ...] = ()
    """To be stored, or referred to."""
    listed: tuple[ListedFile, ...] = ()
    """Not fetched; to be referred to."""


@dataclass(frozen=True)
class Reader:
    """How the mails of one Source are read."""

    source: Source
    max_bytes: int
    """Of one message on the bus."""

    @property
    def _spec(self) -> EmailSpec:
        assert self.source.spec.email is not None, "this process serves e-mail Sources only"
        return self.source.spec.email

    def read(self, fetched: Fetched, now: datetime) -> Letter:
        """Return the message of a mail; never raises for what is in it."""
        try:
            mail = read_mail(fetched.data, fetched.arrived or now)
            return self._letter(mail, fetched, now)
        except MalformedError as error:
            return Letter(self._dead(fetched, now, error.detail))
        except Exception as error:  # noqa: BLE001 -- a mail is hostile by assumption; it must not stop the mailbox
            return Letter(self._dead(fetched, now, f"the mail cannot be read: {type(error).__name__}: {error}"))

    def lost(self, uid: int, uidvalidity: int, now: datetime, why: str) -> InboundMessage:
        """Return the dead letter of a mail that the server does not give."""
        return inbound_message(
            source=self.source.key,
            external_id=f"imap:{uidvalidity}:{uid}",
            sent_at=now,
            received_at=now,
            text="",
            dead=f"The server does not give mail {uid} of this mailbox: {why}. It is still in the mailbox",
        )

    def with_files(self, message: InboundMessage, attachments: tuple[Attachment, ...]) -> InboundMessage:
        """Add the files, and make the whole fit the bus: the raw form gives way first."""
        message = msgspec.structs.replace(message, attachments=attachments)
        over = len(encode(message)) + _ENVELOPE - self.max_bytes
        if over > 0:
            # Base64 comes in fours; cut elsewhere, its last bytes could not be decoded.
            keep = max(0, len(message.raw) - over) // 4 * 4
            message = msgspec.structs.replace(message, raw=message.raw[:keep])
        return message

    def _letter(self, mail: Mail, fetched: Fetched, now: datetime) -> Letter:
        raw, encoding = _raw(fetched.data[: self.source.spec.ingest.max_message_bytes])
        message = inbound_message(
            source=self.source.key,
            external_id=mail.message_id,
            sent_at=mail.sent_at,
            received_at=now,
            text=mail.text,
            subject=mail.subject,
            sender=self._sender(mail),
            conversation=mail.conversation,
            reply_to=mail.reply_to,
            raw=raw,
            raw_encoding=encoding,
            ignored=self._ignored(mail, fetched),
        )
        if fetched.size <= len(fetched.data):
            return Letter(message, mail.files)
        return Letter(message, listed=fetched.files if fetched.files is not None else _seen(mail))

    def _sender(self, mail: Mail) -> Sender:
        """Answers go where the writer wants them, as of a web form; but never back into this mailbox."""
        own = {self._spec.auth.username.lower(), ((self._spec.smtp and self._spec.smtp.from_) or "").lower()}
        if mail.answer_to and mail.answer_to.lower() not in own:
            return msgspec.structs.replace(mail.sender, address=mail.answer_to)
        return mail.sender

    def _ignored(self, mail: Mail, fetched: Fetched) -> str:
        if is_own(mail.message_id):
            return "An answer that was sent from here"
        if mail.automatic and self._spec.drop_auto_replies:
            return f"Automatic mail: {mail.automatic}"
        if not mail.text and not mail.subject and not mail.files and not fetched.files:
            return "The mail is empty"
        return ""

    def _dead(self, fetched: Fetched, now: datetime, why: str) -> InboundMessage:
        data = fetched.data[: self.source.spec.ingest.max_message_bytes]
        return inbound_message(
            source=self.source.key,
            external_id=content_digest(fetched.data),
            sent_at=fetched.arrived or now,
            received_at=now,
            text="",
            raw=base64.b64encode(data).decode("ascii"),
            raw_encoding="base64",
            dead=why[:1].upper() + why[1:],
        )


def _raw(data: bytes) -> tuple[str, Literal["text", "base64"]]:
    if data.isascii() and b"\0" not in data:
        return data.decode("ascii"), "text"
    return base64.b64encode(data).decode("ascii"), "base64"


def _seen(mail: Mail) -> tuple[ListedFile, ...]:
    """The files that begin in what was fetched, for a server whose list cannot be understood."""
    return tuple(ListedFile(file.name, file.media_type, 0, "") for file in mail.files)
