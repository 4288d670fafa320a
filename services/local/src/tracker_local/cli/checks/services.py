"""The processes of this folder: do they live, and do those that speak HTTP say that they are ready?"""

from collections.abc import Iterator
from typing import Any

import httpx

from tracker_local.cli.checks.finding import Finding, fail, ok, warn
from tracker_local.runtime import Runtime, State

_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_FLAPPING = 5
_FINE = {State.READY, State.DONE, State.EXTERNAL}


def processes(runtime: Runtime) -> Iterator[Finding]:
    """Are all of them ready, and do they stay so?"""
    quiet = True
    for name, status in runtime.processes.items():
        logs = f"See why: `tasktracker logs {name}`"
        if status.state not in _FINE:
            quiet = False
            said = f"{status.state} after {status.restarts} restarts" if status.restarts else str(status.state)
            yield fail(name, f"{said}: {status.detail}" if status.detail else said, logs)
        elif status.restarts >= _FLAPPING:
            quiet = False
            yield warn(name, f"ready, but it was restarted {status.restarts} times", logs)
    if quiet:
        yield ok("processes", f"all {len(runtime.pids)} run under supervisor {runtime.supervisor}")


async def http(name: str, url: str) -> list[Finding]:
    """Does it say that it is ready?"""
    logs = f"See why: `tasktracker logs {name}`"
    async with httpx.AsyncClient(timeout=_TIMEOUT) as client:
        try:
            response = await client.get(f"{url}/readyz")
        except httpx.TransportError as error:
            return [fail(name, f"{url} gives no answer ({type(error).__name__})", logs)]
    if response.is_success:
        return [ok(name, f"ready at {url} ({response.elapsed.total_seconds() * 1000:.0f} ms)")]
    return [fail(name, f"{url}/readyz answered {response.status_code}: {_reason(response)}", logs)]


def _reason(response: httpx.Response) -> str:
    try:
        body: Any = response.json()
    except ValueError:
        return response.reason_phrase
    return str(body.get("detail") or body.get("status") or body) if isinstance(body, dict) else str(body)
