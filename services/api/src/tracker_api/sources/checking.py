"""Asks the process of a Source. It looks all the time, so a word that is younger than the question is enough.

Somebody who only looked at the last word would be told by a process that has died since.
"""

import asyncio
from datetime import UTC, datetime

from tracker_core.errors import NotFoundError
from tracker_core.health import INTERVAL, Heartbeat
from tracker_core.manifests import Source as Manifest

from tracker_api.context import Context
from tracker_api.sources.schemas import SourceCheck
from tracker_api.sources.service import heartbeats_of

PATIENCE = INTERVAL + 2
"""Seconds: a process beats at least each `INTERVAL`."""
_LOOK = 0.5


async def check(context: Context, key: str, *, patience: float = PATIENCE) -> SourceCheck:
    """Wait for the next word of a Source's process, at most `patience` seconds.

    Raises:
        NotFoundError: there is no manifest of this name.
    """
    known = {item.key for item in await context.manifests.read() if isinstance(item, Manifest)}
    if key not in known:
        raise NotFoundError(f"There is no Source '{key[:317]}'", cure="`tasktracker get sources` lists them")
    asked, beat = datetime.now(UTC), await _beat(context, key)
    deadline = asyncio.get_running_loop().time() + patience
    while (beat is None or beat.at < asked) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(_LOOK)
        beat = await _beat(context, key)
    if beat is None or beat.at < asked:
        return SourceCheck(
            ok=False,
            detail=f"No process of Source '{key}' has said anything for {patience:.0f} s. See its log, or start it",
        )
    if beat.state == "ready":
        return SourceCheck(ok=True, detail=f"It receives{f', as {beat.account}' if beat.account else ''}")
    return SourceCheck(ok=False, detail=beat.detail or f"It is {beat.state}")


async def _beat(context: Context, key: str) -> Heartbeat | None:
    return (await heartbeats_of(context) or {}).get(f"source.{key.replace('/', '.', 1)}")
