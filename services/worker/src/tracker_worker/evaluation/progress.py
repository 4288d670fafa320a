"""A bar on the terminal of the person who waits; nothing where nobody looks."""

import sys
from collections.abc import Callable
from time import monotonic

_WIDTH = 30
_INTERVAL = 0.1
"""Seconds between drawings."""


def progress(total: int) -> Callable[[int], None]:
    """Return what is to be told how many are done."""
    if not sys.stderr.isatty():
        return lambda _: None
    drawn = started = monotonic()

    def tell(done: int) -> None:
        nonlocal drawn
        now = monotonic()
        if done < total and now - drawn < _INTERVAL:
            return
        drawn = now
        full = "█" * (done * _WIDTH // total)
        left = (now - started) / done * (total - done)
        end = "\r\x1b[K" if done == total else ""
        sys.stderr.write(f"\r{full:·<{_WIDTH}} {done}/{total}, {left:.0f} s left{end}")
        sys.stderr.flush()

    return tell
