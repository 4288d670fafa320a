"""What runs now in a home folder: written by the supervisor, read by every command.

The file is only believed while the supervisor holds its lock; after `kill -9` of it, it says nothing.
"""

import time
from enum import StrEnum
from pathlib import Path

import msgspec
import psutil
from tracker_core.errors import UnavailableError

from tracker_local.home import Home
from tracker_local.lock import is_held

_LEFTOVER_SECONDS = 5
_CLOCK_SLACK_SECONDS = 1


class State(StrEnum):
    """Where a process is in its life."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    """It ended by itself and waits for its next start."""
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    """A step that must work at the start did not."""
    DONE = "done"
    """A step that runs once has worked."""
    EXTERNAL = "external"
    """Given by its URL: somebody else runs it."""


class ProcessStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """One process as `tasktracker status` shows it."""

    state: State
    pid: int | None = None
    restarts: int = 0
    detail: str = ""


class Runtime(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses (without passwords) and processes."""

    supervisor: int
    """Its pid."""
    started_at: str
    """ISO 8601, UTC."""
    ready: bool
    """Every process is ready."""
    api: str
    webhook: str
    dashboard: str
    nats: str
    nats_monitoring: str
    """Empty when NATS is external."""
    database: str
    processes: dict[str, ProcessStatus]
    notes: tuple[str, ...] = ()
    """What the user should know of this start: a port that was taken."""

    @property
    def pids(self) -> dict[str, int]:
        """Pid of each process that is alive."""
        return {name: status.pid for name, status in self.processes.items() if status.pid is not None}

    def save(self, home: Home) -> None:
        """Write it for readers, who see the old or the new one and never a half."""
        temporary = home.runtime_file.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(self)))
        temporary.replace(home.runtime_file)

    @classmethod
    def load(cls, home: Home) -> "Runtime | None":
        """Return what runs, or None when nothing does."""
        return _read(home.runtime_file) if is_held(home.lock_file) else None


def _read(file: Path) -> Runtime | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Runtime)
    except (FileNotFoundError, msgspec.DecodeError):  # not written yet, or by another version
        return None


def end_leftovers(home: Home) -> None:
    """Wait for the children of a supervisor that was killed; the kernel has told them to stop.

    Until then they hold their ports and their data. Call this with the lock held.

    Raises:
        UnavailableError: one of them does not end.
    """
    runtime = _read(home.runtime_file)
    if runtime is None:
        return
    written = home.runtime_file.stat().st_mtime + _CLOCK_SLACK_SECONDS
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    for name, pid in runtime.pids.items():
        while _is_same(pid, written):
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"Process {pid} ({name}) of an earlier run does not end", cure=f"Kill it: kill -9 {pid}"
                )
            time.sleep(0.02)
    home.runtime_file.unlink(missing_ok=True)


def _is_same(pid: int, written: float) -> bool:
    """Whether the pid is still the process that was meant: one that got the number later started later."""
    try:
        process = psutil.Process(pid)
        return process.create_time() <= written and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
