"""Pauses between tries: longer each time, bounded, and never the same for two processes."""

import random


class Backoff:
    """Counts the tries that failed."""

    def __init__(self, *, first: float = 0.5, longest: float = 60.0) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """Begin anew after a success."""
        self._next = self._first

    def pause(self, at_least: float = 0.0) -> float:
        """Return the seconds to wait now; `at_least` is what the other side asks for."""
        pause, self._next = self._next * random.uniform(0.5, 1.0), min(self._next * 2, self._longest)  # noqa: S311
        return max(pause, at_least)
