r"""Walks a JSON document of any size and hands out one value at a time.

Chat exports are one JSON document of gigabytes; the parsers at hand want it whole. Finding where a value ends needs no
parser, only brackets and strings, so memory is bounded by one value, a value with an error inside is skipped alone,
and a torn file gives everything before the tear.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from tracker_core.errors import MalformedError

_CHUNK: Final = 256 * 1024
_SPACE: Final = re.compile(rb"[ \t\r\n]*+")
_SCALAR: Final = re.compile(rb"[^\s,:\[\]{}\"]*+")
_STRUCTURE: Final = re.compile(rb'["{}\[\]]')
_STRING_BODY: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
# Telegram Desktop writes control characters as \x1F, which JSON does not know.
_HEX_ESCAPE: Final = re.compile(r"(\\\\)|\\x([0-9A-Fa-f]{2})")


class TornError(MalformedError):
    """The document ends before its last bracket."""


class OversizeError(MalformedError):
    """A value is over the limit; the reader stands behind it and can go on."""


def parse(raw: bytes) -> object:
    r"""Parse one value, forgiving what real exporters get wrong (`\x1F`, raw control characters, broken UTF-8).

    Raises:
        MalformedError: it is not JSON all the same.
    """
    text = raw.decode("utf-8", "replace")
    try:
        try:
            return json.loads(text, strict=False)
        except json.JSONDecodeError:
            if "\\x" not in text:
                raise
            return json.loads(_HEX_ESCAPE.sub(lambda m: m[1] or "\\u00" + m[2], text), strict=False)
    except (ValueError, RecursionError) as error:
        raise MalformedError(str(error) or "nested too deeply") from error


class JsonReader:
    """Pull reader. `fields` and `elements` step into an object or array; each step must `value` or `skip` what is next.

    Args:
        file: Read in binary from where it stands.
        max_value: Bytes that `value` may return.
    """

    def __init__(self, file: BinaryIO, *, max_value: int = 8 * 1024 * 1024) -> None:
        self._file = file
        self._max = max_value
        self._buffer = b""
        self._at = 0
        self._base = 0  # offset in the file of the buffer's first byte

    @property
    def position(self) -> int:
        """Offset in the file of the next byte."""
        return self._base + self._at

    def peek(self) -> bytes:
        """Return the next byte that is not space without taking it; empty at the end of the file."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            assert space is not None
            self._at = space.end()
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._fill(self._at):
                return b""

    def fields(self) -> Iterator[str]:
        """Step through an object; after each key its value is next."""
        for _ in self._members(b"{", b"}"):
            key = parse(self.value())
            if not isinstance(key, str):
                raise self._unexpected("a key")
            self._expect(b":")
            yield key

    def elements(self) -> Iterator[int]:
        """Step through an array, giving each element's index; the element is next."""
        yield from self._members(b"[", b"]")

    def value(self) -> bytes:
        """Take the next value whole.

        Raises:
            TornError: the file ends in it.
            OversizeError: it is longer than the limit.
            MalformedError: there is no value.
        """
        start, taken = self.position, self._scan(keep=True)
        if taken is None:
            raise OversizeError(f"the value at byte {start} is longer than {self._max} bytes")
        return taken

    def skip(self) -> None:
        """Pass over the next value, however long it is."""
        self._scan(keep=False)

    def _members(self, opening: bytes, closing: bytes) -> Iterator[int]:
        self._expect(opening)
        index = 0
        while self.peek() != closing:
            if index:
                self._expect(b",")
                if self.peek() == closing:  # a trailing comma loses nothing
                    break
            yield index
            index += 1
        self._expect(closing)

    def _expect(self, token: bytes) -> None:
        if self.peek() != token:
            raise self._unexpected(repr(token.decode()))
        self._at += 1

    def _unexpected(self, wanted: str) -> MalformedError:
        found = self.peek()
        if not found:
            return TornError(f"the file ends at byte {self.position}, {wanted} is missing")
        return MalformedError(f"expected {wanted} at byte {self.position}, found {found!r}")

    def _scan(self, *, keep: bool) -> bytes | None:
        """Pass over one value; return it when `keep` and within the limit."""
        first = self.peek()
        if not first or first in b",:]}":
            raise self._unexpected("a value")
        start = at = self._at
        depth, in_string = 0, False
        while True:
            end, at, depth, in_string = self._advance(at, depth, in_string=in_string)
            if end:
                break
            if keep and at - start > self._max:
                keep = False
            moved = start if keep else at
            if not self._fill(moved):
                if depth == 0 and not in_string and first not in b'"{[':
                    break  # a bare number or word may end with the file
                raise TornError(f"the file ends at byte {self._base + len(self._buffer)} within a value")
            at, start = at - moved, start - moved
        self._at = at
        return self._buffer[start:at] if keep and at - start <= self._max else None

    def _advance(self, at: int, depth: int, *, in_string: bool) -> tuple[bool, int, int, bool]:
        """Scan the buffer from `at`: whether the value ends, where the scan stands, and in what state."""
        buffer, size = self._buffer, len(self._buffer)
        while at < size:
            if in_string:
                body = _STRING_BODY.match(buffer, at)
                assert body is not None
                at = body.end()
                if not buffer.startswith(b'"', at):  # the string goes on behind the buffer's end
                    return False, at, depth, True
                at, in_string = at + 1, False
            elif depth == 0 and buffer[at] not in b'"{[':
                scalar = _SCALAR.match(buffer, at)
                assert scalar is not None
                return scalar.end() < size, scalar.end(), depth, False
            else:
                token = _STRUCTURE.search(buffer, at)
                if token is None:
                    return False, size, depth, False
                at = token.end()
                match token[0]:
                    case b'"':
                        in_string = True
                        continue
                    case b"{" | b"[":
                        depth += 1
                    case _:
                        depth -= 1
            if depth == 0:
                return True, at, depth, False
        return False, at, depth, in_string

    def _fill(self, keep_from: int) -> bool:
        """Read on, dropping what is before `keep_from`; False at the end of the file."""
        chunk = self._file.read(max(_CHUNK, len(self._buffer) - keep_from))
        self._buffer = self._buffer[keep_from:] + chunk
        self._base += keep_from
        self._at = 0
        return bool(chunk)
