"""Bounds guessing: after so many failures from one address, further tries are refused for a while.

The tokens are 256 random bits, so guessing is hopeless anyway; this keeps it from costing anything. In memory and per
process: a restart forgives, which is harmless.
"""

from collections import OrderedDict
from time import monotonic

from tracker_core.errors import RateLimitedError

FAILURES = 10
"""Failures of one address within the window."""
FAILURES_OF_ALL = 200
"""Failures of all addresses together within the window."""
WINDOW = 60.0
"""Seconds."""
ADDRESSES = 10_000
"""Addresses remembered at once; the oldest is forgotten."""


class FailureLimiter:
    """Counts failures per address in fixed windows."""

    def __init__(self) -> None:
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def check(self, address: str) -> None:
        """Let the try pass.

        Raises:
            RateLimitedError: too many failures, of this address or of all.
        """
        for key, limit in (("", FAILURES_OF_ALL), (address, FAILURES)):
            start, failures = self._windows.get(key, (0.0, 0))
            left = start + WINDOW - monotonic()
            if failures >= limit and left > 0:
                raise RateLimitedError("Too many failed logins", cure="Wait a minute", retry_after=left)

    def failed(self, address: str) -> None:
        """Count a failure."""
        now = monotonic()
        for key in ("", address):
            start, failures = self._windows.pop(key, (now, 0))
            self._windows[key] = (start, failures + 1) if now - start < WINDOW else (now, 1)
        while len(self._windows) > ADDRESSES:
            self._windows.popitem(last=False)
