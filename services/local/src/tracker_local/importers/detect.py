"""Tells what a file is by its first bytes, and by its name only where the bytes do not decide."""

import json
import re
from pathlib import Path
from typing import Final, Literal

from tracker_core.errors import InvalidInputError, NotFoundError

from tracker_local.importers.mails import eml_files

type Kind = Literal["telegram", "slack", "mbox", "eml", "jsonl"]

KNOWN: Final = (
    "Known are: result.json of Telegram Desktop (telegram), the export zip of Slack (slack), mbox, .eml files or a "
    "folder of them (eml), JSON Lines (jsonl)"
)
_HEAD: Final = 64 * 1024
_TELEGRAM: Final = re.compile(
    rb'"(?:messages|profile_pictures|list)"\s*:\s*\[|"(?:personal_information|chats)"\s*:\s*\{'
)
_MAIL_HEADER: Final = re.compile(
    rb"^(?:Received|Return-Path|From|To|Date|Subject|Message-ID|MIME-Version|Delivered-To|DKIM-Signature|X-[\w-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD: Final = re.compile(rb"[!-9;-~]+[ \t]*:")


def detect(path: Path) -> tuple[Path, Kind]:
    """Return the file to read and its kind; of the folder of a Telegram export the file in it.

    Raises:
        NotFoundError: there is nothing at that path.
        InvalidInputError: the file is of no known kind, empty or unreadable.
    """
    if not path.exists():
        raise NotFoundError(f"{path} does not exist", cure="Check the path")
    if path.is_dir():
        if (path / "result.json").is_file():
            return path / "result.json", "telegram"
        if any(True for _ in eml_files(path)):
            return path, "eml"
        raise InvalidInputError(f"{path}: the folder holds neither .eml files nor a result.json", cure=KNOWN)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}", cure="Check its permissions") from error
    kind = _by_content(head.removeprefix(b"\xef\xbb\xbf").lstrip()) or _by_name(path.name.lower())
    if kind is None:
        raise InvalidInputError(f"{path} is of no known kind", cure=KNOWN)
    return path, kind


def _by_content(head: bytes) -> Kind | None:
    if head.startswith(b"PK\x03\x04"):
        return "slack"
    if head.startswith(b"From "):
        return "mbox"
    if head.startswith(b"{"):
        if _is_line(head.partition(b"\n")[0]):
            return "jsonl"
        return "telegram" if _TELEGRAM.search(head) else None
    if _FIELD.match(head) and _MAIL_HEADER.search(head):
        return "eml"
    return None


def _is_line(line: bytes) -> bool:
    """Whether a line is a whole JSON object, and not an export of Telegram without line breaks."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and not {"messages", "chats"} & found.keys()


def _by_name(name: str) -> Kind | None:
    """Decide for a file that begins with damage."""
    endings: dict[str, Kind] = {
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".mbox": "mbox",
        ".eml": "eml",
        ".zip": "slack",
        "result.json": "telegram",
    }
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), None)
