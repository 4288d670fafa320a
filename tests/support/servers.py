"""Real Postgres and NATS for tests, started with the launchers of the product.

    with start_postgres(folder) as postgres:
        postgres.url  # postgresql://…
        postgres.kill(); postgres.start()  # a crash and a recovery: same port, same data

Nothing survives the test process: the kernel stops the servers when it dies.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tracker_local.identity import Identity, unprivileged
from tracker_local.nats import Nats
from tracker_local.nats import find_binary as find_nats
from tracker_local.ports import free_port
from tracker_local.postgres import Postgres, find_binaries
from tracker_local.process import Process, kill_group, spawn

READY_SECONDS = 30
STOP_SECONDS = 10

# The data of a test is worth no disk flush. A test about crashes passes settings={} to get the product's own.
FAST_POSTGRES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}


@dataclass
class Server:
    """A running server that a test may kill and start again."""

    url: str
    process: Process
    log: Path
    monitoring_url: str = ""
    """NATS only."""
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def pid(self) -> int:
        assert self.child is not None, f"{self.process.name} is not running"
        return self.child.pid

    def start(self) -> None:
        """Start, and wait until it is ready.

        Tried again when it ends, as the supervisor does: after kill -9 of Postgres its orphans hold on to the shared
        memory for a moment.
        """
        deadline = time.monotonic() + max(READY_SECONDS, self.process.ready_seconds)
        self.child = spawn(self.process, self.log)
        while not self.process.ready(self.child.pid):
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"{self.process.name} did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.01)
            if self.child.poll() is not None:
                time.sleep(0.1)
                self.child = spawn(self.process, self.log)

    def kill(self) -> None:
        """Crash it: kill -9."""
        assert self.child is not None
        kill_group(self.child)
        self.child.wait(STOP_SECONDS)
        self.child = None

    def stop(self) -> None:
        """End it cleanly."""
        if self.child is None:
            return
        self.child.send_signal(self.process.stop_signal)
        try:
            self.child.wait(STOP_SECONDS)
        finally:
            kill_group(self.child)
            self.child = None


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Start a server, stop it at the end."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def start_postgres(
    folder: Path, settings: dict[str, str] | None = None, identity: Identity | None = None
) -> Iterator[Server]:
    """Run a Postgres whose data is in `folder`; the database of its URL is empty. About 0.7 s."""
    postgres = Postgres(
        find_binaries(),
        folder / "postgres",
        free_port(),
        "pass/word",
        identity=identity or unprivileged(),
        settings=FAST_POSTGRES if settings is None else settings,
    )
    postgres.prepare()
    with running(Server(postgres.url, postgres.process(), folder / "postgres.log")) as server:
        yield server


@contextmanager
def start_nats(folder: Path) -> Iterator[Server]:
    """Run a nats-server with JetStream that stores in `folder`. About 0.15 s."""
    nats = Nats(find_nats(), folder / "nats", free_port(), free_port(), "test-token")
    nats.prepare()
    with running(Server(nats.url, nats.process(), folder / "nats.log", nats.monitoring_url)) as server:
        yield server
