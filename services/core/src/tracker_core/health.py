"""Heartbeats through the KV bucket: each process says every ten seconds that it lives and how it is.

A component whose key has expired is offline; nobody has to notice its death.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from importlib.metadata import version
from time import monotonic
from typing import Literal

import msgspec
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import BucketNotFoundError, NoKeysError, NotFoundError

from tracker_core.bus import HEALTH_BUCKET, SOURCES_BUCKET

log = logging.getLogger(__name__)

INTERVAL = 10.0
"""Seconds between two heartbeats; the bucket forgets after 30."""

CHECK = 1.0
"""Seconds between two looks at the state: a change is told at once."""

_VERSION = version("tracker-core")

type State = Literal["ready", "degraded", "offline"]


class Heartbeat(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a component is."""

    state: State
    at: datetime
    detail: str = ""
    """What is wrong and the cure, for people."""
    last_message_at: datetime | None = None
    lag: int = 0
    """Messages it knows of and has not dealt with."""
    version: str = ""
    reason: str = ""
    """`tracker_core.channels.condition.Reason` of a Source that is not ready."""
    account: str = ""
    """Who the provider of a Source says we are: `@bot`, `team/app`, the mailbox."""
    last_rejection_at: datetime | None = None
    last_rejection: str = ""
    """Why a Webhook refused a request last: `SignatureMismatch`, `TooLarge`, …"""
    since: datetime | None = None
    """When it came into this state."""
    started_at: datetime | None = None
    """When its process started."""
    last_error: str = ""
    """The detail of its last trouble, which may be over."""
    last_error_at: datetime | None = None


class Memory:
    """What a process remembers of its parts between heartbeats: since when they are so, and their last trouble."""

    def __init__(self) -> None:
        self._started_at = datetime.now(UTC)
        self._told: dict[str, Heartbeat] = {}

    def remember(self, key: str, now: Heartbeat) -> Heartbeat:
        """Return the heartbeat with what came before it.

        Args:
            key: `<component>.<instance>`.
            now: Its state now.
        """
        before = self._told.get(key)
        same = before is not None and (before.state, before.reason) == (now.state, now.reason)
        trouble = now.detail if now.state != "ready" else ""
        told = msgspec.structs.replace(
            now,
            version=_VERSION,
            started_at=self._started_at,
            since=before.since if same and before is not None else now.at,
            last_error=trouble or (before.last_error if before else ""),
            last_error_at=now.at if trouble else before.last_error_at if before else None,
        )
        self._told[key] = told
        return told


class ServedSource(msgspec.Struct, frozen=True):
    """A Source as the process that serves it announces it."""

    namespace: str
    name: str
    kind: str
    spec: dict[str, object]
    """`spec` of the manifest in its JSON form. Manifests hold references to secrets, never the secrets."""
    webhook_path: str = ""
    """Path on the gateway that its messages arrive at; empty for pull kinds."""


def heartbeat(state: State, detail: str = "", *, last_message_at: datetime | None = None, lag: int = 0) -> Heartbeat:
    """Return a heartbeat of now."""
    return Heartbeat(state, datetime.now(UTC), detail, last_message_at, lag)


async def beat(js: JetStreamContext, key: str, report: Callable[[], Heartbeat]) -> None:
    """Put `report()` under `key` every ten seconds, and when its state or its reason changes, until cancelled.

    A failing bus only skips a beat.

    Args:
        js: JetStream.
        key: `<component>.<instance>`.
        report: Gives the state now.
    """
    told, due, memory = ("", ""), 0.0, Memory()
    while True:
        now = memory.remember(key, report())
        if (now.state, now.reason) != told or monotonic() >= due:
            try:
                bucket = await js.key_value(HEALTH_BUCKET)
                await bucket.put(key, msgspec.json.encode(now))
            except (NatsError, TimeoutError, OSError) as error:
                log.warning("Heartbeat %s not sent: %s", key, str(error) or type(error).__name__)
            told, due = (now.state, now.reason), monotonic() + INTERVAL
        await asyncio.sleep(CHECK)


@contextlib.asynccontextmanager
async def beating(js: JetStreamContext, key: str, report: Callable[[], Heartbeat]) -> AsyncIterator[None]:
    """Send heartbeats while the block runs, and take the key away at its end."""
    task = asyncio.create_task(beat(js, key, report), name=f"heartbeat {key}")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        with contextlib.suppress(NatsError, TimeoutError, OSError):
            await asyncio.wait_for((await js.key_value(HEALTH_BUCKET)).delete(key), 2)


async def read_heartbeats(js: JetStreamContext) -> dict[str, Heartbeat]:
    """Return the heartbeats of everything alive, by key."""
    try:
        bucket = await js.key_value(HEALTH_BUCKET)
        keys = await bucket.keys()
    except (NoKeysError, BucketNotFoundError):
        return {}
    found = {}
    for key in keys:
        with contextlib.suppress(NotFoundError, msgspec.MsgspecError):
            entry = await bucket.get(key)
            found[key] = msgspec.json.decode(entry.value or b"", type=Heartbeat)
    return found


async def withdraw(js: JetStreamContext, source: str) -> None:
    """Forget that `namespace/name` was announced: a recorder that starts later would make its row anew."""
    key = source.replace("/", ".", 1)
    with contextlib.suppress(NatsError, TimeoutError, OSError):
        await (await js.key_value(SOURCES_BUCKET)).delete(key)


async def announce(js: JetStreamContext, source: ServedSource) -> None:
    """Tell the recorder of a Source that this process serves; unchanged specs are not written again."""
    bucket = await js.key_value(SOURCES_BUCKET)
    key, value = f"{source.namespace}.{source.name}", msgspec.json.encode(source)
    with contextlib.suppress(NotFoundError):
        if (await bucket.get(key)).value == value:
            return
    await bucket.put(key, value)
