"""The one error tree.

Every error names the object and the cure, and knows its HTTP status and whether trying again can help. Each edge
(HTTP, job, operator, bot, CLI) has one renderer for the whole tree; nothing else is shown to a client.
"""

from collections.abc import Sequence
from typing import ClassVar


class TrackerError(Exception):
    """Base of every error that a person may read.

    Args:
        detail: What is wrong, naming the object: ``Source 'support/inbox': Secret 'mail' has no key 'password'``.
        cure: What the reader can do about it; one sentence.
    """

    status: ClassVar[int] = 500
    """HTTP status that says the same (RFC 9110)."""
    retryable: ClassVar[bool] = False
    """Whether the same attempt may succeed later without a change."""
    title: ClassVar[str] = "Internal error"
    """Short summary of the kind of error; the same for every occurrence (RFC 9457 `title`)."""

    def __init__(self, detail: str, *, cure: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.detail}. {self.cure}" if self.cure else self.detail


class InvalidInputError(TrackerError):
    """The input cannot be understood."""

    status = 422
    title = "Invalid input"


class MalformedError(InvalidInputError):
    """The bytes are not of the format they claim: broken JSON, broken UTF-8."""

    status = 400
    title = "Malformed request"


class InvalidManifestError(InvalidInputError):
    """A manifest breaks the schema of its kind.

    Args:
        detail: As of every error.
        cure: As of every error.
        fields: Where and what is wrong there: `("0.spec.email.host", "Field required")`; the number is the document's.
    """

    title = "Invalid manifest"

    def __init__(self, detail: str, *, cure: str | None = None, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail, cure=cure)
        self.fields = tuple(fields)


class UnauthenticatedError(TrackerError):
    """Nobody is known to be asking: no or wrong credentials or signature."""

    status = 401
    title = "Not authenticated"


class ForbiddenError(TrackerError):
    """The one asking is known and may not."""

    status = 403
    title = "Forbidden"


class NotFoundError(TrackerError):
    """The named object does not exist (or the one asking may not know that it does)."""

    status = 404
    title = "Not found"


class ConflictError(TrackerError):
    """The object is in a state that does not allow this."""

    status = 409
    title = "Conflict"


class StaleVersionError(TrackerError):
    """Somebody changed the object in the meantime (If-Match failed)."""

    status = 412
    title = "Changed in the meantime"


class TooLargeError(TrackerError):
    """The body is over the limit."""

    status = 413
    title = "Too large"


class PreconditionRequiredError(TrackerError):
    """An edit came without If-Match."""

    status = 428
    title = "If-Match required"


class RateLimitedError(TrackerError):
    """Too many requests; `retry_after` says when to come back, in seconds."""

    status = 429
    retryable = True
    title = "Too many requests"

    def __init__(self, detail: str, *, cure: str | None = None, retry_after: float = 1.0) -> None:
        super().__init__(detail, cure=cure)
        self.retry_after = retry_after


class UnavailableError(TrackerError):
    """A part that is needed does not answer, is full or is suspended; the sender keeps the message."""

    status = 503
    retryable = True
    title = "Temporarily unavailable"

    def __init__(self, detail: str, *, cure: str | None = None, retry_after: float = 5.0) -> None:
        super().__init__(detail, cure=cure)
        self.retry_after = retry_after


class ConfigurationError(TrackerError):
    """The process cannot start as it is configured."""

    title = "Configuration error"
