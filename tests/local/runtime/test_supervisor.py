"""The supervisor with small processes in place of the services: it takes any description."""

import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from tracker_local.home import Home
from tracker_local.plan import Plan, Store
from tracker_local.process import Layer, Process
from tracker_local.ready import always
from tracker_local.runtime import ProcessStatus, Runtime, State
from tracker_local.supervisor import StartFailedError, Supervisor

from tests.support.waiting import eventually

_SLEEP = (sys.executable, "-S", "-c", "import time; time.sleep(600)")
_DEAF = (sys.executable, "-S", "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)")


class Recorder:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, ProcessStatus]] = []
        self.announced = 0

    def changed(self, process: str, status: ProcessStatus) -> None:
        self.changes.append((process, status))

    def ready(self, runtime: Runtime) -> None:
        self.announced += 1


@pytest.fixture
def observer() -> Recorder:
    return Recorder()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest_asyncio.fixture
async def supervisor(home: Home, observer: Recorder) -> AsyncIterator[Supervisor]:
    database, bus = Store("postgres", "postgresql://u:p@h/d", None), Store("nats", "nats://t@h", None)
    plan = Plan(home, database, bus, api_port=1, gateway_port=2, api_host="127.0.0.1", gateway_host="127.0.0.1")
    supervisor = Supervisor(plan, observer)
    yield supervisor
    await supervisor.stop()


def _process(name: str, command: tuple[str, ...] = _SLEEP, layer: Layer = Layer.SERVICE, seconds: float = 5) -> Process:
    return Process(name=name, layer=layer, command=command, ready=always, stop_seconds=seconds)


async def test_killed_process_starts_again_under_a_new_pid(supervisor: Supervisor, observer: Recorder) -> None:
    keeper = supervisor.add(_process("one"))
    first = (await keeper.settled()).pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    async def second() -> int | None:
        status = supervisor.runtime.processes["one"]
        return status.pid if status.state is State.READY and status.restarts == 1 else None

    assert await eventually("second start", second) != first
    restarting = next(status for _, status in observer.changes if status.state is State.RESTARTING)
    assert restarting.detail.startswith("killed by SIGKILL; next start in 0.2 s; log: ")


async def test_missing_program_is_reported_and_tried_again(supervisor: Supervisor) -> None:
    process = Process(name="gone", command=("/nowhere/program",), ready=lambda _pid: False)
    status = await supervisor.add(process).settled()
    assert status.state is State.RESTARTING
    assert status.restarts == 3
    assert "ended with exit code 127: leash: /nowhere/program: No such file or directory; next start" in status.detail


async def test_deaf_process_is_killed_when_its_time_is_over(supervisor: Supervisor) -> None:
    status = await supervisor.add(_process("deaf", _DEAF, seconds=0.3)).settled()
    assert status.pid is not None
    child = psutil.Process(status.pid)

    async def is_deaf() -> bool:
        return bool(child.cmdline()[1:2] == ["-S"]) and _ignores_sigterm(child.pid)

    await eventually("deaf process", is_deaf)
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 3
    assert not child.is_running()


async def test_impatient_user_waits_for_nobody(supervisor: Supervisor) -> None:
    await supervisor.add(_process("deaf", _DEAF, seconds=60)).settled()
    supervisor.kill()
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 5


async def test_stores_stop_after_the_services_and_the_newest_service_first(
    supervisor: Supervisor, observer: Recorder
) -> None:
    for process in (
        _process("nats", layer=Layer.BUS),
        _process("postgres", layer=Layer.DATABASE),
        _process("worker"),
        _process("gateway"),
    ):
        await supervisor.add(process).settled()
    await supervisor.stop()
    stopping = [name for name, status in observer.changes if status.state is State.STOPPING]
    assert stopping == ["gateway", "worker", "nats", "postgres"]


async def test_ready_is_announced_once_and_with_all(supervisor: Supervisor, observer: Recorder) -> None:
    await supervisor.add(_process("one")).settled()
    assert observer.announced == 0
    supervisor.complete()
    assert observer.announced == 1
    await supervisor.add(_process("later")).settled()
    assert observer.announced == 1


async def test_process_can_be_added_and_removed_while_it_runs(supervisor: Supervisor) -> None:
    status = await supervisor.add(_process("source.default.mail")).settled()
    assert status.pid is not None
    await supervisor.remove("source.default.mail")
    assert not psutil.pid_exists(status.pid)
    assert "source.default.mail" not in supervisor.runtime.processes


async def test_failed_step_shows_the_end_of_its_log(supervisor: Supervisor) -> None:
    step = _process("migrate", (sys.executable, "-c", "raise SystemExit('column is missing')"))
    with pytest.raises(StartFailedError, match=r"(?s)exit code 1.*column is missing.*migrate\.log"):
        await supervisor.run_once(step, seconds=30)


async def test_step_is_tried_again_when_what_it_needs_is_just_coming_back(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    marker = tmp_path / "tried"
    script = f"import pathlib, sys; m = pathlib.Path({str(marker)!r}); t = m.exists(); m.touch(); sys.exit(not t)"
    await supervisor.run_once(_process("migrate", (sys.executable, "-c", script)), seconds=30)
    assert supervisor.runtime.processes["migrate"] == ProcessStatus(State.DONE, restarts=1)


async def test_step_that_hangs_is_ended(supervisor: Supervisor) -> None:
    with pytest.raises(StartFailedError, match="more than 0 s"):
        await supervisor.run_once(_process("migrate"), seconds=0.2, tries=1)


async def test_process_gets_only_the_urls_of_its_description(
    supervisor: Supervisor, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE__URL", "postgresql://secret")
    script = "import os; print([name for name in os.environ if name.startswith('TRACKER_')])"
    process = Process(
        name="step", command=(sys.executable, "-c", script), ready=always, environment={"TRACKER_NATS__URL": "nats://x"}
    )
    await supervisor.run_once(process, seconds=30)
    assert home.log("step").read_text(encoding="utf-8").strip() == "['TRACKER_NATS__URL']"


def _ignores_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    ignored = int(next(line for line in status.splitlines() if line.startswith("SigIgn")).split()[1], 16)
    return bool(ignored & 1 << (signal.SIGTERM - 1))
