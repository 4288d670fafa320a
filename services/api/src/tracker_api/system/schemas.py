"""The installation as the API shows it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class Trouble(BaseModel):
    """An error, which may be over."""

    detail: str
    """What was wrong and the cure."""
    at: datetime


class SystemPart(BaseModel):
    """A process, a Source's process, or something that they need."""

    name: str
    """`triage.1`, `default/inbox`, `postgres`."""
    kind: Literal["process", "source", "store", "model"]
    state: Literal["ready", "degraded", "offline", "suspended", "unknown"]
    detail: str
    """What is wrong and the cure; empty when nothing is."""
    since: datetime | None
    """When it came into this state."""
    seen_at: datetime | None
    """Its last sign of life; null for what does not give any by itself."""
    started_at: datetime | None
    version: str
    """Empty when it does not say."""
    last_error: Trouble | None
    latency_ms: float | None
    """How long it took to answer just now; null for what is not asked."""
    bytes: int | None
    """What a store holds."""
    limit: int | None
    """Bytes that it may hold; null for no limit of its own."""
    connections: int | None
    """To Postgres, of all programs."""
    max_connections: int | None


class QueueConsumer(BaseModel):
    """A reader of a queue."""

    name: str
    waiting: int
    in_flight: int
    """Being worked on."""
    redelivered: int
    """Of these, given out more than once."""


class QueueState(BaseModel):
    """A stream of the bus."""

    name: str
    state: Literal["ready", "degraded", "offline"]
    problem: Literal["old", "nearly_full", "full", "missing"] | None
    messages: int
    bytes: int
    limit: int | None
    oldest_seconds: float | None
    """How long the first one has waited; null for a stream that keeps what was read."""
    consumers: list[QueueConsumer]


class System(BaseModel):
    """The whole: `down` without Postgres or NATS, `degraded` when any part is not ready."""

    status: Literal["ok", "degraded", "down"]
    version: str
    parts: list[SystemPart]
    """Those that are not ready first."""
    queues: list[QueueState]
    """Empty when NATS does not answer."""
