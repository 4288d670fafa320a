"""Wires the worker's roles: `record` takes messages from the bus into Postgres, `triage` judges them, `agents` ask.

They are processes of their own, so that a slow model delays neither the intake nor what the embedded model is sure of,
and each is as many as it needs to be: of the agents none at all where no language model is configured.
"""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
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

from tracker_worker.jobs import consult_models, triage_message
from tracker_worker.record.recorder import Recorder
from tracker_worker.record.relay import run_relay
from tracker_worker.record.replies import follow_deliveries, send_due
from tracker_worker.record.scheduler import run_scheduler
from tracker_worker.record.sources import Sources
from tracker_worker.settings import CheckSettings, WorkerSettings
from tracker_worker.triage.consulting import Consulting
from tracker_worker.triage.first_look import FirstLook
from tracker_worker.triage.handling import Handling

log = logging.getLogger(__name__)


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


async def record(settings: WorkerSettings) -> None:
    """Run the recorder, the relay, the scheduler, the projection of Sources, and the answers' way out and back."""
    async with _parts(settings, "recorder") as parts:
        async with parts.engine.begin() as connection:
            workspace_id = await ensure_default_workspace(connection)
        sources = Sources(parts.bus, parts.engine, workspace_id)
        recorder = Recorder(
            parts.bus,
            parts.engine,
            parts.publisher,
            parts.broker,
            sources,
            workspace_id=workspace_id,
            batch=settings.record.batch,
        )
        async with beating(parts.bus.js, f"recorder.{settings.instance}", recorder.report):
            await _run_all(
                recorder.run(),
                parts.publisher.run(),
                run_relay(parts.bus.js, parts.engine),
                run_scheduler(parts.bus.js, parts.engine, parts.broker),
                sources.follow(),
                send_due(parts.bus, parts.transactions),
                follow_deliveries(parts.bus, parts.transactions),
            )


async def triage(settings: WorkerSettings) -> None:
    """Run the triage jobs."""
    # `record` needs no model.
    from tracker_worker.models.embedded_provider import EmbeddedProvider  # noqa: PLC0415
    from tracker_worker.models.recall import recall_lessons  # noqa: PLC0415
    from tracker_worker.models.relearning import keep_learnt  # noqa: PLC0415

    embedded = await asyncio.to_thread(EmbeddedProvider.load)
    async with _parts(settings, "triage", Queue.TRIAGE) as parts:
        embedded = embedded.remembering(recall_lessons(parts.engine))
        first_look = FirstLook(parts.transactions, embedded, settings.triage)
        triage_message.register(parts.broker, first_look)
        await _receive(
            parts,
            f"triage.{settings.instance}",
            first_look,
            keep_learnt(parts.engine, embedded),
            at_a_time=settings.triage.concurrency,
        )


async def agents(settings: WorkerSettings) -> None:
    """Run the jobs that ask language models."""
    from tracker_worker.models.embedded_provider import EmbeddedProvider  # noqa: PLC0415
    from tracker_worker.models.live_workspace import live_workspace  # noqa: PLC0415
    from tracker_worker.models.llm import chain, connect_all  # noqa: PLC0415
    from tracker_worker.models.recall import recall_lessons  # noqa: PLC0415

    embedded = await asyncio.to_thread(EmbeddedProvider.load)
    models = await asyncio.to_thread(connect_all, settings.triage.providers)
    async with (
        _parts(settings, "agents", Queue.AGENTS) as parts,
        chain(
            embedded.remembering(recall_lessons(parts.engine)),
            models,
            settings.triage,
            live_workspace(parts.engine),
        ) as provider,
    ):
        consulting = Consulting(parts.transactions, provider, settings.triage)
        consult_models.register(parts.broker, consulting)
        await _receive(parts, f"agents.{settings.instance}", consulting, at_a_time=settings.triage.llm_concurrency)


async def _receive(
    parts: Parts, name: str, service: Handling, *beside: Coroutine[Any, Any, None], at_a_time: int
) -> None:
    """Run the jobs of a queue, and what goes on beside them."""
    broker = parts.broker

    def report() -> Heartbeat:
        deaf = monotonic() - broker.last_fetch > 6 * FETCH_TIMEOUT and not broker.running
        return heartbeat("degraded", "The job queue does not answer") if deaf else heartbeat("ready")

    async with beating(parts.bus.js, name, report):
        await _run_all(
            run_receiver_task(broker, max_async_tasks=at_a_time, validate_params=False),
            service.claims.renew(),
            parts.publisher.run(),
            *beside,
        )


@contextlib.asynccontextmanager
async def _parts(settings: WorkerSettings, role: str, receives: Queue | None = None) -> AsyncIterator[Parts]:
    engine = make_engine(settings.database)
    bus = await connect(settings.nats, name=role)
    broker = JobBroker(settings.nats, receives or Queue.TRIAGE, name=f"{role} jobs")
    broker.is_worker_process = receives is not None
    try:
        await check(engine)
        await ensure_bus(bus.js)
        await broker.startup()
        yield Parts(engine, bus, broker, EventPublisher(bus.js, engine))
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


_ROLES = {"record": record, "triage": triage, "agents": agents}
_USAGE = "usage: python -m tracker_worker record|triage|agents|check [-o json]|eval FILE.jsonl\n"


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
        case [role] if role in _ROLES:
            return _run(role)
        case ["check"] | ["check", "-o", "table" | "json"]:
            from tracker_worker.check import check_models  # noqa: PLC0415 -- the roles do not need it

            settings = _settings(CheckSettings)
            return 2 if settings is None else uvloop.run(check_models(settings, as_json="json" in arguments))
        case ["eval", *rest]:
            from tracker_worker.evaluation.command import evaluate  # noqa: PLC0415 -- as above

            settings = _settings(CheckSettings)
            return 2 if settings is None else evaluate(rest, settings.triage)
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
