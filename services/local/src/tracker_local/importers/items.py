"""What every importer yields and what it is given: one vocabulary for five file formats.

An importer never stops for a bad entry: it yields a `Reject` with a short stable reason, so that the numbers at the end
add up and the person can find the entry again.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
from tracker_core.errors import MalformedError
from tracker_core.inbound import InboundMessage

RAW_LIMIT: Final = 64 * 1024
"""Bytes of an entry that travel along as `raw`; of longer ones the file itself stays the only raw form."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_FUTURE: Final = (datetime(9001, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()

type Reason = Literal[
    "bad_date",  # the entry has a date that no calendar knows
    "bad_json",  # not JSON, or not where JSON expects it
    "bad_mail",  # the mail has no header, or breaks the parser
    "bad_message",  # JSON, but fields are missing or of the wrong type
    "bad_zip_entry",  # a file in the zip is damaged or encrypted
    "no_text",  # neither text nor a named file
    "service_message",  # "X joined the group": written by the channel, not by a person
    "too_large",  # longer than one message can be
    "truncated",  # the file ends in the middle of an entry
    "unreadable",  # the operating system refuses the file
    "unsupported",  # the exporting tool could not write the entry itself
]


class Reject(msgspec.Struct, frozen=True):
    """One entry that is not imported."""

    reason: Reason
    """Short slug to count by."""
    where: str
    """The place in the file, in the words that a person looks for it with: `line 12`, `general/2024-05-01.json #3`."""
    detail: str = ""
    """What exactly is wrong."""


type Item = InboundMessage | Reject


class RefusedError(Exception):
    """Raised while one entry is read: it becomes a `Reject` with this reason."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.detail = detail


def attempt[*Args](where: str, make: Callable[[*Args], InboundMessage], *args: *Args) -> Item:
    """Make the message of one entry, or say why not; the reading goes on either way."""
    try:
        return make(*args)
    except RefusedError as refused:
        return Reject(refused.reason, where, refused.detail)
    except MalformedError as error:
        return Reject("bad_json", where, error.detail)
    except msgspec.ValidationError as error:
        return Reject("bad_message", where, str(error))


@dataclass
class Run:
    """One reading of one file: what the reader needs, and where it reports how far it is."""

    source: str
    """`namespace/name` of the Source that the messages are booked to."""
    received_at: datetime
    """Aware; the moment of the import."""
    position: int = 0
    """Bytes read so far, in the unit of the importer's total."""
    notes: Counter[str] = field(default_factory=Counter)
    """Repairs by name: the message was kept, but something (its date) had to be filled in."""


def raw_form(raw: bytes) -> str:
    """Text to keep as `raw`: the entry itself, or nothing when it is longer than `RAW_LIMIT`."""
    return raw.decode("utf-8", "replace") if len(raw) <= RAW_LIMIT else ""


def content_id(raw: bytes) -> str:
    """Identity of an entry that brings none: the same bytes are the same message, in whatever file."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def checked_date(moment: datetime) -> datetime:
    """Refuse what cannot be the date of a message and would overflow in the next time zone.

    Raises:
        RefusedError: before 1970 or after the year 9000.
    """
    if not 0 <= (moment - _EPOCH).total_seconds() <= _FAR_FUTURE:
        raise RefusedError("bad_date", f"{moment.isoformat()} is before 1970 or after the year 9000")
    return moment
