"""What a server lists of a mail that was not fetched whole: the files in a BODYSTRUCTURE (RFC 3501, 7.4.2); pure."""

from collections.abc import Iterator
from email.message import Message
from email.utils import decode_rfc2231
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from tracker_core.mail import decoded, text_of

_MAX_DEPTH: Final = 50
_MAX_FILES: Final = 100


class ListedFile(NamedTuple):
    """A file in a mail, known by name only."""

    name: str
    media_type: str
    size: int
    section: str
    """Where it is in the mail: `2`, `1.3`."""


def listed_files(structure: Any) -> tuple[ListedFile, ...] | None:
    """Return the files of a parsed BODYSTRUCTURE; None of one that cannot be understood."""
    try:
        return tuple(_files(structure, "", 0))[:_MAX_FILES]
    except (TypeError, ValueError, IndexError, KeyError):
        return None


def _files(part: Any, section: str, depth: int) -> Iterator[ListedFile]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(part[0], list | tuple) and not isinstance(part[0], bytes):
        children = part[0] if isinstance(part[0], list) else [item for item in part if isinstance(item, tuple)]
        for number, child in enumerate(children, 1):
            yield from _files(child, f"{section}.{number}" if section else str(number), depth + 1)
        return
    kind = f"{_word(part[0])}/{_word(part[1])}".lower()
    name = _parameter(part[2], b"name") or next((found for item in part[7:] if (found := _disposition_name(item))), "")
    if name or kind not in {"text/plain", "text/html"}:
        size = part[6] if isinstance(part[6], int) else 0
        encoded = _word(part[5]).lower() == "base64"
        yield ListedFile(name or kind.replace("/", "."), kind, size * 3 // 4 if encoded else size, section or "1")


def _disposition_name(item: Any) -> str:
    """Of `("attachment" ("filename" "a.pdf"))`; some servers give the header as it stands in the mail."""
    if isinstance(item, tuple):
        return _parameter(item[1], b"filename") if len(item) > 1 and isinstance(item[0], bytes) else ""
    if not isinstance(item, bytes) or b"filename" not in item:
        return ""
    part = Message()
    part["Content-Disposition"] = " ".join(text_of(item, None).split())
    return decoded(part.get_filename() or "")


def _parameter(pairs: Any, name: bytes) -> str:
    if not isinstance(pairs, tuple):
        return ""
    named = dict(zip(pairs[::2], pairs[1::2], strict=False))
    for key, value in named.items():
        if isinstance(key, bytes) and isinstance(value, bytes) and key.lower().rstrip(b"*") == name:
            return _extended(text_of(value, None)) if key.endswith(b"*") else decoded(text_of(value, None))
    return ""


def _extended(value: str) -> str:
    """`utf-8''%D0%97` (RFC 2231)."""
    charset, _, name = decode_rfc2231(value)
    return text_of(unquote_to_bytes(name), charset)


def _word(value: Any) -> str:
    return text_of(value, None) if isinstance(value, bytes) else ""
