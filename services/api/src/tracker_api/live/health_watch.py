"""Tells every socket when a component's health changes. It is a heartbeat and no event, so nobody has to be caught up.

A process that dies says nothing: its key expires, and screens see that when they ask again.
"""

import asyncio
import logging

import msgspec
from nats.errors import Error as NatsError
from tracker_core.bus import HEALTH_BUCKET, Bus
from tracker_core.health import Heartbeat

from tracker_api.live.hub import Hub, health_frame

log = logging.getLogger(__name__)

RETRY = 2.0
"""Seconds before the bucket is followed again."""


async def watch_health(bus: Bus, hub: Hub) -> None:
    """Follow the heartbeats until cancelled."""
    known: dict[str, tuple[str, str]] = {}
    while True:
        try:
            watcher = await (await bus.js.key_value(HEALTH_BUCKET)).watchall()
            async for entry in watcher:
                if entry is None or entry.key is None:
                    continue
                state = _state(entry.value)
                if known.get(entry.key, state) != state:
                    hub.tell(health_frame(entry.key))
                known[entry.key] = state
        except (NatsError, TimeoutError, OSError) as error:
            log.warning("Health is not followed: %s", str(error) or type(error).__name__)
        await asyncio.sleep(RETRY)


def _state(value: bytes | None) -> tuple[str, str]:
    """Return what a screen shows; a key that was taken away has no value."""
    try:
        beat = msgspec.json.decode(value or b"", type=Heartbeat)
    except msgspec.MsgspecError:
        return "offline", ""
    return beat.state, beat.detail
