"""One run: messages go out on their schedule, answers and events come back, each with its time.

In the open loop a message's latency counts from when it was *due*, also when every connection was still busy: a server
that stalls delays all that was due meanwhile, and the figures show it (no coordinated omission).
"""

import asyncio
import re
from array import array
from collections import Counter, deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from time import perf_counter

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as connect_socket
from websockets.exceptions import ConnectionClosed

from tests.bench.load.http import Connection, Requests, connect
from tests.bench.load.job import Job, Outcome, Spread, Watch

# asyncio wakes up to a millisecond late; where messages are this far apart, the rest is waited for awake.
_PRECISE_GAP = 0.01
_AWAKE = 0.0015
_MARKER = re.compile(rb"#(\d{9})#")
_REPEATS_SECONDS = 0.1
_ANSWER_SECONDS = 10.0


class Run:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._requests = Requests(job.target)
        self._due = array("d")
        self._answered = array("d")
        self._seen = array("d")
        self._refused: Counter[str] = Counter()
        self._idle: deque[Connection] = deque()
        self._overdue: deque[int] = deque()
        self._repeated = self._events = self._answers = 0
        self._end = 0.0
        self._progress = asyncio.Event()

    async def run(self) -> Outcome:
        async with AsyncExitStack() as stack:
            watcher: asyncio.Task[None] | None = None
            if self._job.watch is not None:
                socket = await stack.enter_async_context(_open(self._job.watch))
                watcher = asyncio.create_task(self._watch(socket))
                stack.callback(watcher.cancel)
            connections = await connect(self._job.target, self._job.connections, self._on_answer)
            for connection in connections:
                stack.callback(connection.close)
            self._end = perf_counter() + self._job.seconds
            if self._job.rate:
                self._idle.extend(connections)
                await self._open_loop()
            else:
                for connection in connections:
                    self._send(connection, self._next(perf_counter()))
            remaining = max(0.0, self._end - perf_counter())
            await self._until(lambda: self._answers == len(self._due) and self._over, remaining + _ANSWER_SECONDS)
            if watcher is not None:
                accepted = len(self._due) - self._refused.total()
                await self._until(lambda: self._events >= accepted or watcher.done(), self._job.drain_seconds)
                await asyncio.sleep(_REPEATS_SECONDS)
            return self._outcome()

    @property
    def _over(self) -> bool:
        return perf_counter() >= self._end or len(self._due) >= self._job.limit

    async def _open_loop(self) -> None:
        gap, start = 1 / self._job.rate, perf_counter() + 0.01
        count = min(int(self._job.seconds * self._job.rate), self._job.limit)
        for position in range(count):
            due = start + position * gap
            await _wait_until(due, precisely=gap >= _PRECISE_GAP)
            number = self._next(due)
            if self._idle:
                self._send(self._idle.popleft(), number)
            else:
                self._overdue.append(number)
        self._end = perf_counter()

    def _next(self, due: float) -> int:
        self._due.append(due)
        self._answered.append(0)
        self._seen.append(0)
        return len(self._due) - 1

    def _send(self, connection: Connection, number: int) -> None:
        connection.send(number, self._requests.make(self._job.first + number))

    def _on_answer(self, connection: Connection, number: int, status: str) -> None:
        now = perf_counter()
        self._answers += 1
        self._progress.set()
        if status.startswith("2"):
            self._answered[number] = now
        else:
            self._refused[status] += 1
        if status == "lost":
            return
        if self._overdue:
            self._send(connection, self._overdue.popleft())
        elif self._job.rate:
            self._idle.append(connection)
        elif not self._over:
            self._send(connection, self._next(now))

    async def _watch(self, socket: ClientConnection) -> None:
        try:
            while True:
                frame = await socket.recv(decode=False)
                now = perf_counter()
                for found in _MARKER.findall(frame):
                    self._on_event(int(found) - self._job.first, now)
        except ConnectionClosed:
            self._progress.set()

    def _on_event(self, number: int, now: float) -> None:
        if not 0 <= number < len(self._seen):
            return
        if self._seen[number]:
            self._repeated += 1
            return
        self._seen[number] = now
        self._events += 1
        self._progress.set()

    async def _until(self, reached: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not reached():
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError:
            return

    def _outcome(self) -> Outcome:
        start = self._due[0]
        seconds = max(self._answered) - start
        accepted = sum(1 for at in self._answered if at)
        last = len(self._due) * 3 // 4
        return Outcome(
            sent=len(self._due),
            accepted=accepted,
            refused=dict(self._refused),
            seconds=seconds,
            rate=accepted / seconds if accepted else 0,
            accept=_spread(self._due, self._answered),
            events=self._events,
            repeated=self._repeated,
            event_rate=self._events / (max(self._seen) - start) if self._events else 0,
            event=_spread(self._due, self._seen) if self._events else None,
            lag=_spread(self._due[last:], self._seen[last:]).p50,
        )


def _open(watch: Watch) -> connect_socket:
    headers = {"Authorization": f"Bearer {watch.token}"} if watch.token else {}
    return connect_socket(
        watch.url, additional_headers=headers, compression=None, max_size=None, proxy=None, ping_interval=None
    )


async def _wait_until(due: float, *, precisely: bool) -> None:
    wait = due - perf_counter()
    if not precisely:
        if wait > 0:
            await asyncio.sleep(wait)
        return
    if wait > _AWAKE:
        await asyncio.sleep(wait - _AWAKE)
    while perf_counter() < due:
        await asyncio.sleep(0)


def _spread(due: array[float], done: array[float]) -> Spread:
    latencies = sorted(at - since for since, at in zip(due, done, strict=True) if at)
    if not latencies:
        return Spread(0, 0, 0)
    return Spread(p50=latencies[len(latencies) // 2], p99=latencies[int(len(latencies) * 0.99)], worst=latencies[-1])
