"""Asks each part how it is, with a bound on the wait."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from time import perf_counter

from tracker_core.bus import INBOUND
from tracker_core.database import check
from tracker_core.errors import TrackerError, UnavailableError
from tracker_core.health import Heartbeat, heartbeat, read_heartbeats

from tracker_api.context import Context
from tracker_api.health.schemas import Component, Dependency, Health, Live
from tracker_api.problems import translate

DEADLINE = 3.0
"""Seconds that one part may take."""
EXPECTED = ("gateway", "recorder", "triage")
"""Components without which messages do not become tasks."""
_VERSION = version("tracker-api")


async def get_health(context: Context) -> Health:
    """Return how each part is."""
    postgres, nats, heartbeats = await asyncio.gather(
        _ask("postgres", lambda: check(context.engine)), _ask("nats", lambda: _ask_nats(context)), _heartbeats(context)
    )
    components, dependencies = components_of(heartbeats), [postgres, nats]
    if context.settings.api.manifests == "kubernetes":
        # Tasks are there without it: it is not among what a request needs.
        dependencies.append(await _ask("kubernetes", context.manifests.check_reachable))
    if "down" in {postgres.status, nats.status}:
        return Health(status="down", dependencies=dependencies, components=components, version=_VERSION)
    ready = all(component.status == "ready" for component in components)
    ready = ready and all(dependency.status == "ok" for dependency in dependencies)
    return Health(
        status="ok" if ready else "degraded", dependencies=dependencies, components=components, version=_VERSION
    )


async def get_readiness(context: Context) -> Live:
    """Say whether requests can be answered."""
    asked = await asyncio.gather(
        _ask("postgres", lambda: check(context.engine)), _ask("nats", lambda: _ask_nats(context))
    )
    problems = [item.detail for item in asked if item.status != "ok"]
    return Live(status="not ready" if problems else "ok", problems=problems)


def components_of(heartbeats: dict[str, Heartbeat]) -> list[Component]:
    """Return each process that says how it is, and the expected ones that do not; Sources have a list of their own."""
    found = [
        Component(name=key, status=beat.state, last_seen=beat.at, detail=beat.detail)
        for key, beat in sorted(heartbeats.items())
        if not key.startswith(("source.", "webhook."))
    ]
    alive = {component.name.partition(".")[0] for component in found}
    missing = [
        Component(name=name, status="offline", last_seen=None, detail=f"No {name} runs. Start one")
        for name in EXPECTED
        if name not in alive
    ]
    return found + missing


def own_heartbeat(context: Context) -> Heartbeat:
    """Return how this process is."""
    return heartbeat("degraded", context.feed.trouble) if context.feed.trouble else heartbeat("ready")


async def _ask(name: str, question: Callable[[], Awaitable[object]]) -> Dependency:
    started = perf_counter()
    try:
        async with asyncio.timeout(DEADLINE):
            await question()
    except TrackerError as error:
        return Dependency(name=name, status="down", detail=str(error), latency_ms=None)
    except Exception as error:
        if translate(error) is None:
            raise
        return Dependency(
            name=name, status="down", detail=f"{name} does not answer: {type(error).__name__}", latency_ms=None
        )
    return Dependency(name=name, status="ok", detail="", latency_ms=round((perf_counter() - started) * 1000, 2))


async def _ask_nats(context: Context) -> None:
    if not context.bus.nc.is_connected:
        raise UnavailableError("nats is not connected", cure="Start it, or correct TRACKER_NATS__URL")
    await context.bus.js.stream_info(INBOUND)


async def _heartbeats(context: Context) -> dict[str, Heartbeat]:
    if not context.bus.nc.is_connected:
        return {}
    try:
        async with asyncio.timeout(DEADLINE):
            return await read_heartbeats(context.bus.js)
    except Exception as error:
        if translate(error) is None:
            raise
        return {}
