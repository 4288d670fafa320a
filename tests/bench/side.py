"""One of the two that are measured: where its messages go in, where its events come out, what it costs."""

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil
from tracker_local.process import Process

from tests.bench.load.job import Target, Watch
from tests.support.servers import Server

REPOSITORY = Path(__file__).parents[2]
SECONDS = 60


@dataclass
class Side:
    name: str
    target: Target
    watch: Watch
    database_url: str
    count_rows: str
    """SQL that counts the messages in the database."""
    stores: Sequence[Server]
    """Postgres and NATS; they run already."""
    accepting: Sequence[Server]
    """What must run to accept a message."""
    recording: Sequence[Server]
    """What brings it on into the database."""
    showing: Sequence[Server] = ()
    """What brings it on from there to the WebSocket, where that is a process of its own."""
    thinking: Sequence[Server] = ()
    """What decides about messages; not part of the intake."""
    thinking_target: Target | None = None
    """Where messages go that are decided about."""
    _started: list[Server] = field(default_factory=list)

    def start(self, servers: Sequence[Server]) -> None:
        for server in servers:
            server.start()
            self._started.append(server)

    def stop(self) -> None:
        while self._started:
            self._started.pop().stop()

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time of each process with all its children, also those that have ended (Postgres has many)."""
        return {server.process.name: _cpu_seconds(server.pid) for server in self._running}

    async def rows(self) -> int:
        async with self.database() as connection:
            return await self.count(connection)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.database_url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()

    async def count(self, connection: asyncpg.Connection) -> int:
        return int(await connection.fetchval(self.count_rows, timeout=SECONDS))

    @property
    def _running(self) -> list[Server]:
        return [*self.stores, *self._started]


def server(process: Process, folder: Path) -> Server:
    return Server("", process, folder / f"{process.name}.log")


def with_path(environment: Mapping[str, str]) -> dict[str, str]:
    """Let a child import `tests`: return this environment, added to what it inherits."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    return dict(os.environ) | {"PYTHONPATH": path} | dict(environment)


def _tree(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _cpu_seconds(pid: int) -> float:
    total = 0.0
    for process in _tree(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_mb(processes: Iterable[psutil.Process]) -> float:
    """Return the proportional set size of processes and their children: pages that they share are counted once."""
    everyone = {child.pid: child for process in processes for child in _tree(process.pid)}
    return sum(process.memory_full_info().pss for process in everyone.values()) / 2**20
