"""What became of the requests of each Webhook: for /metrics, for the Source's health, and for the log.

A request that a filter holds back is in no ledger, because it never became a message; here it is counted.
"""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily

_LOG_INTERVAL = 1.0
"""Seconds between two log lines of one reason, so that a flood of bad requests is not a flood of lines."""


_WORDS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "SignatureMismatch",
    HTTPStatus.FORBIDDEN: "AddressNotAllowed",
    HTTPStatus.METHOD_NOT_ALLOWED: "MethodNotAllowed",
    HTTPStatus.REQUEST_TIMEOUT: "TooSlow",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "TooLarge",
    HTTPStatus.TOO_MANY_REQUESTS: "RateLimited",
    HTTPStatus.BAD_REQUEST: "Malformed",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Malformed",
    HTTPStatus.SERVICE_UNAVAILABLE: "Unavailable",
    HTTPStatus.INTERNAL_SERVER_ERROR: "InternalError",
}


class Outcome(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    DEAD = "dead"
    """Verified and not understood; on the bus as a dead letter."""
    FILTERED = "filtered"
    """Held back by `spec.filter`, or a ping of the provider."""
    REJECTED = "rejected"
    """Answered with an error; the sender still has it."""


class Tally:
    """Counts of one Webhook since the process started."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[Outcome, str]] = Counter()
        """By outcome and, for what was rejected, status."""
        self.last_message_at: datetime | None = None
        self.last_rejection_at: datetime | None = None
        self.last_rejection = ""
        """One word: `Webhook.status.lastRejection.reason`."""
        self._logged: dict[str, float] = {}

    def accepted(self, outcome: Outcome) -> None:
        """Count a message that is on the bus."""
        self.counts[outcome, ""] += 1
        self.last_message_at = datetime.now(UTC)

    def filtered(self) -> None:
        """Count a request that carries no message."""
        self.counts[Outcome.FILTERED, ""] += 1

    def rejected(self, status: int, word: str = "") -> bool:
        """Count a refusal; return whether it is time to log it.

        Args:
            status: HTTP status of the answer.
            word: Why, where the status does not say it all.
        """
        self.last_rejection_at, self.last_rejection = datetime.now(UTC), word or _WORDS.get(status, "Refused")
        reason = str(status)
        self.counts[Outcome.REJECTED, reason] += 1
        now = time.monotonic()
        if now - self._logged.get(reason, -_LOG_INTERVAL) < _LOG_INTERVAL:
            return False
        self._logged[reason] = now
        return True


def counted(tallies: Mapping[str, Tally]) -> Metric:
    """Return the counts by Webhook for Prometheus."""
    family = CounterMetricFamily(
        "tracker_gateway_requests", "Requests by what became of them", labels=["webhook", "outcome", "status"]
    )
    for webhook, tally in sorted(tallies.items()):
        for (outcome, status), count in sorted(tally.counts.items()):
            family.add_metric([webhook, outcome, status], count)
    return family
