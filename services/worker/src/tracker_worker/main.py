"""Wires the worker's two roles: `record` takes messages from the bus into Postgres, `triage` judges them.

They are processes of their own, so that a slow model never delays the intake.
"""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from time import monotonic
from typing import Any

import uvloop
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.ext.asyncio import AsyncEngine
from taskiq.api import run_receiver_task
from tracker_core.bus import Bus, connect, ensure_bus
from tracker_core.database import check, make_engine
from tracker_core.errors import TrackerError
from tracker_core.health import Heartbeat, beating, heartbeat
from tracker_core.jobs import Queue
from tracker_core.publishing import EventPublisher
from tracker_core.queue import FETCH_TIMEOUT, JobBroker
from tracker_core.repositories.accounts import ensure_default_workspace
from tracker_core.settings import ProcessSettings, describe
from tracker_core.telemetry import configure_logging
from tracker_core.transaction import Transactions

from tracker_worker.jobs import triage_message
from tracker_worker.record.recorder import Recorder
from tracker_worker.record.relay import run_relay
from tracker_worker.record.scheduler import run_scheduler
from tracker_worker.record.sources import Sources
from tracker_worker.settings import CheckSettings, WorkerSettings
from tracker_worker.triage import Triage

log = logging.getLogger(__name__)


async def record(settings: WorkerSettings) -> None:
    """Run the recorder, the relay, the scheduler and the projection of Sources."""
    async with _parts(settings, "recorder") as (engine, bus, broker, publisher):
        async with engine.begin() as connection:
            workspace_id = await ensure_default_workspace(connection)
        sources = Sources(bus, engine, workspace_id)
        recorder = Recorder(
            bus, engine, publisher, broker, sources, workspace_id=workspace_id, batch=settings.record.batch
        )
        async with beating(bus.js, f"recorder.{settings.instance}", recorder.report):
            await _run_all(
                recorder.run(),
                publisher.run(),
                run_relay(bus.js, engine),
                run_scheduler(bus.js, engine, broker),
                sources.follow(),
            )


async def triage(settings: WorkerSettings) -> None:
    """Run the triage jobs."""
    # `record` needs no model.
    from tracker_worker.models.embedded_provider import EmbeddedProvider  # noqa: PLC0415
    from tracker_worker.models.live_workspace import live_workspace  # noqa: PLC0415
    from tracker_worker.models.llm import chain  # noqa: PLC0415
    from tracker_worker.models.llm import connect as connect_model  # noqa: PLC0415

    embedded = await asyncio.to_thread(EmbeddedProvider.load)
    models = [await asyncio.to_thread(connect_model, given) for given in settings.triage.providers]
    async with (
        _parts(settings, "triage", receives=True) as (engine, bus, broker, publisher),
        chain(embedded, models, settings.triage, live_workspace(engine)) as provider,
    ):
        service = Triage(Transactions(engine, publisher, broker), provider, settings.triage)
        triage_message.register(broker, service)

        def report() -> Heartbeat:
            deaf = monotonic() - broker.last_fetch > 6 * FETCH_TIMEOUT and not broker.running
            return heartbeat("degraded", "The job queue does not answer") if deaf else heartbeat("ready")

        async with beating(bus.js, f"triage.{settings.instance}", report):
            await _run_all(
                run_receiver_task(
                    broker, max_async_tasks=settings.triage.concurrency + provider.waiting_room, validate_params=False
                ),
                service.renew_claims(),
                publisher.run(),
            )


@contextlib.asynccontextmanager
async def _parts(
    settings: WorkerSettings, role: str, *, receives: bool = False
) -> AsyncIterator[tuple[AsyncEngine, Bus, JobBroker, EventPublisher]]:
    engine = make_engine(settings.database)
    bus = await connect(settings.nats, name=role)
    broker = JobBroker(settings.nats, Queue.TRIAGE, name=f"{role} jobs")
    broker.is_worker_process = receives
    try:
        await check(engine)
        await ensure_bus(bus.js)
        await broker.startup()
        yield engine, bus, broker, EventPublisher(bus.js, engine)
    finally:
        await broker.shutdown()
        await bus.close()
        await engine.dispose()


async def _run_all(*loops: Coroutine[Any, Any, None]) -> None:
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


_ROLES = {"record": record, "triage": triage}
_USAGE = "usage: python -m tracker_worker record|triage|check [-o json]\n"


def _settings[S: ProcessSettings](kind: type[S]) -> S | None:
    """Read the environment; what is wrong with it is said on stderr, without the values: they may be secret."""
    try:
        return kind()
    except SettingsError:
        sys.stderr.write("Settings are wrong: TRACKER_TRIAGE__PROVIDERS is not JSON. See docs/triage.md\n")
    except ValidationError as error:
        sys.stderr.write(f"Settings are missing or wrong: {describe(error)}\n")
    return None


def main(arguments: Sequence[str]) -> int:
    """Run what the arguments name and return the exit code; a role's is 0 after a signal."""
    match arguments:
        case [("record" | "triage") as role]:
            return _run(role)
        case ["check"] | ["check", "-o", "table" | "json"]:
            from tracker_worker.check import check_models  # noqa: PLC0415 -- the roles do not need it

            settings = _settings(CheckSettings)
            return 2 if settings is None else uvloop.run(check_models(settings, as_json="json" in arguments))
        case _:
            sys.stderr.write(_USAGE)
            return 2


def _run(role: str) -> int:
    settings = _settings(WorkerSettings)
    if settings is None:
        return 2
    configure_logging(settings.log, role)
    try:
        uvloop.run(_ROLES[role](settings))
    except TrackerError as error:
        log.error("%s", error)  # noqa: TRY400 -- it names object and cure; a traceback would bury them
        return 1
    return 0
