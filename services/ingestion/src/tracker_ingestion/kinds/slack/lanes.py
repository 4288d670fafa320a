"""Work side by side, yet in order within one channel, and never more at once than is good.

A file that takes a minute holds up its own channel and no other.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

MAX_AT_ONCE = 32
"""Below what the way to the bus takes at once."""


class Lanes:
    """Runs work within a task group."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)
        self._last: dict[str, asyncio.Task[None]] = {}
        self.count = 0
        """Under way or waiting for their turn."""

    async def add(self, lane: str, work: Coroutine[Any, Any, None]) -> None:
        """Run the work after all that was added to its lane before; waits while there is too much."""
        await self._slots.acquire()
        self.count += 1
        task = self._group.create_task(self._run(self._last.get(lane), work))
        self._last[lane] = task
        task.add_done_callback(lambda _: self._done(lane, task))

    async def _run(self, before: asyncio.Task[None] | None, work: Coroutine[Any, Any, None]) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
        except asyncio.CancelledError:
            work.close()
            raise
        await work

    def _done(self, lane: str, task: asyncio.Task[None]) -> None:
        self._slots.release()
        self.count -= 1
        if self._last.get(lane) is task:
            del self._last[lane]
