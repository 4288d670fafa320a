"""How a Source is, as its process tells it: a state, a reason that programs can compare, a sentence with the cure."""

from datetime import UTC, datetime
from enum import StrEnum

from tracker_core.health import Heartbeat

MAX_DETAIL = 1000
"""Characters of an error that are shown; some repeat a whole answer."""


class Reason(StrEnum):
    """Why a Source is not ready; the operator's condition has the same reason."""

    STARTING = "Starting"
    SECRET_MISSING = "SecretMissing"  # noqa: S105 -- a name
    INVALID_CREDENTIALS = "InvalidCredentials"
    """Wrong, expired or revoked."""
    FORBIDDEN = "Forbidden"
    """The account is known and may not do this: a scope, a channel, a mailbox."""
    CONFLICT = "Conflict"
    """Somebody else receives with the same credential."""
    UNREACHABLE = "Unreachable"
    TLS_FAILED = "TLSFailed"
    """A certificate that is expired, unknown or another's, or no encryption where it is wanted."""
    SLOW = "Slow"
    """The provider did not answer in time."""
    RATE_LIMITED = "RateLimited"
    MAILBOX_FULL = "MailboxFull"
    PROVIDER_ERROR = "ProviderError"
    BUS_UNAVAILABLE = "BusUnavailable"
    """NATS is away or full; what comes in stays with the provider meanwhile."""
    FILES_UNAVAILABLE = "FilesUnavailable"
    """The store of attachments does not answer, refuses us or is full."""
    SUSPENDED = "Suspended"


class Condition:
    """Mutable, one per process; its heartbeat is read every second.

    Args:
        secrets: Texts that never appear in a detail, such as the token that a library names in its errors.
    """

    def __init__(self, *secrets: str) -> None:
        self._secrets = [secret for secret in secrets if secret]
        self._reason: str = Reason.STARTING
        self._detail = "Not connected yet"
        self._account = ""
        self._last_message_at: datetime | None = None
        self.lag = 0
        """Messages that the provider still holds for us, as far as it says."""

    @property
    def reason(self) -> str:
        """Why it is not ready; empty when it is."""
        return self._reason

    def hide(self, *secrets: str) -> None:
        """Keep these out of every detail from now on."""
        self._secrets += [secret for secret in secrets if secret and secret not in self._secrets]

    def ready(self, account: str = "") -> None:
        """It receives. `account`: who the provider says we are."""
        if self._reason:
            self._reason = self._detail = ""
        self._account = account or self._account

    def trouble(self, reason: Reason, detail: str) -> None:
        """It does not receive, or not all of it."""
        self._reason, self._detail = reason, self._safe(detail)

    def note(self, detail: str) -> None:
        """Tell of something while it receives: a file that was not kept, a message that could not be read."""
        if not self._reason:
            self._detail = self._safe(detail)

    def took(self, at: datetime) -> None:
        """Note that a message was taken."""
        self._last_message_at = at

    def report(self) -> Heartbeat:
        """Return the heartbeat of now."""
        return Heartbeat(
            "degraded" if self._reason else "ready",
            datetime.now(UTC),
            self._detail,
            self._last_message_at,
            self.lag,
            reason=self._reason,
            account=self._account,
        )

    def _safe(self, detail: str) -> str:
        for secret in self._secrets:
            detail = detail.replace(secret, "<secret>")
        return detail[:MAX_DETAIL]
