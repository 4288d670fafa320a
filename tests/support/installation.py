"""One-machine installations for tests: `tasktracker up` as a process of its own, without its drawing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tracker_local.home import Home
from tracker_local.ports import free_port
from tracker_local.runtime import Runtime

from tests.support.waiting import wait_for

type Environment = Mapping[str, str]

START_SECONDS = 90
STOP_SECONDS = 15

_SCRIPT = """
import asyncio, sys
from tracker_local.home import Home
from tracker_local.supervisor import AlreadyRunningError, run

class Silent:
    def changed(self, process, status): pass
    def ready(self, runtime): print("ready", flush=True)

try:
    asyncio.run(run(Home.current(), Silent()))
except AlreadyRunningError as error:
    print(error, error.runtime.api)
"""


@dataclass
class Installation:
    """A supervisor that runs in a folder of its own."""

    home: Home
    supervisor: subprocess.Popen[str]

    @property
    def runtime(self) -> Runtime:
        """What it says that runs."""
        return wait_for("runtime.json", lambda: Runtime.load(self.home))

    def wait_ready(self, *names: str) -> dict[str, int]:
        """Wait until these processes (all, when none is named) are ready; return their pids."""

        def pids() -> dict[str, int] | None:
            assert self.supervisor.poll() is None, f"the supervisor ended: {self.supervisor.communicate()}"
            runtime = self.runtime
            waiting = set(names) - {name for name, status in runtime.processes.items() if status.state == "ready"}
            return None if waiting or not (names or runtime.ready) else runtime.pids

        try:
            return wait_for("ready processes", pids, START_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{json.dumps(self.logs(), indent=1)}") from None

    def logs(self) -> dict[str, list[str]]:
        """Return the last lines of each log."""
        return {
            log.stem: log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
            for log in self.home.logs.glob("*.log")
        }

    def stop(self) -> None:
        """Press Ctrl-C and wait."""
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(STOP_SECONDS)


@contextmanager
def installed(
    folder: Path, environment: Mapping[str, str] | None = None, user: int | None = None
) -> Iterator[Installation]:
    """Start everything in `folder`; the processes come up while the test goes on. Use `wait_ready`."""
    supervisor = start_supervisor(folder, environment, user)
    installation = Installation(Home(folder), supervisor)
    try:
        yield installation
    finally:
        installation.stop()
        if supervisor.poll() is None:
            supervisor.kill()
        supervisor.communicate(timeout=STOP_SECONDS)


def start_supervisor(
    folder: Path, environment: Mapping[str, str] | None = None, user: int | None = None
) -> subprocess.Popen[str]:
    """Start a supervisor for `folder`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    # Not the first choices: a test must not take the ports of what the developer runs, now or later.
    ports = {"TRACKER_API__PORT": str(free_port()), "TRACKER_GATEWAY__PORT": str(free_port())}
    return subprocess.Popen(
        [sys.executable, "-c", _SCRIPT],
        env=inherited | ports | {"TRACKER_HOME": str(folder)} | dict(environment or {}),
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
