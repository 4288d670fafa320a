"""Runs everything on one machine and keeps it running: what `tasktracker up` does, without the drawing.

For the command line:

    await run(home, observer)   Start all; return after Ctrl-C or SIGTERM, when all has stopped. Call it in the main
                                thread. Raises AlreadyRunningError (with `.runtime`), StartFailedError and
                                ConfigurationError, each with its cure.
    Observer                    Told of every change of a process, and once that all are ready: draw it.
    Runtime.load(home)          What runs in this folder, or None: for all other commands (tracker_local.runtime).

`Supervisor.add` and `Supervisor.remove` work at any time: a Source that pulls is one more process.
"""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from tracker_core.errors import ConflictError, TrackerError

from tracker_local import lock, logs, source_processes
from tracker_local.home import Home
from tracker_local.keeper import Keeper, describe_exit, next_delay, wait_exit
from tracker_local.plan import Plan, Store, make_plan
from tracker_local.process import Layer, Process, kill_group, spawn
from tracker_local.runtime import ProcessStatus, Runtime, State, end_leftovers
from tracker_local.seed import seed

_MIGRATION_SECONDS = 600
_LOG_CHECK_SECONDS = 30


class Observer(Protocol):
    """Sees what happens. It is called in the event loop: be quick, and do not raise."""

    def changed(self, process: str, status: ProcessStatus) -> None:
        """A process, or the step `migrate`, is in another state."""

    def ready(self, runtime: Runtime) -> None:
        """Everything is ready. Called once."""


class AlreadyRunningError(ConflictError):
    """Another supervisor has this folder; `runtime` says what it runs (None in its first moments)."""

    title = "Already running"

    def __init__(self, home: Home, runtime: Runtime | None) -> None:
        super().__init__(f"Task Tracker runs already in {home.root}")
        self.runtime = runtime


class StartFailedError(TrackerError):
    """A part that nothing works without does not start."""

    title = "Start failed"


