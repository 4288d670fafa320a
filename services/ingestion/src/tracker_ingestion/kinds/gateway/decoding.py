"""From the bytes of a body to a value: JSON, a form, or text; each byte is decoded once.

The value is what JMESPath and the field names look into: an object, a list, or the text itself.
"""

import codecs
import json
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from tracker_core.errors import MalformedError

from tracker_ingestion.kinds.gateway.problems import UnsupportedMediaTypeError

MAX_FORM_FIELDS = 1000
"""Fields of one form."""

_BOM = b"\xef\xbb\xbf"
_ACCEPTED = "Send application/json, application/x-www-form-urlencoded or text/plain"


def decode_body(content_type: str, content_encoding: str, body: bytes) -> Any:
    """Decode a body by its media type; without one, JSON is recognised by its first byte and all else is text.

    Raises:
        MalformedError: the bytes are not what the media type says; the detail gives the position.
        UnsupportedMediaTypeError: a media type, charset or compression that is not read here.
    """
    if content_encoding not in {"", "identity"}:
        raise UnsupportedMediaTypeError(
            f"Content-Encoding {content_encoding[:40]!r} is not read here", cure="Send the body uncompressed"
        )
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    if media_type == "application/json" or media_type.endswith("+json"):
        return decode_json(body)
    if media_type == "application/x-www-form-urlencoded":
        return _decode_form(body)
    if media_type.startswith("text/"):
        return _decode_text(body, parameters)
    if not media_type or media_type == "application/octet-stream":
        return decode_json(body) if body.lstrip()[:1] in {b"{", b"["} else _decode_text(body, "")
    raise UnsupportedMediaTypeError(f"Content-Type {media_type[:80]!r} is not read here", cure=_ACCEPTED)


def decode_json(body: bytes) -> Any:
    """Decode JSON (RFC 8259).

    Raises:
        MalformedError: the bytes are not JSON or not UTF-8; the detail gives the position.
    """
    body = body.removeprefix(_BOM)
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError:
        raise _not_utf8(body) from None
    except RecursionError:
        raise MalformedError("The JSON is nested too deeply", cure="Send a flatter object") from None
    except msgspec.DecodeError as error:
        if b"\\ud" in body.lower():
            return _decode_lenient_json(body, error)
        raise _not_json(body, error) from None


def _decode_lenient_json(body: bytes, first: msgspec.DecodeError) -> Any:
    # Programs that cut text in the middle of an emoji send half a surrogate pair: valid by the grammar, refused by
    # msgspec. The message is worth more than the half character.
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _not_json(body, first) from None


def _not_json(body: bytes, error: msgspec.DecodeError) -> MalformedError:
    where = "" if "byte" in str(error) else f" (byte {len(body)})"
    reason = str(error).removeprefix("JSON is malformed: ")
    return MalformedError(f"The body is not valid JSON: {reason}{where}", cure="Check the body with a JSON parser")


def _not_utf8(body: bytes) -> MalformedError:
    try:
        body.decode()
        position = 0
    except UnicodeDecodeError as error:
        position = error.start
    return MalformedError(f"The body is not valid UTF-8: byte {position} cannot be decoded", cure="Send UTF-8")


def _decode_text(body: bytes, parameters: str) -> str:
    charset = "utf-8"
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    try:
        codec = codecs.lookup(charset)
        if codec.name == "utf-8":
            return body.removeprefix(_BOM).decode()
        text = body.decode(codec.name)
    except UnicodeDecodeError as error:
        if error.encoding == "utf-8":
            raise _not_utf8(body.removeprefix(_BOM)) from None
        raise MalformedError(
            f"The body is not valid {charset[:40]}: byte {error.start} cannot be decoded", cure="Send UTF-8"
        ) from None
    except (LookupError, ValueError):  # ValueError: a name with NUL in it
        raise UnsupportedMediaTypeError(f"Charset {charset[:40]!r} is not known", cure="Send UTF-8") from None
    return text


def _decode_form(body: bytes) -> Any:
    # `curl -d '{…}'` sends JSON under the media type of a form.
    if body.lstrip()[:1] == b"{":
        return decode_json(body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _not_utf8(body) from None
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
    except UnicodeDecodeError:
        raise MalformedError(
            "A value of the form is not UTF-8 behind its percent signs", cure="Percent-encode it as UTF-8"
        ) from None
    except ValueError:
        raise MalformedError(
            f"The form has more than {MAX_FORM_FIELDS} fields", cure="Send fewer fields, or JSON"
        ) from None
    form = dict(fields)
    # GitHub's and Slack's form deliveries: one field that holds the JSON.
    if "payload" in form and form["payload"].startswith("{"):
        return decode_json(form["payload"].encode())
    return form
