"""Reads one e-mail as the world writes them: broken charsets, HTML only, no Message-ID, dates of no calendar.

The mail Source and the importers need the same answer to "what does this mail say, and which thread is it of", so it
lives here, pure: bytes in, `Mail` out. The parser is the stdlib's `compat32` one, which keeps a broken header as it is;
`policy.default` raises on many of them. Whatever still breaks is a `MalformedError`, never another exception.
"""

import codecs
import hashlib
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final

import msgspec

from tracker_core.errors import MalformedError
from tracker_core.inbound import MAX_TEXT, Attachment, Sender

_MAX_HTML: Final = 1_000_000
"""Characters of HTML that are turned into text."""
_MAX_HEADER: Final = 32 * 1024
_MAX_MIME_HEADER: Final = 8 * 1024
"""Characters of one header that are read."""
_MAX_PARTS: Final = 1_000
"""MIME parts that are looked at; a real mail has tens."""
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9]*|[!?])")
_HREF: Final = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_BLOCK: Final = re.compile(
    "br|address|article|aside|blockquote|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|main|nav|ol|p|pre"
    "|section|table|tr|ul"
)
_HIDDEN: Final = {"script", "style", "template", "title"}
_CLOCK_SKEW: Final = timedelta(days=2)
"""A date this far in the future is not believed."""
_BETWEEN: Final = "raw-unicode-escape"
"""How `decode_header` returns the words between encoded ones."""
_MESSAGE_ID: Final = re.compile(r"<([^<>\s]+)>")
_READABLE: Final = {"text/plain", "text/html", "text/markdown"}
_CHARSETS: Final = {
    "gb2312": "gb18030",  # what is labelled with the older standard uses the newer one
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252",  # as browsers do (https://encoding.spec.whatwg.org/#names-and-labels)
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
}
_NOT_CHARSETS: Final = re.compile(
    "base64|bz2|hex|quopri|rot.13|uu|zlib|mbcs|oem|(raw.)?unicode.escape|idna|punycode|undefined"
)
"""Codecs of Python that no mail means by its charset."""


class _BoundedHeaders(Compat32):
    """The stdlib takes a time that grows with the square of a parameter list's length, so the length gets a bound."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[: _MAX_MIME_HEADER if name.lower().startswith("content-") else _MAX_HEADER]


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says."""

    message_id: str
    """Without angle brackets; of a mail that has none, `sha256:` and the digest of its bytes."""
    subject: str
    sender: Sender
    sent_at: datetime
    """Aware, with the sender's offset."""
    text: str
    """The readable body: plain text where there is some, else the HTML as text."""
    conversation: str
    """Message id of the thread's first mail, as far as the headers tell."""
    reply_to: str
    attachments: tuple[Attachment, ...]
    notes: tuple[str, ...]
    """What had to be repaired: `no_message_id`, `date_from_received`, `date_missing`."""


def read_mail(data: bytes, received_at: datetime) -> Mail:
    """Read one mail (RFC 5322 with MIME).

    Args:
        data: The mail as it came, any line ends.
        received_at: Aware; its date when the mail has none that can be believed.

    Raises:
        MalformedError: there is no header, or the mail is built to break parsers.
    """
    try:
        mail = BytesParser(policy=_BoundedHeaders()).parsebytes(data)
        return _read(mail, data, received_at)
    except MalformedError:
        raise
    except Exception as error:  # the mail is hostile by assumption, and the stdlib's exceptions are not documented
        raise MalformedError(f"the mail cannot be parsed: {type(error).__name__}: {error}") from error


def _read(mail: Message, data: bytes, received_at: datetime) -> Mail:
    if not mail.keys():
        raise MalformedError("the mail has no header")
    sent_at, date_note = _date(mail, received_at)
    own = _ids(_header(mail, "Message-ID")) or _header(mail, "Message-ID").split()[:1]
    message_id = own[0] if own else content_digest(data)
    answered = _ids(_header(mail, "In-Reply-To"))
    thread = _ids(_header(mail, "References")) or answered
    text, attachments = _body(mail)
    notes = (*(() if own else ("no_message_id",)), *((date_note,) if date_note else ()))
    return Mail(
        message_id=message_id,
        subject=" ".join(decoded(_header(mail, "Subject")).split()),
        sender=_sender(_header(mail, "From") or _header(mail, "Sender")),
        sent_at=sent_at,
        text=text,
        conversation=thread[0] if thread else message_id,
        reply_to=answered[0] if answered else thread[-1] if thread else "",
        attachments=attachments,
        notes=notes,
    )


def content_digest(data: bytes) -> str:
    """Identity of a mail without Message-ID; line ends and the blank lines that mailboxes add do not count."""
    return "sha256:" + hashlib.sha256(data.replace(b"\r\n", b"\n").strip()).hexdigest()


def decoded(value: str) -> str:
    """Decode a header's encoded words (RFC 2047); what is not decodable stays as it came."""
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except Exception:  # noqa: BLE001 a broken encoded word is shown as it is
        return value
    return "".join(
        part if isinstance(part, str) else text_of(part, charset) if charset else part.decode(_BETWEEN, "replace")
        for part, charset in parts
    )


def text_of(data: bytes, charset: str | None) -> str:
    """Decode bytes by a label that may be missing, unknown or a lie."""
    codec = _codec(charset)
    for candidate in (codec, "utf-8"):
        try:
            if candidate:
                return data.decode(candidate)
        except ValueError:
            continue
    return data.decode(codec or "cp1252", "replace")


