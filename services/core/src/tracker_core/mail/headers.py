"""Header fields as they come: encoded words in any state, addresses that are none, dates of no calendar."""

import re
from datetime import UTC, datetime, timedelta
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from typing import Final

from tracker_core.inbound import Sender
from tracker_core.mail.charsets import text_of

_MAX_HEADER: Final = 32 * 1024
_MAX_MIME_HEADER: Final = 8 * 1024
"""Characters of one header that are read."""
_CLOCK_SKEW: Final = timedelta(days=2)
"""A date this far in the future is not believed."""
_BETWEEN: Final = "raw-unicode-escape"
"""How `decode_header` returns the words between encoded ones."""
_MESSAGE_ID: Final = re.compile(r"<([^<>\s]+)>")


class BoundedHeaders(Compat32):
    """The stdlib takes a time that grows with the square of a parameter list's length, so the length gets a bound.

    `compat32` keeps a broken header as it is; `policy.default` raises on many of them.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Split a header into name and value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[: _MAX_MIME_HEADER if name.lower().startswith("content-") else _MAX_HEADER]


def header(mail: Message, name: str) -> str:
    """First header of that name, unfolded, its undeclared 8-bit bytes read as UTF-8 or Latin-1."""
    for key, value in mail.raw_items():
        if key.lower() == name.lower():
            raw = str(value).encode("utf-8", "surrogateescape")
            return re.sub(r"[\r\n]+", "", text_of(raw, None)).strip()
    return ""


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


def ids(value: str) -> list[str]:
    """Message ids of a header, without their angle brackets."""
    return _MESSAGE_ID.findall(value)


def sender(value: str) -> Sender:
    """Who wrote it, by its From."""
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


def date(mail: Message, received_at: datetime) -> tuple[datetime, str]:
    """Return the mail's date, else the date of its last hop, else `received_at`; and a note when it is not its own."""
    own = _believable(header(mail, "Date"), received_at)
    if own:
        return own, ""
    hop = _believable(header(mail, "Received").rpartition(";")[2], received_at)
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
