"""The parts of a mail: which of them a reader is shown, and which are files (RFC 2045 to 2049, and what people do)."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

import msgspec

from tracker_core.errors import MalformedError
from tracker_core.inbound import MAX_TEXT
from tracker_core.mail.calendars import invitation
from tracker_core.mail.charsets import text_of
from tracker_core.mail.headers import decoded, header
from tracker_core.mail.markup import text_of_html
from tracker_core.mail.tnef import TNEF_TYPES, unpack

_MAX_PARTS: Final = 1_000
"""MIME parts that are looked at; a real mail has tens."""
_READABLE: Final = {"text/plain", "text/html", "text/markdown"}
_CALENDAR: Final = "text/calendar"


class MailFile(msgspec.Struct, frozen=True):
    """A file in a mail, decoded."""

    name: str
    media_type: str
    content: bytes


def body(mail: Message) -> tuple[str, tuple[MailFile, ...]]:
    """Return what the mail says, and its files."""
    texts: list[str] = []
    files: list[MailFile] = []
    for part in _leaves(mail):
        name = _filename(part)
        kind = part.get_content_type()
        if kind in TNEF_TYPES or name.lower() == "winmail.dat":
            said, packed = _unpacked(part, name)
            texts += [said] if said and not texts else []
            files += packed
        elif kind == _CALENDAR:
            texts += filter(None, [invitation(text_of(_payload(part), part.get_content_charset()))])
            files.append(MailFile(name or "invite.ics", kind, _payload(part)))
        elif _is_file(part, kind, name):
            files.append(_file(part, kind, name))
        elif text := _text(part, kind):
            texts.append(text)
    return "\n\n".join(texts)[:MAX_TEXT], tuple(files)


def _is_file(part: Message, kind: str, name: str) -> bool:
    attached = part.get_content_disposition() == "attachment" or bool(name)
    return attached or (kind not in _READABLE and not kind.startswith("multipart/"))  # multipart: without its boundary


def _leaves(part: Message) -> Iterator[Message]:
    """Yield the parts that are shown or attached: of alternatives one, of an attached mail only itself."""
    pending, seen = [part], 0
    while pending and seen < _MAX_PARTS:
        part, seen = pending.pop(), seen + 1
        content = part.get_payload()
        children = [child for child in content if isinstance(child, Message)] if isinstance(content, list) else []
        if part.get_content_maintype() != "multipart" or not children:
            if part.get_content_maintype() != "multipart" or content:
                yield part
        elif part.get_content_subtype() == "alternative":
            pending += reversed(_chosen(children))
        else:
            pending += reversed(children)


def _chosen(alternatives: list[Message]) -> list[Message]:
    """Of the same content in several forms: plain text if it says anything, else the richest; never drop a calendar."""
    shown = [part for part in alternatives if part.get_content_type() != _CALENDAR]
    calendars = [part for part in alternatives if part.get_content_type() == _CALENDAR]
    plain = [part for part in shown if part.get_content_type() == "text/plain" and _text(part, "text/plain")]
    return (plain or shown)[-1:] + calendars


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""  # an attached mail is not bytes again


def _text(part: Message, kind: str) -> str:
    text = text_of(_payload(part), part.get_content_charset())
    if kind == "text/html":
        return text_of_html(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format", "")).lower() == "flowed":
        joint = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
        text = re.sub(r"(?m)^(?!-- $)([^>\n][^\n]*?) \n(?=[^>\n])", rf"\1{joint}", text)
    return text.strip()


def _filename(part: Message) -> str:
    name = part.get_filename()
    return decoded(text_of(name.encode("utf-8", "surrogateescape"), None)).strip() if name else ""


def _file(part: Message, kind: str, name: str) -> MailFile:
    content, inner = _payload(part), part.get_payload()
    if kind == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
        name = name or decoded(header(inner[0], "Subject")) + ".eml"
        content = _written(inner[0])
    return MailFile(name or kind.replace("/", "."), kind, content)


def _written(mail: Message) -> bytes:
    try:
        return mail.as_bytes()
    except Exception:  # noqa: BLE001 what it is made of was parsed from bytes in any state
        return b""


def _unpacked(part: Message, name: str) -> tuple[str, list[MailFile]]:
    """Open Outlook's own envelope; one that is broken stays a file, so that nothing is lost."""
    data = _payload(part)
    try:
        envelope = unpack(data)
    except MalformedError:
        return "", [MailFile(name or "winmail.dat", "application/ms-tnef", data)]
    said = text_of_html(envelope.html) if envelope.html and not envelope.text else envelope.text
    return said.strip(), [MailFile(file.name, file.media_type, file.content) for file in envelope.files]
