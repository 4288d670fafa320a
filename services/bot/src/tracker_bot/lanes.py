"""Chats side by side, each in its order: a file that takes half a minute holds up its own chat and no other."""

import asyncio
from collections.abc import Coroutine
from typing import Any

MAX_AT_ONCE = 32
"""Updates under way or waiting for their turn; below what the way to the bus takes at once."""


class Lanes:
    """Runs work within a task group."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._places = asyncio.Semaphore(MAX_AT_ONCE)
        self._last: dict[str, asyncio.Task[None]] = {}

    async def add(self, lane: str, work: Coroutine[Any, Any, None]) -> None:
        """Run the work after all that was added to its lane before; wait while there is too much."""
        try:
            await self._places.acquire()
        except asyncio.CancelledError:
            work.close()
            raise
        task = self._group.create_task(self._run(self._last.get(lane), work))
        self._last[lane] = task
        task.add_done_callback(lambda done: self._forget(lane, done))

    async def _run(self, before: asyncio.Task[None] | None, work: Coroutine[Any, Any, None]) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
        except asyncio.CancelledError:
            work.close()
            raise
        await work

    def _forget(self, lane: str, task: asyncio.Task[None]) -> None:
        self._places.release()
        if self._last.get(lane) is task:
            del self._last[lane]


def lane_of(update: object) -> str:
    """Return what must stay in order with an update: its chat."""
    for body in update.values() if isinstance(update, dict) else ():
        match body:
            case {"chat": {"id": chat}} | {"message": {"chat": {"id": chat}}}:
                return str(chat)
            case _:
                continue
    return ""
