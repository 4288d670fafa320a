"""Joins what heartbeats, Postgres, NATS and the triage workers say into one picture; each has a bound on its wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError
from tracker_core.backlog import FULL, NEARLY_FULL, OLD, Backlog, read_backlog
from tracker_core.bus import AGENTS, FILES_STORE, STREAMS, Bus
from tracker_core.errors import TrackerError
from tracker_core.health import Heartbeat
from tracker_core.modelling import AskModels, ask_models

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.health.schemas import Dependency
from tracker_api.health.service import DEADLINE, get_health
from tracker_api.problems import translate
from tracker_api.sources.schemas import Source
from tracker_api.sources.service import heartbeats_of, list_sources
from tracker_api.system.database import Database, read_database
from tracker_api.system.schemas import QueueConsumer, QueueState, System, SystemPart, Trouble

_TROUBLE = {"degraded", "offline"}
_WORST_FIRST = ("offline", "degraded", "unknown", "ready", "suspended")


async def get_system(context: Context, principal: Principal) -> System:
    """Return the whole installation."""
    health, beats, database, queues, files, models = await asyncio.gather(
        get_health(context),
        heartbeats_of(context),
        _told(lambda: read_database(context.engine)),
        _told(lambda: _queues(context.bus)),
        _told(lambda: _files(context.bus)),
        _told(lambda: _models(context)),
    )
    parts = [_process(item.name, item.status, item.detail, (beats or {}).get(item.name)) for item in health.components]
    parts += [_dependency(item, database, context) for item in health.dependencies]
    if files is not None and context.settings.s3 is None:
        parts.append(files)
    if models is not None:
        parts += models
    if database is not None and (sources := await _told(lambda: list_sources(context, principal))) is not None:
        parts += [_source(item, (beats or {}).get(_key(item))) for item in sources.items if _runs(item)]
    parts.sort(key=lambda part: _WORST_FIRST.index(part.state))
    found = queues or []
    status = health.status
    if status == "ok" and not _TROUBLE.isdisjoint([*(part.state for part in parts), *(queue.state for queue in found)]):
        status = "degraded"
    return System(status=status, version=health.version, parts=parts, queues=found)


async def _told[Answer](question: Callable[[], Awaitable[Answer]]) -> Answer | None:
    """Return the answer, or None: that something does not answer is told by its own line."""
    try:
        async with asyncio.timeout(DEADLINE):
            return await question()
    except TrackerError:
        return None
    except Exception as error:
        if translate(error) is None:
            raise
        return None


def _part(
    name: str,
    kind: Literal["process", "source", "store", "model"],
    state: Literal["ready", "degraded", "offline", "suspended", "unknown"],
    detail: str = "",
    beat: Heartbeat | None = None,
    *,
    version: str = "",
) -> SystemPart:
    return SystemPart(
        name=name,
        kind=kind,
        state=state,
        detail=detail,
        since=beat.since if beat else None,
        seen_at=beat.at if beat else None,
        started_at=beat.started_at if beat else None,
        version=version or (beat.version if beat else ""),
        last_error=Trouble(detail=beat.last_error, at=beat.last_error_at) if beat and beat.last_error_at else None,
        latency_ms=None,
        bytes=None,
        limit=None,
        connections=None,
        max_connections=None,
    )


def _process(
    name: str, state: Literal["ready", "degraded", "offline"], detail: str, beat: Heartbeat | None
) -> SystemPart:
    return _part(name, "process", state, detail, beat)


def _dependency(item: Dependency, database: Database | None, context: Context) -> SystemPart:
    part = _part(item.name, "store", "ready" if item.status == "ok" else "offline", item.detail)
    facts: dict[str, object] = {"latency_ms": item.latency_ms}
    if item.name == "postgres" and database is not None:
        facts |= {
            "version": database.version,
            "started_at": database.started_at,
            "bytes": database.bytes,
            "connections": sum(database.connections.values()),
            "max_connections": database.max_connections,
        }
    if item.name == "nats" and context.bus.nc.is_connected:
        told = context.bus.nc.connected_server_version
        facts["version"] = f"{told.major}.{told.minor}.{told.patch}"
    return part.model_copy(update=facts)


async def _files(bus: Bus) -> SystemPart:
    try:
        found = await bus.js.stream_info(f"OBJ_{FILES_STORE}")
    except NotFoundError:
        return _part("files", "store", "offline", "The object store does not exist. Restart any process: it makes it")
    part = _part("files", "store", "ready")
    return part.model_copy(update={"bytes": found.state.bytes, "limit": found.config.max_bytes})


async def _models(context: Context) -> list[SystemPart]:
    # It answers at once: nothing is tried. A model's own errors are with the messages that it was asked about.
    return [
        _part(item.provider, "model", "unknown" if item.remote else "ready", version=item.model)
        for item in (await ask_models(context.bus, AskModels())).models
    ]


def _runs(source: Source) -> bool:
    return source.configured and not source.sample


def _key(source: Source) -> str:
    return f"source.{source.namespace}.{source.name}"


def _source(source: Source, beat: Heartbeat | None) -> SystemPart:
    state = "suspended" if source.suspended else source.health.state
    detail = "" if source.suspended else source.health.message
    return _part(f"{source.namespace}/{source.name}", "source", state, detail, beat)


async def _queues(bus: Bus) -> list[QueueState]:
    return list(await asyncio.gather(*(_queue(bus, wanted) for wanted in STREAMS)))


async def _queue(bus: Bus, wanted: StreamConfig) -> QueueState:
    try:
        return queue_state(await read_backlog(bus.js, wanted))
    except NotFoundError:
        return QueueState(
            name=str(wanted.name),
            state="offline",
            problem="missing",
            messages=0,
            bytes=0,
            limit=None,
            oldest_seconds=None,
            consumers=[],
        )


def queue_state(found: Backlog) -> QueueState:
    """Return a stream with what is alarming about it."""
    problem: Literal["old", "nearly_full", "full"] | None = None
    # What waits for language models is judged without them in time.
    if found.stream != AGENTS and (found.oldest_seconds or 0) > OLD:
        problem = "old"
    if found.fullness >= NEARLY_FULL:
        problem = "full" if found.fullness >= FULL else "nearly_full"
    return QueueState(
        name=found.stream,
        state="offline" if problem == "full" else "degraded" if problem else "ready",
        problem=problem,
        messages=found.messages,
        bytes=found.bytes,
        limit=found.limit or None,
        oldest_seconds=found.oldest_seconds,
        consumers=[
            QueueConsumer(
                name=item.consumer, waiting=item.messages, in_flight=item.in_flight, redelivered=item.redelivered
            )
            for item in found.consumers
        ],
    )
