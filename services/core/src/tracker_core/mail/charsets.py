"""Bytes to text by labels that are missing, unknown or lies, as browsers and mail programs do it."""

import codecs
import re
from typing import Final

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