async def run(home: Home, observer: Observer) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP. A second signal waits for nobody."""
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("run() needs the main thread: the kernel ends children with the thread that started them")
    home.create()
    with _hold(home), _stop_signals() as signals:
        await asyncio.to_thread(end_leftovers, home)
        seed(home)
        plan = make_plan(home)
        supervisor = Supervisor(plan, observer)
        signals.impatient = supervisor.kill
        work = asyncio.create_task(_work(supervisor, plan))
        stop = asyncio.create_task(signals.received.wait())
        try:
            await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            stop.cancel()
            await asyncio.gather(work, stop, return_exceptions=True)
            await supervisor.stop()
            home.runtime_file.unlink(missing_ok=True)


async def _work(supervisor: "Supervisor", plan: Plan) -> None:
    await asyncio.gather(*(_open(supervisor, store) for store in plan.stores))
    await supervisor.run_once(plan.migration, _MIGRATION_SECONDS)
    for process in plan.services:
        supervisor.add(process)
    supervisor.complete()
    await asyncio.gather(source_processes.follow(supervisor, plan), _bound_logs(supervisor))


async def _bound_logs(supervisor: "Supervisor") -> None:
    while True:
        await asyncio.sleep(_LOG_CHECK_SECONDS)
        supervisor.bound_logs()


async def _open(supervisor: "Supervisor", store: Store) -> None:
    """Make a store usable."""
    if store.server is None:
        supervisor.note(store.name, ProcessStatus(State.EXTERNAL, detail=store.address))
        return
    supervisor.note(store.name, ProcessStatus(State.STARTING))
    await asyncio.to_thread(store.server.prepare)
    keeper = supervisor.add(store.server.process())
    status = await keeper.settled()
    if status.state is not State.READY:
        raise supervisor.failed(store.name, status.detail)


class Supervisor:
    """The processes that are kept running, and what is told about them."""

    def __init__(self, plan: Plan, observer: Observer) -> None:
        self._plan = plan
        self._home = plan.home
        self._observer = observer
        self._started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._keepers: dict[str, Keeper] = {}
        """In the order of their start."""
        self._statuses: dict[str, ProcessStatus] = {}
        self._complete = self._announced = False
        self._save()

    def add(self, process: Process) -> Keeper:
        """Start a process and keep it running."""
        log = self._home.log(process.name)
        logs.bound(log)
        keeper = self._keepers[process.name] = Keeper(process, log, self.note)
        return keeper

    async def remove(self, name: str) -> None:
        """Stop a process and forget it."""
        await self._keepers.pop(name).stop()
        self._statuses.pop(name, None)
        self._save()

    async def run_once(self, process: Process, seconds: float, tries: int = 3) -> None:
        """Run a step that must work before the start goes on.

        It is tried again, because what it needs may just be starting again itself.

        Raises:
            StartFailedError: it did not end with exit code 0 within `seconds`, however often it was tried.
        """
        log = self._home.log(process.name)
        logs.bound(log)
        delay, problem = None, ""
        for restarts in range(tries):
            if delay is not None:
                await asyncio.sleep(delay)
            problem = await self._run_step(process, log, seconds, restarts)
            if not problem:
                self.note(process.name, ProcessStatus(State.DONE, restarts=restarts))
                return
            delay = next_delay(delay, healthy=0)
            self.note(process.name, ProcessStatus(State.RESTARTING, restarts=restarts, detail=problem))
        raise self.failed(process.name, problem)

    async def try_once(self, process: Process, seconds: float) -> str:
        """Run a step that nothing else waits for; return what went wrong, nothing when it worked."""
        log = self._home.log(process.name)
        logs.bound(log)
        try:
            return await self._run_step(process, log, seconds, restarts=0)
        finally:
            self._statuses.pop(process.name, None)
            self._save()

    async def _run_step(self, process: Process, log: Path, seconds: float, restarts: int) -> str:
        """Return what went wrong; nothing when it worked."""
        child = spawn(process, log)
        self.note(process.name, ProcessStatus(State.STARTING, child.pid, restarts))
        try:
            async with asyncio.timeout(seconds):
                code = await wait_exit(child)
        except TimeoutError:
            return f"took more than {seconds:.0f} s"
        finally:
            kill_group(child)
            child.wait()
        return describe_exit(code, log) if code else ""

    def complete(self) -> None:
        """Say that all that a start brings has been added: from now on everything may be ready."""
        self._complete = True
        self._announce()

    async def stop(self) -> None:
        """Stop all: the newest first, a layer when the one above is gone."""
        for layer in sorted(Layer, reverse=True):
            newest_first = [keeper for keeper in reversed(self._keepers.values()) if keeper.process.layer is layer]
            await asyncio.gather(*(keeper.stop() for keeper in newest_first))

    def kill(self) -> None:
        """Kill all, without waiting; `stop` still has to be awaited."""
        for keeper in self._keepers.values():
            keeper.kill()

    def bound_logs(self) -> None:
        """Keep the logs of all processes within their size."""
        for name in self._keepers:
            with contextlib.suppress(OSError):  # a full disk must not end the supervision
                logs.bound(self._home.log(name))

    def failed(self, name: str, detail: str) -> StartFailedError:
        """Note that a start cannot go on; return the error that says why."""
        self.note(name, ProcessStatus(State.FAILED, detail=detail))
        log = self._home.log(name)
        return StartFailedError(f"{name}: {detail}\n{logs.tail(log)}", cure=f"The whole log is {log}")

    def note(self, name: str, status: ProcessStatus) -> None:
        """Take note of a change, write it down and tell the observer."""
        self._statuses[name] = status
        self._save()
        self._observer.changed(name, status)
        self._announce()

    @property
    def runtime(self) -> Runtime:
        """What runs now."""
        plan = self._plan
        return Runtime(
            supervisor=os.getpid(),
            started_at=self._started_at,
            ready=self._all_ready(),
            api=plan.api_url,
            webhook=plan.gateway_url,
            dashboard=plan.api_url,
            nats=plan.bus.address,
            nats_monitoring=plan.nats_monitoring_url,
            database=plan.database.address,
            processes=dict(self._statuses),
            notes=plan.notes,
        )

    def _all_ready(self) -> bool:
        needed = (keeper for keeper in self._keepers.values() if keeper.process.essential)
        return self._complete and all(keeper.status.state is State.READY for keeper in needed)

    def _announce(self) -> None:
        if not self._announced and self._all_ready():
            self._announced = True
            self._observer.ready(self.runtime)

    def _save(self) -> None:
        with contextlib.suppress(OSError):  # a full disk must not end the supervision
            self.runtime.save(self._home)


@contextmanager
def _hold(home: Home) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.hold(home.lock_file))
        except BlockingIOError:
            raise AlreadyRunningError(home, Runtime.load(home)) from None
        yield


class _StopSignals:
    """The user wants it to stop; the second time, at once."""

    def __init__(self) -> None:
        self.received = asyncio.Event()
        self.impatient: Callable[[], None] | None = None

    def handle(self) -> None:
        if self.received.is_set() and self.impatient is not None:
            self.impatient()
        self.received.set()


@contextmanager
def _stop_signals() -> Iterator[_StopSignals]:
    loop = asyncio.get_running_loop()
    signals = _StopSignals()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, signals.handle)
    try:
        yield signals
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
