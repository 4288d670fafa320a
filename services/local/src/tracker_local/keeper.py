"""Keeps one process running: starts it, sees that it gets ready, starts it again when it ends."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tracker_local import logs
from tracker_local.process import Process, kill_group, spawn
from tracker_local.runtime import ProcessStatus, State

_POLL_SECONDS = 0.05
_FIRST_DELAY_SECONDS = 0.2
_LONGEST_DELAY_SECONDS = 10.0
_HEALTHY_SECONDS = 30.0
"""A process that was ready for so long starts again at once, whatever it did before."""

_LAST_WORDS = 200
_FIRST_STARTS = 3
"""How often it may fail before its first start counts as failed: a crash leaves things that need a moment to clear."""


def next_delay(previous: float | None, healthy: float) -> float:
    """Return how long to wait before the next start.

    Args:
        previous: The delay before the start that has just ended; None for the first one.
        healthy: Seconds that the process was ready for.
    """
    if previous is None or healthy >= _HEALTHY_SECONDS:
        return _FIRST_DELAY_SECONDS
    return min(previous * 2, _LONGEST_DELAY_SECONDS)


def describe_exit(code: int, log: Path) -> str:
    """Say how a process ended (`code` as in `Popen.returncode`), with its last words when it failed by itself."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    last_words = logs.last_words(log)[:_LAST_WORDS] if code else ""
    return f"ended with exit code {code}" + (f": {last_words}" if last_words else "")


class Keeper:
    """Keeps one process running until it is told to stop.

    It never gives up: a part that the user brings back (a full disk, an external database) heals what waits for it.
    """

    def __init__(self, process: Process, log: Path, changed: Callable[[str, ProcessStatus], None]) -> None:
        self.process = process
        self.status = ProcessStatus(State.STARTING)
        self._log = log
        self._changed = changed
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = asyncio.Event()
        self._settled = asyncio.Event()
        self._task = asyncio.create_task(self._keep(), name=f"keep {process.name}")

    async def settled(self) -> ProcessStatus:
        """Wait until the first start has worked, failed or run out of time; return the state it is in."""
        await self._settled.wait()
        return self.status

    async def stop(self) -> None:
        """Ask it to stop, kill it when it does not, wait until it is gone."""
        self._stopping.set()
        if self._child is not None and self._child.returncode is None:
            self._change(State.STOPPING)
            self._child.send_signal(self.process.stop_signal)
        _, late = await asyncio.wait([self._task], timeout=self.process.stop_seconds)
        if late:
            self.kill()
        await self._task

    def kill(self) -> None:
        """Do not wait for it any longer."""
        if self._child is not None:
            kill_group(self._child)

    async def _keep(self) -> None:
        delay: float | None = None
        while not self._stopping.is_set():
            ended, healthy = await self._run()
            self._child = None
            if self._stopping.is_set():
                break
            delay = next_delay(delay, healthy)
            detail = f"{ended}; next start in {delay:.1f} s; log: {self._log}"
            self._change(State.RESTARTING, detail, restarts=self.status.restarts + 1)
            if self.status.restarts >= _FIRST_STARTS:
                self._settled.set()
            await _wait(self._stopping, delay)
        self._change(State.STOPPED)

    async def _run(self) -> tuple[str, float]:
        """Run it once; return how it ended and for how many seconds it was ready."""
        try:
            self._child = child = spawn(self.process, self._log)
        except OSError as error:  # out of memory, processes or files: as good as a crash
            return f"cannot start: {error.strerror}", 0.0
        self._change(State.STARTING)
        exited = asyncio.create_task(wait_exit(child))
        try:
            ready_at = await self._until_ready(child.pid, exited)
            ended = await exited
        except asyncio.CancelledError:
            kill_group(child)
            raise
        return describe_exit(ended, self._log), time.monotonic() - ready_at if ready_at is not None else 0.0

    async def _until_ready(self, pid: int, exited: asyncio.Task[int]) -> float | None:
        late_at = time.monotonic() + self.process.ready_seconds
        while not exited.done():
            if await asyncio.to_thread(self._is_ready, pid):
                if not self._stopping.is_set() and not exited.done():
                    self._change(State.READY)
                    self._settled.set()
                return time.monotonic()
            if time.monotonic() > late_at:
                late_at = float("inf")
                detail = f"not ready after {self.process.ready_seconds:.0f} s, still waiting; log: {self._log}"
                self._change(State.STARTING, detail)
                self._settled.set()
            await asyncio.wait([exited], timeout=_POLL_SECONDS)
        return None

    def _is_ready(self, pid: int) -> bool:
        try:
            return self.process.ready(pid)
        except (OSError, ValueError):  # a file that may not be read or is half written: ask again
            return False

    def _change(self, state: State, detail: str = "", restarts: int | None = None) -> None:
        pid = self._child.pid if self._child is not None else None
        self.status = ProcessStatus(state, pid, self.status.restarts if restarts is None else restarts, detail)
        self._changed(self.process.name, self.status)


async def wait_exit(child: subprocess.Popen[bytes]) -> int:
    """Wait for a child without a thread, end what it left behind in its session, return its exit code."""
    loop = asyncio.get_running_loop()
    descriptor = os.pidfd_open(child.pid)
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    kill_group(child)
    return child.wait()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
