"""How long the whole of one machine takes to start again, and the memory that it holds then."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.side import memory_mb
from tests.support.installation import installed


@dataclass(frozen=True)
class Installed:
    startup_seconds: float
    """From the start of the supervisor to every process ready, with the data of an earlier start."""
    memory_mb: float
    """Supervisor, Postgres, NATS and the four services, idle."""


def measure_installation(folder: Path) -> Installed:
    with installed(folder) as first:
        first.wait_ready()
    started = time.perf_counter()
    with installed(folder) as again:
        pids = again.wait_ready()
        seconds = time.perf_counter() - started
        processes = [psutil.Process(pid) for pid in (again.supervisor.pid, *pids.values())]
        return Installed(seconds, memory_mb(processes))
