"""The one renderer of errors for this edge: RFC 9457 problem details, and never a traceback.

The errors that only HTTP knows live here too; all others come from `tracker_core.errors`.
"""

import math
from dataclasses import dataclass
from typing import Any

import msgspec
from tracker_core.errors import (
    InvalidInputError,
    RateLimitedError,
    TrackerError,
    UnauthenticatedError,
    UnavailableError,
)

type Headers = list[tuple[bytes, bytes]]


class MethodNotAllowedError(InvalidInputError):
    """A webhook only takes POST."""

    status = 405
    title = "Method not allowed"


class BodyTimeoutError(InvalidInputError):
    """The sender was too slow with its body."""

    status = 408
    retryable = True
    title = "Request timeout"


class UnsupportedMediaTypeError(InvalidInputError):
    """A body of a kind that cannot be read as a message."""

    status = 415
    title = "Unsupported media type"


@dataclass(frozen=True)
class Answer:
    """A response, ready to send."""

    status: int
    body: bytes = b""
    media_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


def problem(error: TrackerError, *, trace_id: str = "") -> Answer:
    """Return the problem details of an error."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if error.cure:
        body["cure"] = error.cure
    if trace_id:
        body["trace_id"] = trace_id
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if isinstance(error, RateLimitedError | UnavailableError):
        headers = ((b"retry-after", b"%d" % max(1, math.ceil(error.retry_after))),)
    elif isinstance(error, UnauthenticatedError):
        # RFC 9110 §15.5.2 wants a challenge; which scheme and secret are right is not told.
        headers = ((b"www-authenticate", b'Webhook realm="webhook"'),)
    elif isinstance(error, BodyTimeoutError):
        headers = ((b"connection", b"close"),)
    elif isinstance(error, MethodNotAllowedError):
        headers = ((b"allow", b"POST"),)
    return Answer(error.status, msgspec.json.encode(body), b"application/problem+json", headers)


def internal_problem(trace_id: str) -> Answer:
    """Return the answer to an error that nobody foresaw; the log has it under the trace id."""
    error = TrackerError("The gateway failed on this request", cure="Send it again; the log names the trace id")
    return problem(error, trace_id=trace_id)
