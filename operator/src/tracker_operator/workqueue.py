"""The queue of objects to look at: the one way to `reconcile`, whatever the reason.

An object stands in it once, is worked on by one worker at a time, and is looked at again when something happened
meanwhile. One that fails comes back after a pause that doubles, up to five minutes; so nothing loops hot.
"""

import asyncio
import contextlib
import heapq
import itertools
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

from tracker_core.errors import TrackerError

from tracker_operator.metrics import Metrics

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0
WORK_SECONDS = 60.0
"""One look may take this long; then it counts as failed."""


@dataclass(frozen=True, order=True)
class Key:
    """What is to be looked at."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} '{self.namespace}/{self.name}'"


type Work = Callable[[Key], Awaitable[float | None]]
"""Looks at an object; returns the seconds until the next look, None for an object that is gone."""
type Failed = Callable[[Key, Exception, int], Awaitable[None]]
"""Is told of a failure, and the how manieth in a row it is."""


class WorkQueue:
    """See the module's docstring."""

    def __init__(self, work: Work, failed: Failed, metrics: Metrics, workers: int) -> None:
        self._work = work
        self._failed = failed
        self._metrics = metrics
        self._workers = workers
        self._waiting: dict[Key, float] = {}
        """In the order in which they came, with the time."""
        self._running: set[Key] = set()
        self._again: set[Key] = set()
        """Those that were added while they were worked on."""
        self._later: list[tuple[float, int, Key]] = []
        self._due: dict[Key, float] = {}
        """The one time that counts of each key in `_later`."""
        self._failures: dict[Key, int] = {}
        self._count = itertools.count()
        self._wake = asyncio.Event()
        self._stopping = False
        self.last_turn = monotonic()
        """When a worker last did something (monotonic clock): the liveness of the operator."""

    def add(self, key: Key) -> None:
        """Look at the object as soon as a worker is free."""
        self._due.pop(key, None)
        if key in self._running:
            self._again.add(key)
        else:
            self._waiting.setdefault(key, monotonic())
        self._wake.set()

    def add_after(self, key: Key, seconds: float) -> None:
        """Look at the object later, unless it is to be looked at earlier anyway."""
        due = monotonic() + seconds
        if key in self._waiting or key in self._again or self._due.get(key, due + 1) <= due:
            return
        self._due[key] = due
        heapq.heappush(self._later, (due, next(self._count), key))
        self._wake.set()

    def forget(self, key: Key) -> None:
        """The object is gone."""
        self._due.pop(key, None)
        self._failures.pop(key, None)

    @property
    def depth(self) -> int:
        """Objects that wait for a worker."""
        return len(self._waiting)

    async def run(self) -> None:
        """Work until cancelled or stopped."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._workers):
                tasks.create_task(self._serve(), name=f"worker {number}")

    def stop(self) -> None:
        """Begin nothing more; `run` returns when what runs has ended."""
        self._stopping = True
        self._wake.set()

    async def _serve(self) -> None:
        while (key := await self._next()) is not None:
            self._running.add(key)
            started = monotonic()
            try:
                async with asyncio.timeout(WORK_SECONDS):
                    again = await self._work(key)
            except Exception as error:  # noqa: BLE001 -- one object's trouble must not end the worker
                await self._fail(key, error)
            else:
                self._failures.pop(key, None)
                self._metrics.reconciled(key.kind, "ok", monotonic() - started)
                if again is None:
                    self.forget(key)
                else:
                    # Jitter: a thousand objects that were made at once are not looked at at once.
                    self.add_after(key, again * random.uniform(0.8, 1.2))  # noqa: S311 -- no secret
            finally:
                self.last_turn = monotonic()
                self._running.discard(key)
                if key in self._again:
                    self._again.discard(key)
                    self.add(key)

    async def _fail(self, key: Key, error: Exception) -> None:
        count = self._failures[key] = self._failures.get(key, 0) + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(count - 1, 16)) * random.uniform(0.8, 1.2)  # noqa: S311
        self._metrics.reconciled(key.kind, "error", 0.0)
        if isinstance(error, TrackerError | TimeoutError):
            log.warning("%s: %s; again in %.0f s", key, str(error) or type(error).__name__, pause)
        else:
            log.error("%s failed; again in %.0f s", key, pause, exc_info=error)
        self.add_after(key, pause)
        try:
            async with asyncio.timeout(WORK_SECONDS):
                await self._failed(key, error, count)
        except (TrackerError, TimeoutError) as second:
            log.warning("%s: its failure cannot be written down: %s", key, str(second) or type(second).__name__)

    async def _next(self) -> Key | None:
        while not self._stopping:
            self._ripen()
            self._metrics.depth(len(self._waiting))
            if self._waiting:
                key = next(iter(self._waiting))
                del self._waiting[key]
                return key
            self._wake.clear()
            pause = max(0.0, self._later[0][0] - monotonic()) if self._later else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)
        return None

    def _ripen(self) -> None:
        now = monotonic()
        while self._later and self._later[0][0] <= now:
            due, _, key = heapq.heappop(self._later)
            if self._due.get(key) != due:
                continue
            del self._due[key]
            if key in self._running:
                self._again.add(key)
            else:
                self._waiting.setdefault(key, now)
