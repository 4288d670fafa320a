"""A process as data: what to run, how to know that it is ready, how to stop it.

The supervisor, the test fixtures and the benchmarks start the same descriptions.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import tracker_local.leash

SAME_IDENTITY = "-"

type Probe = Callable[[int], bool]
"""Tells whether the process with this pid can be used. Blocks for at most a second, never raises for "not yet"."""

# They carry passwords and keys, and a process gets only those that its description names.
_NOT_INHERITED = {"TRACKER_DATABASE__URL", "TRACKER_NATS__URL", "TRACKER_TRIAGE__PROVIDERS"}


class Layer(IntEnum):
    """What stands on what: a layer is stopped when all above it have stopped."""

    DATABASE = 0
    BUS = 1
    SERVICE = 2


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process that is kept running."""

    name: str
    """Unique; also the name of its log."""
    layer: Layer = Layer.SERVICE
    command: tuple[str, ...]
    ready: Probe = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Added to the inherited one. Not shown: it holds passwords, which therefore never stand in the command."""
    directory: Path | None = None
    identity: str = SAME_IDENTITY
    """As `leash.py` spells it."""
    essential: bool = True
    """Whether the installation is ready only when this is: a Source with a wrong token is no reason to say nothing."""
    ready_seconds: float = 60
    """How long it may take until `ready`."""
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 4.5
    """How long it may take to stop before it is killed. All layers together stay below ten seconds."""
    death_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the supervisor dies. SIGKILL for our own processes, because a graceful stop may wait
    for a client for ever and each of them is safe to kill; servers with files get a signal that ends them cleanly."""


def leashed(
    command: tuple[str, ...], *, identity: str = SAME_IDENTITY, death_signal: signal.Signals = signal.SIGKILL
) -> list[str]:
    """Return the command that runs `command` so that it dies with this process."""
    script = tracker_local.leash.__file__
    return [sys.executable, "-I", "-S", script, str(os.getpid()), str(int(death_signal)), identity, *command]


def spawn(process: Process, log: Path) -> subprocess.Popen[bytes]:
    """Start it, its output appended to `log`. Call this from the main thread: the leash holds on to the thread.

    A session of its own keeps the terminal's Ctrl-C away from the child: the supervisor decides the order.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    inherited = {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED}
    output = os.open(log, flags, 0o600)
    try:
        return subprocess.Popen(
            leashed(process.command, identity=process.identity, death_signal=process.death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=inherited | dict(process.environment),
            cwd=process.directory,
            start_new_session=True,
        )
    finally:
        os.close(output)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a child and what it started in its session, unless it has been waited for: its pid may be another's now."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
