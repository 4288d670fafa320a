"""An answer as a mail in the thread it answers (RFC 5322, section 3.6.4); pure.

Its Message-ID comes from the reply's own id: sent twice after a crash it is the same mail, and one that appears in the
mailbox is known as ours.
"""

import re
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.utils import format_datetime, formataddr
from typing import Final
from uuid import UUID

from tracker_core.errors import InvalidInputError
from tracker_core.outbound import OutboundReply

_OWN: Final = re.compile(r"tasktracker\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@[^@\s]+")
_ID: Final = re.compile(r"[^<>@\s]+@[^<>@\s]+")
_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+")
_RE: Final = re.compile(r"\s*(?:re|aw|sv|отв)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_MAX_SUBJECT: Final = 250
_QUOTED_PRINTABLE: Final = Charset("utf-8")
_QUOTED_PRINTABLE.body_encoding = QP
"""Readable in any program, and in the logs of a mail server."""


def own_id(reply: UUID, address: str) -> str:
    """Return the Message-ID of a reply, without angle brackets."""
    return f"tasktracker.{reply}@{address.rpartition('@')[2]}"


def is_own(message_id: str) -> bool:
    """Whether a mail is an answer that was sent from here."""
    return _OWN.fullmatch(message_id) is not None


def compose(reply: OutboundReply, address: str, now: datetime) -> Message:
    """Return the mail.

    The stdlib's older API: `EmailMessage` writes an id of more than 78 characters, such as Outlook's, as an encoded
    word, and no program finds the thread by that.

    Args:
        reply: What is to be sent.
        address: Of the mailbox, which it is from.
        now: Aware.

    Raises:
        InvalidInputError: there is nobody to send it to.
    """
    mail, charset = Message(), None if reply.subject.isascii() else "utf-8"
    mail.set_payload(reply.text, _QUOTED_PRINTABLE)
    mail["From"] = _mailbox(reply.author, address)
    mail["To"] = _mailbox(reply.recipient.name, recipient(reply))
    mail["Subject"] = Header(_subject(reply.subject), charset, header_name="Subject").encode()
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{own_id(reply.id, address)}>"
    if _ID.fullmatch(reply.reply_to):
        mail["In-Reply-To"] = f"<{reply.reply_to}>"
    thread = [item for item in dict.fromkeys((reply.conversation, reply.reply_to)) if _ID.fullmatch(item)]
    if thread:
        mail["References"] = " ".join(f"<{item}>" for item in thread)
    if not reply.author:
        # Nobody wrote it: no vacation program shall answer (RFC 3834; the second is Exchange's).
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
    return mail


def recipient(reply: OutboundReply) -> str:
    """Return the one address that it goes to.

    Raises:
        InvalidInputError: there is none.
    """
    to = reply.recipient.address.strip()
    user, _, domain = to.rpartition("@")
    try:
        to = f"{user}@{domain.encode('idna').decode('ascii')}" if domain else to
    except UnicodeError:
        domain = ""
    if not (_ADDRESS.fullmatch(to) and domain and to.isascii()):
        raise InvalidInputError(
            f"The message that is answered has no mail address to answer to ('{reply.recipient.address[:80]}')",
            cure="Write to its sender",
        )
    return to


def _subject(subject: str) -> str:
    subject = " ".join(subject.split())[:_MAX_SUBJECT]
    return subject if _RE.match(subject) else f"Re: {subject}".strip()


def _mailbox(name: str, address: str) -> str:
    printable = "".join(c for c in " ".join(name.split()) if c.isprintable())[:100]
    return formataddr(("" if printable == address else printable, address))
