"""The reading of a whole mail. Whatever breaks in it is a `MalformedError`, never another exception."""

import hashlib
from datetime import datetime
from email.message import Message
from email.parser import BytesParser

import msgspec

from tracker_core.errors import MalformedError
from tracker_core.inbound import Attachment, Sender
from tracker_core.mail.automatic import automatic
from tracker_core.mail.headers import BoundedHeaders, date, decoded, header, ids, sender
from tracker_core.mail.parts import MailFile, body
from tracker_core.mail.quotes import separate


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says."""

    message_id: str
    """Without angle brackets; of a mail that has none, `sha256:` and the digest of its bytes."""
    subject: str
    sender: Sender
    answer_to: str
    """Address of its Reply-To; empty when answers go to the sender."""
    sent_at: datetime
    """Aware, with the sender's offset."""
    text: str
    """What its writer wrote: plain text where there is some, else the HTML as text, without the two below."""
    quoted: str
    """The mail that it answers, as its writer's program repeats it."""
    signature: str
    conversation: str
    """Message id of the thread's first mail, as far as the headers tell."""
    reply_to: str
    files: tuple[MailFile, ...]
    automatic: str
    """What kind of automatic mail it is: a bounce, an out-of-office note, a newsletter; empty when a person wrote."""
    notes: tuple[str, ...]
    """What had to be repaired: `no_message_id`, `date_from_received`, `date_missing`."""

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files by name, type and size."""
        return tuple(Attachment(name=f.name, media_type=f.media_type, size=len(f.content)) for f in self.files)


def read_mail(data: bytes, received_at: datetime) -> Mail:
    """Read one mail (RFC 5322 with MIME).

    Args:
        data: The mail as it came, any line ends.
        received_at: Aware; its date when the mail has none that can be believed.

    Raises:
        MalformedError: there is no header, or the mail is built to break parsers.
    """
    try:
        mail = BytesParser(policy=BoundedHeaders()).parsebytes(data)
        return _read(mail, data, received_at)
    except MalformedError:
        raise
    except Exception as error:  # the mail is hostile by assumption, and the stdlib's exceptions are not documented
        raise MalformedError(f"the mail cannot be parsed: {type(error).__name__}: {error}") from error


def _read(mail: Message, data: bytes, received_at: datetime) -> Mail:
    if not mail.keys():
        raise MalformedError("the mail has no header")
    sent_at, date_note = date(mail, received_at)
    own = ids(header(mail, "Message-ID")) or header(mail, "Message-ID").split()[:1]
    message_id = own[0] if own else content_digest(data)
    answered = ids(header(mail, "In-Reply-To"))
    thread = ids(header(mail, "References")) or answered
    subject = " ".join(decoded(header(mail, "Subject")).split())
    text, files = body(mail)
    parts = separate(text, subject=subject, answers=bool(thread))
    notes = (*(() if own else ("no_message_id",)), *((date_note,) if date_note else ()))
    return Mail(
        message_id=message_id,
        subject=subject,
        sender=sender(header(mail, "From") or header(mail, "Sender")),
        answer_to=sender(header(mail, "Reply-To")).address,
        sent_at=sent_at,
        text=parts.own,
        quoted=parts.quoted,
        signature=parts.signature,
        conversation=thread[0] if thread else message_id,
        reply_to=answered[0] if answered else thread[-1] if thread else "",
        files=files,
        automatic=automatic(mail),
        notes=notes,
    )


def content_digest(data: bytes) -> str:
    """Identity of a mail without Message-ID; line ends and the blank lines that mailboxes add do not count."""
    return "sha256:" + hashlib.sha256(data.replace(b"\r\n", b"\n").strip()).hexdigest()
