"""Reads JSON Lines: one message per line, in the fields of `InboundMessage` or in the simple form that people write.

Simple form: `{"text", "id"?, "sent_at"?, "author" | "sender"?, "subject"?, "conversation"?}`; other fields are ignored,
so a file of labelled messages for `tasktracker eval` can be imported as it is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from tracker_core.inbound import Attachment, InboundMessage, Sender, inbound_message

from tracker_local.importers.items import Item, RefusedError, Reject, Run, attempt, checked_date, content_id, raw_form
from tracker_local.importers.json_stream import parse

_MAX_LINE: Final = 8 * 1024 * 1024
_MILLISECONDS_FROM: Final = 100_000_000_000
"""A number of seconds this large is the year 5138: it is milliseconds."""


class _Line(msgspec.Struct):
    text: str | None = None
    id: str | int | None = None
    external_id: str | None = None
    sent_at: str | float | int | None = None
    author: str | Sender | None = None
    sender: str | Sender | None = None
    subject: str | None = None
    conversation: str | int | None = None
    reply_to: str | int | None = None
    url: str | None = None
    attachments: list[Attachment] | None = None


def read(path: Path, run: Run) -> Iterator[Item]:
    """Yield the message of each line that is not blank."""
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file, run), start=1):
            where = f"line {number}"
            if line is None:
                yield Reject("too_large", where, f"longer than {_MAX_LINE} bytes")
            elif text := line.removeprefix(b"\xef\xbb\xbf").strip():
                yield attempt(where, _message, text, run)


def _lines(file: BinaryIO, run: Run) -> Iterator[bytes | None]:
    """Yield lines; None in the place of one that is over the limit."""
    while line := file.readline(_MAX_LINE):
        run.position += len(line)
        whole = len(line) < _MAX_LINE or line.endswith(b"\n")
        while not line.endswith(b"\n") and len(line) == _MAX_LINE:
            line = file.readline(_MAX_LINE)
            run.position += len(line)
        yield line if whole else None


def _message(raw: bytes, run: Run) -> InboundMessage:
    line = msgspec.convert(parse(raw), _Line)
    text, attachments = (line.text or "").strip(), tuple(line.attachments or ())
    if not text and not line.subject and not any(a.name for a in attachments):
        raise RefusedError("no_text")
    external_id = line.external_id or line.id
    return inbound_message(
        source=run.source,
        external_id=str(external_id) if external_id not in {None, ""} else content_id(raw),
        sent_at=run.received_at if line.sent_at is None else _moment(line.sent_at),
        received_at=run.received_at,
        text=text,
        subject=line.subject or "",
        sender=_sender(line.sender or line.author or ""),
        conversation=_key(line.conversation),
        reply_to=_key(line.reply_to),
        url=line.url or "",
        attachments=attachments,
        raw=raw_form(raw),
    )


def _moment(value: str | float) -> datetime:
    """Read ISO 8601 (without an offset: UTC) or a Unix time in seconds or milliseconds."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            moment = moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)
        else:
            moment = datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise RefusedError("bad_date", f"sent_at {value!r} is neither ISO 8601 nor a Unix time") from error
    return checked_date(moment)


def _sender(value: str | Sender) -> Sender:
    if isinstance(value, Sender):
        return value
    name, address = parseaddr(value) if value.rstrip().endswith(">") else ("", "")
    return Sender(id=address or value, name=name or value, address=address)


def _key(value: str | int | None) -> str:
    return "" if value is None else str(value)
