"""What became of the requests of each Webhook: for /metrics, for the Source's health, and for the log.

A request that a filter holds back is in no ledger, because it never became a message; here it is counted.
"""

import time
from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum

_LOG_INTERVAL = 1.0
"""Seconds between two log lines of one reason, so that a flood of bad requests is not a flood of lines."""


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
        self._logged: dict[str, float] = {}

    def accepted(self, outcome: Outcome) -> None:
        """Count a message that is on the bus."""
        self.counts[outcome, ""] += 1
        self.last_message_at = datetime.now(UTC)

    def filtered(self) -> None:
        """Count a request that carries no message."""
        self.counts[Outcome.FILTERED, ""] += 1

    def rejected(self, status: int) -> bool:
        """Count a refusal; return whether it is time to log it."""
        reason = str(status)
        self.counts[Outcome.REJECTED, reason] += 1
        now = time.monotonic()
        if now - self._logged.get(reason, -_LOG_INTERVAL) < _LOG_INTERVAL:
            return False
        self._logged[reason] = now
        return True


def exposition(tallies: dict[str, Tally]) -> bytes:
    """Return the counts by Webhook in the text format of Prometheus 0.0.4."""
    name = "tracker_gateway_requests_total"
    lines = [f"# HELP {name} Requests to a Webhook by what became of them.", f"# TYPE {name} counter"]
    for webhook, tally in sorted(tallies.items()):
        for (outcome, status), count in sorted(tally.counts.items()):
            lines.append(f'{name}{{webhook="{webhook}",outcome="{outcome}",status="{status}"}} {count}')
    return ("\n".join(lines) + "\n").encode()
