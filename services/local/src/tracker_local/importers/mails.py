"""Reads mail from files: an mbox as Thunderbird, Gmail Takeout and mutt write it, and `.eml` files in folders.

An mbox is read line by line. `mailbox.mbox` of the stdlib first walks the whole file for its table of contents, and
takes every line that begins with "From " for a new mail; many programs do not quote such lines in bodies.
"""

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from tracker_core.errors import MalformedError
from tracker_core.inbound import InboundMessage, inbound_message
from tracker_core.mail import read_mail

from tracker_local.importers.items import RAW_LIMIT, Item, RefusedError, Reject, Run, attempt

_MAX_MAIL: Final = 64 * 1024 * 1024
"""Bytes of one mail; servers take at most 25 to 50 MB."""
_MAX_LINE: Final = 1024 * 1024
# RFC 4155: "From", an address, a date; Thunderbird writes "From - " and a date, or nothing at all.
_SEPARATOR: Final = re.compile(rb"From (?:.*\b\d{1,2}:\d{2}\b.*\b\d{4}\b|-?\s*$)")
_HEADER: Final = re.compile(rb"(?:>?From |[!-9;-~]+[ \t]*:)")
_QUOTED: Final = re.compile(rb">+From ")


def read_mbox(path: Path, run: Run) -> Iterator[Item]:
    """Yield the mails of an mbox, in the order of the file."""
    with path.open("rb") as file:
        for line, mail in _split(file, run):
            yield attempt(f"mail at line {line}", _message, mail, run)


def read_eml(path: Path, run: Run) -> Iterator[Item]:
    """Yield one `.eml` file, or all of a folder and the folders in it, sorted by path."""
    for file in eml_files(path):
        where = str(file.relative_to(path)) if path.is_dir() else file.name
        try:
            size = file.stat().st_size
            data = file.read_bytes() if size <= _MAX_MAIL else None
        except OSError as error:
            yield Reject("unreadable", where, error.strerror or str(error))
            continue
        run.position += size
        yield attempt(where, _message, data, run)


def eml_files(path: Path) -> Iterator[Path]:
    """Yield the `.eml` files under a folder in a stable order, or the file itself; links are not followed."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names) if name.lower().endswith(".eml"))


def eml_size(path: Path) -> int:
    """Bytes of all that `read_eml` reads."""
    return sum(file.stat().st_size for file in eml_files(path) if file.exists())


def _split(file: BinaryIO, run: Run) -> Iterator[tuple[int, bytes | None]]:
    """Yield each mail with the number of its first line; None in the place of one over the limit."""
    lines: list[bytes] = []
    size, first, number = 0, 1, 0
    for line, following in _with_next(file):
        number += 1
        run.position += len(line)
        if line.startswith(b"From ") and _SEPARATOR.match(line) and _HEADER.match(following):
            if size:
                yield first, b"".join(lines) if size <= _MAX_MAIL else None
            lines, size, first = [], 0, number
            continue
        size += len(line) if size or line.strip() else 0  # blank lines before a mail are not part of it
        if size and size <= _MAX_MAIL:
            lines.append(line[1:] if line.startswith(b">") and _QUOTED.match(line) else line)
        elif lines:
            lines = []
    if size:
        yield first, b"".join(lines) if size <= _MAX_MAIL else None


def _with_next(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    line = file.readline(_MAX_LINE)
    while line:
        following = file.readline(_MAX_LINE)
        yield line, following
        line = following


def _message(data: bytes | None, run: Run) -> InboundMessage:
    if data is None:
        raise RefusedError("too_large", f"longer than {_MAX_MAIL} bytes")
    if data.startswith(b"From "):  # an .eml that was cut out of an mbox
        data = data.partition(b"\n")[2]
    try:
        mail = read_mail(data.removeprefix(b"\xef\xbb\xbf"), run.received_at)
    except MalformedError as error:
        raise RefusedError("bad_mail", error.detail) from error
    if not mail.text and not mail.subject and not mail.attachments:
        raise RefusedError("no_text")
    run.notes.update(mail.notes)
    raw = data if len(data) <= RAW_LIMIT else b""
    as_text = raw.isascii()
    return inbound_message(
        source=run.source,
        external_id=mail.message_id,
        sent_at=mail.sent_at,
        received_at=run.received_at,
        text=mail.text,
        subject=mail.subject,
        sender=mail.sender,
        conversation=mail.conversation,
        reply_to=mail.reply_to,
        attachments=mail.attachments,
        raw=raw.decode("ascii") if as_text else base64.b64encode(raw).decode("ascii"),
        raw_encoding="text" if as_text else "base64",
    )
