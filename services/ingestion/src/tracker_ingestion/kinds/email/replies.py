"""An answer as a mail in the thread it answers (RFC 5322, section 3.6.4); pure.

Its Message-ID comes from the reply's own id: sent twice after a crash it is the same mail, and one that appears in the
mailbox is known as ours.
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from tracker_core.errors import InvalidInputError
from tracker_core.outbound import OutboundReply

_OWN: Final = re.compile(r"tasktracker\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@[^@\s]+")
_ID: Final = re.compile(r"[^<>@\s]+@[^<>@\s]+")
_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+")
_RE: Final = re.compile(r"\s*(?:re|aw|sv|отв)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_MAX_SUBJECT: Final = 250


def own_id(reply: UUID, address: str) -> str:
    """Return the Message-ID of a reply, without angle brackets."""
    return f"tasktracker.{reply}@{address.rpartition('@')[2]}"


def is_own(message_id: str) -> bool:
    """Whether a mail is an answer that was sent from here."""
    return _OWN.fullmatch(message_id) is not None


def compose(reply: OutboundReply, address: str, now: datetime) -> EmailMessage:
    """Return the mail.

    Args:
        reply: What is to be sent.
        address: Of the mailbox, which it is from.
        now: Aware.

    Raises:
        InvalidInputError: there is nobody to send it to.
    """
    to = reply.recipient.address.strip()
    if not _ADDRESS.fullmatch(to):
        raise InvalidInputError(
            f"The message that is answered has no mail address to answer to ('{to[:80]}')", cure="Write to its sender"
        )
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998 if len(to) > 60 else 78))  # noqa: PLR2004
    mail["From"] = _mailbox(reply.author, address)
    mail["To"] = _mailbox("" if reply.recipient.name == to else reply.recipient.name, to)
    mail["Subject"] = _subject(reply.subject)
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
    mail.set_content(reply.text, charset="utf-8", cte="quoted-printable")
    return mail


def _subject(subject: str) -> str:
    subject = " ".join(subject.split())[:_MAX_SUBJECT]
    return subject if _RE.match(subject) else f"Re: {subject}".strip()


def _mailbox(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    printable = "".join(c for c in " ".join(name.split()) if c.isprintable())[:100]
    return Address(display_name=printable, username=user, domain=domain)