def _codec(charset: str | None) -> str | None:
    label = (charset or "").strip("\"' ").lower()
    try:
        codec = codecs.lookup(_CHARSETS.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return None if _NOT_CHARSETS.fullmatch(codec) else codec


def _header(mail: Message, name: str) -> str:
    """First header of that name, unfolded, its undeclared 8-bit bytes read as UTF-8 or Latin-1."""
    for key, value in mail.raw_items():
        if key.lower() == name.lower():
            raw = str(value).encode("utf-8", "surrogateescape")
            return re.sub(r"[\r\n]+", "", text_of(raw, None)).strip()
    return ""


def _ids(value: str) -> list[str]:
    return _MESSAGE_ID.findall(value)


def _sender(value: str) -> Sender:
    name, address = _address(value)
    if "@" not in address:  # the whole `Name <address>` may stand in one encoded word
        name, address = _address(decoded(value))
    if "@" not in address:
        return Sender(name=decoded(value))
    name = " ".join(decoded(name).split())
    return Sender(id=address.lower(), name=name or address, address=address)


def _address(value: str) -> tuple[str, str]:
    try:
        return parseaddr(value)
    except (RecursionError, ValueError, IndexError):
        return "", ""


def _date(mail: Message, received_at: datetime) -> tuple[datetime, str]:
    """Return the mail's date, else the date of its last hop, else `received_at`; and a note when it is not its own."""
    own = _believable(_header(mail, "Date"), received_at)
    if own:
        return own, ""
    hop = _believable(_header(mail, "Received").rpartition(";")[2], received_at)
    return (hop, "date_from_received") if hop else (received_at, "date_missing")


def _believable(value: str, received_at: datetime) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:  # "-0000": the time is UTC, the place is not said
            moment = moment.replace(tzinfo=UTC)
        plausible = moment.timestamp() >= 0 and moment <= received_at + _CLOCK_SKEW
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if plausible else None


def _body(mail: Message) -> tuple[str, tuple[Attachment, ...]]:
    texts: list[str] = []
    attachments: list[Attachment] = []
    for part in _leaves(mail):
        name = _filename(part)
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment" or bool(name)
        if attached or (kind not in _READABLE and not kind.startswith("multipart/")):  # multipart: without its boundary
            attachments.append(_attachment(part, kind, name))
        elif text := _text(part, kind):
            texts.append(text)
    return "\n\n".join(texts)[:MAX_TEXT], tuple(attachments)


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
    shown = [part for part in alternatives if part.get_content_type() != "text/calendar"]
    calendars = [part for part in alternatives if part.get_content_type() == "text/calendar"]
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


def _attachment(part: Message, kind: str, name: str) -> Attachment:
    if not name and kind == "message/rfc822" and isinstance(inner := part.get_payload(), list) and inner:
        name = decoded(_header(inner[0], "Subject")) + ".eml" if isinstance(inner[0], Message) else ""
    return Attachment(name=name or kind.replace("/", "."), media_type=kind, size=len(_payload(part)))


def text_of_html(page: str) -> str:
    """Turn HTML into readable text: blocks become lines, list items get a dash, links keep their address.

    A scanner of our own, in linear time: the stdlib's `html.parser` takes minutes for a few hundred kilobytes of `<!--`
    (CVE-2025-6069; not fixed in the Pythons that people have), and a mail may hold just that.
    """
    page = page[:_MAX_HTML]
    lowered = page.lower() if page.isascii() else re.sub("[A-Z]+", lambda m: m[0].lower(), page)  # keeps the length
    out: list[str] = []
    link: tuple[str, int] | None = None
    at, verbatim = 0, False
    while at < len(page):
        opening = page.find("<", at)
        out.append(_shown(page[at : opening if opening >= 0 else len(page)], verbatim=verbatim))
        if opening < 0:
            break
        comment = page.startswith("<!--", opening)
        tag = None if comment else _TAG.match(lowered, opening)
        if not comment and not tag:
            out.append("<")
            at = opening + 1
            continue
        name = tag[2] if tag else ""
        hidden = tag is not None and not tag[1] and name in _HIDDEN
        closing = page.find("-->", opening + 4) if comment else page.find(">", opening)
        if hidden:
            closing = page.find(">", max(0, lowered.find(f"</{name}", opening)) or len(page))
        if closing < 0:
            break  # what is never closed is never shown
        at = closing + (3 if comment else 1)
        if name == "a":
            if link:
                out.append(_address_of_link(link[0], "".join(out[link[1] :])))
            link = (_href(page[opening:closing]), len(out)) if tag and not tag[1] else None
        else:
            out.append(_break(name, opens=bool(tag and not tag[1])))
            verbatim = bool(tag and not tag[1]) if name == "pre" else verbatim
    lines = (" ".join(line.split()) for line in "".join(out).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _shown(text: str, *, verbatim: bool) -> str:
    text = text if verbatim else re.sub(r"\s+", " ", text)
    try:
        return html.unescape(text)
    except ValueError:  # a character reference of thousands of digits
        return text


def _break(tag: str, *, opens: bool) -> str:
    if tag == "li":
        return "\n- " if opens else ""
    if tag in {"td", "th"}:
        return " "
    return "\n\n" if tag == "p" else "\n" if _BLOCK.fullmatch(tag) else ""


def _href(tag: str) -> str:
    found = _HREF.search(tag)
    return _shown(found[1] or found[2] or found[3] or "", verbatim=True) if found else ""


def _address_of_link(address: str, shown: str) -> str:
    shown = " ".join(shown.split()).rstrip("/")
    return f" ({address})" if shown and shown not in address and address.startswith(("http://", "https://")) else ""
