"""How often a Source takes messages: a token bucket, for the gateway that refuses and for the kinds that wait.

Each process has a bucket of its own.
"""

from tracker_core.manifests.source import RateLimitSpec

BURST_SECONDS = 2.0
"""A bucket holds this many seconds' worth unless it says otherwise: a steady sender at the limit is not hit by its own
jitter."""


class TokenBucket:
    """Lets a number of messages per second through, on average.

    Args:
        per_second: Messages.
        burst: Messages that may come at once after a quiet time; by default two seconds' worth.
    """

    def __init__(self, per_second: int, burst: int | None = None) -> None:
        self.per_second = per_second
        self.burst = burst
        self._capacity = float(burst) if burst is not None else max(1.0, per_second * BURST_SECONDS)
        self._tokens = self._capacity
        self._at = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until there is room for a message; 0 when there is.

        Args:
            now: Seconds of a clock that only goes forward.
        """
        self._tokens = min(self._capacity, self._tokens + max(0.0, now - self._at) * self.per_second)
        self._at = now
        return max(0.0, (1 - self._tokens) / self.per_second)

    def take(self) -> None:
        """Charge one message; ahead of its time, too, by whoever waits for that."""
        self._tokens -= 1

    def obeys(self, spec: RateLimitSpec) -> bool:
        """Say whether it is the bucket of this limit."""
        return (self.per_second, self.burst) == (spec.per_second, spec.burst)


def bucket_of(spec: RateLimitSpec) -> TokenBucket:
    """Return a new bucket for `spec.ingest.rateLimit`."""
    return TokenBucket(spec.per_second, spec.burst)
