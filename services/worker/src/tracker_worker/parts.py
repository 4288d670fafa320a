"""What every role of the worker stands on, opened at its start and closed at its end."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.bus import Bus, connect, ensure_bus
from tracker_core.database import check, make_engine
from tracker_core.jobs import Queue
from tracker_core.publishing import EventPublisher
from tracker_core.queue import JobBroker
from tracker_core.transaction import Transactions

from tracker_worker.settings import WorkerSettings


@dataclass(frozen=True)
class Parts:
    """What every role stands on."""

    engine: AsyncEngine
    bus: Bus
    broker: JobBroker
    publisher: EventPublisher

    @property
    def transactions(self) -> Transactions:
        """Opens transactions."""
        return Transactions(self.engine, self.publisher, self.broker)


@contextlib.asynccontextmanager
async def open_parts(settings: WorkerSettings, role: str, receives: Queue | None = None) -> AsyncIterator[Parts]:
    """Connect to everything, for as long as the block runs.

    Args:
        settings: Where it is.
        role: Name of the process.
        receives: The queue whose jobs it runs; without one it only sends.
    """
    engine = make_engine(settings.database)
    bus = await connect(settings.nats, name=role)
    broker = JobBroker(settings.nats, receives or Queue.TRIAGE, name=f"{role} jobs")
    broker.is_worker_process = receives is not None
    try:
        await check(engine)
        await ensure_bus(bus.js)
        await broker.startup()
        async with showing_life(settings.alive_file):
            yield Parts(engine, bus, broker, EventPublisher(bus.js, engine))
    finally:
        await broker.shutdown()
        await bus.close()
        await engine.dispose()


@contextlib.asynccontextmanager
async def showing_life(file: Path | None) -> AsyncIterator[None]:
    """Touch the file every second, from the loop in which all work is done."""

    async def touch(path: Path) -> None:
        while True:
            path.touch()  # noqa: ASYNC240 -- a file in memory; a thread would live on when the loop hangs
            await asyncio.sleep(1)

    touching = asyncio.create_task(touch(file)) if file else None
    try:
        yield
    finally:
        if touching:
            touching.cancel()


async def run_all(*loops: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM or SIGINT, or until one loop ends; that is an error, and the process ends with it."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(loop) for loop in loops]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    ended = [task for task in tasks if task.done()]
    for task in [*tasks, stopping]:
        task.cancel()
    await asyncio.gather(*tasks, stopping, return_exceptions=True)
    for task in ended:
        task.result()
