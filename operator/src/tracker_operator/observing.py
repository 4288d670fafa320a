"""What NATS and the API know of the Sources: heartbeats, what waits on the bus, dead letters.

One connection for all objects. When it is away the truth is `Unknown`, and the objects are looked at again when it is
back. Nothing here raises: whoever asks gets what is known.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from nats.js.kv import KV_DEL, KV_PURGE
from tracker_core.bus import (
    CURSORS_BUCKET,
    HANDED,
    HEALTH_BUCKET,
    INBOUND,
    OUTBOUND,
    SOURCES_BUCKET,
    Bus,
    connect,
    ensure_bus,
    inbound_subject,
    source_consumer,
)  # fmt: skip
from tracker_core.errors import UnavailableError
from tracker_core.health import Heartbeat

from tracker_operator.conditions import Condition
from tracker_operator.known import WEBHOOK
from tracker_operator.settings import ApiSettings, OperatorSettings
from tracker_operator.workqueue import Key

log = logging.getLogger(__name__)

STALE = timedelta(seconds=30)
"""A heartbeat older than this is none; the bucket forgets then, too."""
COUNT_SECONDS = 15.0
"""Seconds between two looks at what waits, and at the dead letters, at most."""
_RENEW_SECONDS = 60.0
"""A watch of the bucket is begun anew after this time: a server that lost its memory sends nothing more."""
_RETRY_SECONDS = 2.0
_TICK = 1.0

COUNTED = "counted"
type Changed = Callable[[str], None]
"""Is told the key of a heartbeat that says something new; "" when everything may be new, `COUNTED` after a count."""


class Observed:
    """The connection and what came over it."""

    def __init__(self, settings: OperatorSettings, changed: Changed) -> None:
        self._settings = settings
        self._changed = changed
        self._bus: Bus | None = None
        self._trouble = "The operator has not reached NATS yet"
        self._beats: dict[str, Heartbeat] = {}
        self._lag: dict[str, int] = {}
        self._dead: dict[str, int] = {}
        self._listening = False

    def heartbeat(self, key: str) -> Heartbeat | None:
        """Return the heartbeat of `<component>.<instance>`, None when it is silent."""
        beat = self._beats.get(key)
        return beat if beat is not None and datetime.now(UTC) - beat.at < STALE else None

    def lag(self, source: str) -> int | None:
        """Return how many messages of a Source wait to be recorded; None when nobody knows."""
        return self._lag.get(inbound_subject(source), 0) if self._listening else None

    def dead_letters(self, source: str) -> int | None:
        """Return the dead letters of a Source; None when nobody knows."""
        return self._dead.get(source)

    def figures(self, key: Key, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what only counts, by field of the status.

        Args:
            key: A Source or a Webhook.
            before: The fields as they are; what nobody knows stays so, and no time goes back.
        """
        beat = self.heartbeat(f"{key.kind.lower()}.{key.namespace}.{key.name}")
        last = _stamp(beat.last_message_at if beat else None)
        if key.kind == WEBHOOK:
            refused = before.get("lastRejection")
            at = _stamp(beat.last_rejection_at if beat else None)
            if beat is not None and at > (refused or {}).get("time", ""):
                refused = {"time": at, "reason": beat.last_rejection}
            return {"lastDeliveryTime": max(before.get("lastDeliveryTime", ""), last) or None, "lastRejection": refused}
        source = f"{key.namespace}/{key.name}"
        lag, dead = self.lag(source), self.dead_letters(source)
        return {
            "lastMessageTime": max(before.get("lastMessageTime", ""), last) or None,
            "lag": before.get("lag") if lag is None else lag,
            "deadLetters": before.get("deadLetters") if dead is None else dead,
        }

    def stream(self) -> Condition:
        """Return StreamReady."""
        if self._bus is None or not self._bus.nc.is_connected or not self._listening:
            trouble = self._trouble if self._bus is None or self._bus.nc.is_connected else "NATS does not answer"
            return Condition("StreamReady", "False", "BusUnavailable", f"{trouble}. Start it; what waits there is kept")
        return Condition("StreamReady", "True", "Streaming", "The streams are there")

    async def run(self) -> None:
        """Stay connected and listen, until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen())
                tasks.create_task(self._count())
                tasks.create_task(self._expire())
        finally:
            if self._bus is not None:
                await self._bus.close()

    async def forget(self, source: str, *, purge: bool) -> None:
        """Take away what a Source leaves on the bus when it is deleted.

        Args:
            source: `namespace/name`.
            purge: Whether its place in the channel goes too.

        Raises:
            UnavailableError: the bus is away.
        """
        bus = self._bus
        if bus is None or not bus.nc.is_connected:
            raise UnavailableError("NATS does not answer")
        key = source.replace("/", ".", 1)
        try:
            own = source_consumer(source)
            notices = own.replace("source-", "notices-", 1)
            for stream, consumer in ((OUTBOUND, own), (OUTBOUND, notices), (HANDED, own)):
                with contextlib.suppress(NotFoundError):
                    await bus.js.delete_consumer(stream, consumer)
            for bucket in (SOURCES_BUCKET, *([CURSORS_BUCKET] if purge else [])):
                await (await bus.js.key_value(bucket)).delete(key)
        except (NatsError, TimeoutError, OSError) as error:
            raise UnavailableError(f"NATS does not answer: {str(error) or type(error).__name__}") from error

    async def _listen(self) -> None:
        while True:
            try:
                if self._bus is None:
                    self._bus = await connect(self._settings.nats, name=f"operator.{self._settings.instance}")
                if not self._listening:
                    await ensure_bus(self._bus.js)
                await self._follow(self._bus)
            except (UnavailableError, NatsError, TimeoutError, OSError) as error:
                self._lose(str(error) or type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    def _lose(self, trouble: str) -> None:
        if self._listening or trouble != self._trouble:
            log.warning("The bus: %s", trouble)
        was, self._listening, self._trouble = self._listening, False, trouble
        if was:
            self._changed("")

    async def _follow(self, bus: Bus) -> None:
        """Watch the bucket for a while; each time everything in it comes at first."""
        if not bus.nc.is_connected:
            await asyncio.sleep(_TICK)
            return
        bucket = await bus.js.key_value(HEALTH_BUCKET)
        watcher: Any = await bucket.watchall()  # nats-py leaves its methods untyped
        try:
            if not self._listening:
                self._listening = True
                self._changed("")
            until = asyncio.get_running_loop().time() + _RENEW_SECONDS
            while asyncio.get_running_loop().time() < until:
                if not bus.nc.is_connected:
                    self._lose("NATS does not answer")
                    return
                try:
                    entry = await watcher.updates(timeout=_TICK)
                except (TimeoutError, NatsError):
                    continue
                if entry is None:
                    continue
                if entry.operation in {KV_DEL, KV_PURGE}:
                    self._note(entry.key, None)
                else:
                    with contextlib.suppress(msgspec.MsgspecError):
                        self._note(entry.key, msgspec.json.decode(entry.value or b"", type=Heartbeat))
        finally:
            with contextlib.suppress(NatsError, TimeoutError, OSError):
                await watcher.stop()

    def _note(self, key: str, beat: Heartbeat | None) -> None:
        before = self.heartbeat(key)
        if beat is None:
            self._beats.pop(key, None)
        else:
            self._beats[key] = beat
        if _said(before) != _said(self.heartbeat(key)):
            self._changed(key)

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            now = datetime.now(UTC)
            for key in [key for key, beat in self._beats.items() if now - beat.at >= STALE]:
                del self._beats[key]
                self._changed(key)

    async def _count(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            while True:
                if self._bus is not None and self._listening:
                    with contextlib.suppress(NatsError, TimeoutError, OSError):
                        info = await self._bus.js.stream_info(INBOUND, subjects_filter="inbound.>")
                        self._lag = dict(info.state.subjects or {})
                if self._settings.api is not None:
                    await self._count_dead(http, self._settings.api)
                self._changed(COUNTED)
                await asyncio.sleep(min(COUNT_SECONDS, self._settings.operator.count_seconds))

    async def _count_dead(self, http: aiohttp.ClientSession, api: ApiSettings) -> None:
        headers = {"Authorization": f"Bearer {api.token.get_secret_value()}"}
        try:
            async with http.get(f"{api.url.rstrip('/')}/api/sources", headers=headers) as response:
                response.raise_for_status()
                items = (await response.json())["items"]
            self._dead = {f"{item['namespace']}/{item['name']}": int(item["counts"]["dead"]) for item in items}
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            # Old figures are no truth.
            self._dead = {}
            log.warning("The API does not tell the dead letters: %s", str(error) or type(error).__name__)


def _stamp(at: datetime | None) -> str:
    """Write a time as Kubernetes does; empty for none. Such texts sort as the times do."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _said(beat: Heartbeat | None) -> tuple[str, ...] | None:
    return None if beat is None else (beat.state, beat.reason, beat.detail, beat.account)
