"""All checks, in their order. What a check raises is a finding like any other."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from inspect import isawaitable

from tracker_core.errors import TrackerError

from tracker_local.cli.checks import bus, configuration, machine, models, postgres, services
from tracker_local.cli.checks.finding import Finding, fail
from tracker_local.home import Home
from tracker_local.runtime import Runtime

_SECONDS = 30.0

type Answer = Iterable[Finding] | Awaitable[Iterable[Finding]]
type Check = Callable[[], Answer]


async def all_checks(home: Home) -> AsyncIterator[Finding]:
    """Yield what each check finds, as soon as it is found."""
    checks: list[tuple[str, Check]] = [
        ("python", machine.python),
        ("disk", lambda: machine.disk(home)),
        ("folder", lambda: machine.folder(home)),
        ("programs", machine.programs),
        ("dashboard", machine.dashboard),
        ("manifests", lambda: configuration.manifests(home)),
        ("models", lambda: models.check(home)),
    ]
    runtime = Runtime.load(home)
    if runtime is not None:
        checks += [
            ("processes", lambda: services.processes(runtime)),
            ("postgres", lambda: postgres.check(home)),
            ("nats", lambda: bus.check(home)),
            ("api", lambda: services.http("api", runtime.api)),
            ("gateway", lambda: services.http("gateway", runtime.webhook)),
        ]
    for part, check in checks:
        for finding in await _attempt(part, check):
            yield finding
    if runtime is None:
        yield fail("runtime", "Task Tracker is not running in this folder", "Start it with `make up`, then ask again")


async def _attempt(part: str, check: Check) -> list[Finding]:
    started = time.monotonic()
    try:
        async with asyncio.timeout(_SECONDS):
            answer = check()
            return list(await answer if isawaitable(answer) else answer)
    except TrackerError as error:
        return [fail(part, error.detail, error.cure or "")]
    except TimeoutError:
        waited = time.monotonic() - started
        return [fail(part, f"No answer within {waited:.0f} s", "Look at `tasktracker logs`, then restart it")]
    except OSError as error:
        return [fail(part, f"{type(error).__name__}: {error}", "Look at `tasktracker logs`, then restart it")]
