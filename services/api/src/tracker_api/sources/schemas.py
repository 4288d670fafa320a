"""Sources as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from tracker_core.manifests import Autonomy, SourceKind


class Counts(BaseModel):
    """What became of messages: received = tasks + ignored + waiting + dead."""

    received: int
    tasks: int
    ignored: int
    waiting: int
    dead: int


class SourceHealth(BaseModel):
    """Whether the Source really receives."""

    state: Literal["ready", "degraded", "offline", "unknown"]
    message: str
    """What is wrong and the cure; empty when nothing is."""


class Source(BaseModel):
    """A channel that messages come from."""

    id: UUID
    namespace: str
    name: str
    kind: SourceKind
    autonomy: Autonomy
    auto_threshold: int
    """Percent of confidence from which `Auto` makes tasks by itself."""
    suspended: bool
    health: SourceHealth
    last_message_at: datetime | None
    counts: Counts
    webhook_url: str | None


class SourceList(BaseModel):
    """All Sources, by name."""

    items: list[Source]
    next: None = None
