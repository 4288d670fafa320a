"""Waiting for what happens by itself: poll, with a deadline that names what did not come."""

import asyncio
import time
from collections.abc import Awaitable, Callable

SECONDS = 30.0
_POLL_SECONDS = 0.02


def wait_for[T](what: str, probe: Callable[[], T | None], seconds: float = SECONDS) -> T:
    """Call `probe` until it returns something true; return that."""
    deadline = time.monotonic() + seconds
    while not (result := probe()):
        assert time.monotonic() < deadline, f"no {what} within {seconds:.0f} s"
        time.sleep(_POLL_SECONDS)
    return result


async def eventually[T](what: str, probe: Callable[[], Awaitable[T | None]], seconds: float = SECONDS) -> T:
    """Do the same with a coroutine function."""
    deadline = time.monotonic() + seconds
    while not (result := await probe()):
        assert time.monotonic() < deadline, f"no {what} within {seconds:.0f} s"
        await asyncio.sleep(_POLL_SECONDS)
    return result
