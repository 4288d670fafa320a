"""Opens `winmail.dat`: Outlook's own envelope (TNEF, [MS-OXTNEF]) around the text and files of a mail.

Of our own, in linear time and bounded: the parser on PyPI copies what is left of the file for each attribute, which a
hostile one of some megabytes makes into hours. Read are the attachments, the body, and nothing of the rest.
"""

import mimetypes
import struct
from collections.abc import Iterator
from typing import Final

import msgspec

from tracker_core.errors import MalformedError
from tracker_core.mail.charsets import text_of

TNEF_TYPES: Final = {"application/ms-tnef", "application/vnd.ms-tnef"}
_SIGNATURE: Final = 0x223E9F78
_MAX_ATTRIBUTES: Final = 20_000
_MAX_PROPERTIES: Final = 5_000

_ATTACH_REND_DATA: Final = 0x9002
"""Begins an attachment."""
_ATTACH_TITLE: Final = 0x8010
_ATTACH_DATA: Final = 0x800F
_ATTACHMENT: Final = 0x9005
"""MAPI properties of an attachment."""
_BODY: Final = 0x800C
_MAPI_PROPS: Final = 0x9003
_OEM_CODEPAGE: Final = 0x9007

_PR_BODY: Final = 0x1000
_PR_HTML: Final = 0x1013
_PR_ATTACH_DATA: Final = 0x3701
_PR_ATTACH_FILENAME: Final = 0x3704
_PR_ATTACH_LONG_FILENAME: Final = 0x3707
_PR_ATTACH_MIME_TAG: Final = 0x370E
_PR_INTERNET_CODEPAGE: Final = 0x3FDE

_FIXED: Final = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of a value of each type; the others say their length."""
_UNICODE: Final = 0x1F
_MANY: Final = 0x1000
_NAMED: Final = 0x8000


class TnefFile(msgspec.Struct):
    """A file in the envelope."""

    name: str = ""
    media_type: str = ""
    content: bytes = b""


class Envelope(msgspec.Struct):
    """What was in it."""

    text: str = ""
    html: str = ""
    files: list[TnefFile] = []


def unpack(data: bytes) -> Envelope:
    """Open it.

    Raises:
        MalformedError: it is none, or its lengths lie.
    """
    try:
        return _unpack(data)
    except (struct.error, ValueError, IndexError) as error:
        raise MalformedError(f"winmail.dat cannot be opened: {error}") from error


def _unpack(data: bytes) -> Envelope:
    envelope, codepage = Envelope(), "cp1252"
    for attribute, value in _attributes(data):
        if attribute == _OEM_CODEPAGE:
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _BODY:
            envelope.text = text_of(value.rstrip(b"\x00"), codepage)
        elif attribute == _MAPI_PROPS:
            _read_body(envelope, value, codepage)
        elif attribute == _ATTACH_REND_DATA:
            envelope.files.append(TnefFile())
        elif envelope.files:
            _read_file(envelope.files[-1], attribute, value, codepage)
    for number, file in enumerate(envelope.files, 1):
        file.name = file.name or f"attachment-{number}"
        file.media_type = file.media_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return envelope


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    if struct.unpack_from("<I", data)[0] != _SIGNATURE:
        raise ValueError("it does not begin with the signature")
    at = 6  # the signature and a key
    for _ in range(_MAX_ATTRIBUTES):
        if at + 9 > len(data):
            return
        _, attribute, _, length = struct.unpack_from("<BHHI", data, at)
        at += 9
        if at + length > len(data):
            raise ValueError("it ends in the middle of an attribute")
        yield attribute, data[at : at + length]
        at += length + 2  # a checksum


def _read_body(envelope: Envelope, value: bytes, codepage: str) -> None:
    found = {prop: (kind, content) for prop, kind, content in _properties(value)}
    if (internet := found.get(_PR_INTERNET_CODEPAGE)) is not None:
        number = struct.unpack_from("<I", internet[1])[0]
        codepage = "utf-8" if number == 65001 else f"cp{number}"  # noqa: PLR2004 -- Windows' number of UTF-8
    if (plain := found.get(_PR_BODY)) is not None:
        envelope.text = _string(*plain, codepage) or envelope.text
    if (markup := found.get(_PR_HTML)) is not None:
        envelope.html = text_of(markup[1].rstrip(b"\x00"), codepage)


def _read_file(file: TnefFile, attribute: int, value: bytes, codepage: str) -> None:
    if attribute == _ATTACH_TITLE:
        file.name = file.name or text_of(value.rstrip(b"\x00"), codepage)
    elif attribute == _ATTACH_DATA:
        file.content = value
    elif attribute == _ATTACHMENT:
        for prop, kind, content in _properties(value):
            if prop in {_PR_ATTACH_LONG_FILENAME, _PR_ATTACH_FILENAME}:
                file.name = _string(kind, content, codepage) or file.name
            elif prop == _PR_ATTACH_MIME_TAG:
                file.media_type = _string(kind, content, codepage)
            elif prop == _PR_ATTACH_DATA and not file.content:
                file.content = content


def _string(kind: int, content: bytes, codepage: str) -> str:
    return text_of(content, "utf-16-le" if kind == _UNICODE else codepage).rstrip("\x00")


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield id, type and (first) value of each MAPI property."""
    at = 4
    for _ in range(min(struct.unpack_from("<I", data)[0], _MAX_PROPERTIES)):
        kind, prop = struct.unpack_from("<HH", data, at)
        at += 4
        if prop >= _NAMED:
            at = _after_name(data, at)
        size = _FIXED.get(kind & ~_MANY)
        values = 1
        if size is None or kind & _MANY:
            values, at = struct.unpack_from("<I", data, at)[0], at + 4
        first = b""
        for number in range(min(values, _MAX_PROPERTIES)):
            length = size
            if length is None:
                length, at = struct.unpack_from("<I", data, at)[0], at + 4
            if at + length > len(data):
                raise ValueError("a property is longer than its attribute")
            first = data[at : at + length] if number == 0 else first
            at += length + -length % 4
        yield prop, kind & ~_MANY, first


def _after_name(data: bytes, at: int) -> int:
    """Skip the name of a named property: a GUID, and a number or a text."""
    is_text = struct.unpack_from("<I", data, at + 16)[0]
    if not is_text:
        return at + 24
    length = struct.unpack_from("<I", data, at + 20)[0]
    return int(at + 24 + length + -length % 4)
