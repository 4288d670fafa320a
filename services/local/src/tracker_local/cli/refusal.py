"""An answer that is no success: what error it means, and whether and when it is worth asking again.

The supervisor restarts what dies within seconds, so a refused connection to this folder's own server is waited out;
and 429 and 503 say themselves how long to wait (RFC 9110 §10.2.3).
"""

from dataclasses import dataclass

import httpx
from tracker_core import errors
from tracker_core.errors import TrackerError, UnauthenticatedError, UnavailableError

PATIENCE_SECONDS = 20.0
"""How long one request is tried again."""
_RESTART_POLL_SECONDS = 0.25

_ERRORS: dict[int, type[TrackerError]] = {
    kind.status: kind
    for kind in (
        errors.MalformedError,
        errors.UnauthenticatedError,
        errors.ForbiddenError,
        errors.NotFoundError,
        errors.ConflictError,
        errors.StaleVersionError,
        errors.TooLargeError,
        errors.InvalidInputError,
        errors.PreconditionRequiredError,
        errors.RateLimitedError,
        errors.UnavailableError,
    )
}


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer."""

    error: TrackerError
    wait: float | None = None
    """Seconds after which the same request may succeed; None when it will not."""


def refused(response: httpx.Response) -> Refusal:
    """Return what an answer that is not a success means."""
    error = problem(response)
    return Refusal(error, _retry_after(response) if error.retryable else None)


def unreached(url: str, error: httpx.TransportError, *, local: bool, safe: bool) -> Refusal:
    """Return what a missing answer means.

    Args:
        url: Who did not answer.
        error: How.
        local: It is the server of this folder, which somebody restarts.
        safe: The request may arrive twice.
    """
    never_arrived = isinstance(error, httpx.ConnectError)
    if isinstance(error, httpx.TimeoutException):
        what = "does not answer in time"
    else:
        what = "refuses the connection" if never_arrived else f"broke off the connection ({type(error).__name__})"
    cure = "See what is wrong with `tasktracker doctor`" if local else "Check the address and that the server runs"
    again = local and (never_arrived or safe)
    return Refusal(
        UnavailableError(f"Task Tracker at {url} {what}", cure=cure), _RESTART_POLL_SECONDS if again else None
    )


def problem(response: httpx.Response) -> TrackerError:
    """Return the error that RFC 9457 problem details tell of, or that it is not our server that answers."""
    try:
        body = response.json()
    except ValueError:
        body = None
    kind = _ERRORS.get(response.status_code, TrackerError)
    if not isinstance(body, dict) or not (body.get("detail") or body.get("title")):
        return kind(
            f"{response.url} answered {response.status_code} {response.reason_phrase}",
            cure="Check that this is the address of Task Tracker",
        )
    detail = str(body.get("detail") or body["title"])
    if response.is_server_error and (trace := body.get("trace_id")):
        detail = f"{detail} (trace {trace})"
    cure = body.get("cure")
    if kind is UnauthenticatedError and not cure:
        cure = "Make a new token with `tasktracker token create NAME`"
    return kind(detail, cure=str(cure) if cure else None)


def _retry_after(response: httpx.Response) -> float:
    value = response.headers.get("Retry-After", "")
    return max(0.1, float(value)) if value.isascii() and value.isdigit() else 1.0
