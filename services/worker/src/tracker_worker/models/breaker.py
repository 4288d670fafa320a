"""A circuit breaker: after a row of failures a provider is left alone for a while, then tried with one question.

Without it, each message would wait for the timeout of a provider that is known to be down.
"""

from collections.abc import Callable
from enum import StrEnum


class State(StrEnum):
    """Whether questions get through."""

    CLOSED = "closed"
    """They do."""
    OPEN = "open"
    """None does, until the rest is over."""
    HALF_OPEN = "half-open"
    """One does, to see whether the provider is back."""


class Breaker:
    """Counts the outcomes of one provider.

    Args:
        clock: Seconds that never go back.
        failures: So many in a row open it.
        rest: Seconds that it stays open; doubles each time the trial question fails too.
        longest_rest: The doubling ends here.
    """

    def __init__(
        self, clock: Callable[[], float], *, failures: int = 5, rest: float = 30.0, longest_rest: float = 600.0
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._first_rest = rest
        self._longest_rest = longest_rest
        self._failed = 0
        self._rest = rest
        self._open_until: float | None = None
        self._trial_until: float | None = None

    @property
    def state(self) -> State:
        """What a question would meet now."""
        if self._open_until is None:
            return State.CLOSED
        return State.OPEN if self._clock() < self._open_until else State.HALF_OPEN

    @property
    def failed(self) -> int:
        """Failures in a row."""
        return self._failed

    def allow(self) -> bool:
        """Say whether a question may be asked now; one that may has to be reported by one of the methods below."""
        match self.state:
            case State.CLOSED:
                return True
            case State.OPEN:
                return False
            case State.HALF_OPEN:
                # A trial that was never reported must not keep the provider shut for ever.
                if self._trial_until is not None and self._clock() < self._trial_until:
                    return False
                self._trial_until = self._clock() + self._longest_rest
                return True

    def succeed(self) -> None:
        """Report an answer."""
        self._failed = 0
        self._rest = self._first_rest
        self._open_until = self._trial_until = None

    def fail(self, retry_after: float | None = None) -> None:
        """Report a failure.

        Args:
            retry_after: Seconds for which the provider itself asked to be left alone; opens the breaker at once.
        """
        trial = self._trial_until is not None
        self._failed += 1
        self._trial_until = None
        if trial:
            self._rest = min(self._rest * 2, self._longest_rest)
        if trial or self._failed >= self._limit or retry_after is not None:
            rest = self._rest if retry_after is None else min(max(retry_after, 0.0), self._longest_rest)
            self._open_until = self._clock() + rest

    def withdraw(self) -> None:
        """Report a question that was given up before its time: it says nothing of the provider."""
        self._trial_until = None
