"""Sources as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from tracker_core.manifests import Autonomy, SourceKind

from tracker_api.inputs import Input


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
    """What is wrong and the cure, or what else there is to know; empty when nothing is."""
    reason: str | None
    """The name of what is wrong, such as `InvalidCredentials`; the operator's condition has the same."""
    account: str | None
    """Who its provider says we are: `@bot`, `team/app`, the mailbox."""
    lag: int
    """Messages that its provider still holds for us, as far as it says."""


class ReplyPolicy(BaseModel):
    """Whether answers may go back into the channel."""

    enabled: bool
    require_approval: bool
    """Whether an admin has to approve what others write."""


class Source(BaseModel):
    """A channel that messages come from."""

    id: UUID
    namespace: str
    name: str
    kind: SourceKind
    autonomy: Autonomy
    auto_threshold: int
    """Percent of confidence from which `Auto` makes tasks by itself."""
    configured: bool
    """Whether there is a manifest of it; without one it is only where messages have come from."""
    sample: bool
    """Whether it holds the sample messages."""
    suspended: bool
    reply: ReplyPolicy
    health: SourceHealth
    last_message_at: datetime | None
    counts: Counts
    webhook_url: str | None


class SourceList(BaseModel):
    """All Sources, by name."""

    items: list[Source]
    next: None = None


class AutonomyChange(Input):
    """How far triage may go by itself."""

    autonomy: Autonomy
    auto_threshold: Annotated[int, Field(ge=50, le=100)] | None = None
    """Percent of confidence; left out, it stays as it is."""


class SourceCheck(BaseModel):
    """What the process of a Source says when it is asked."""

    ok: bool
    detail: str
    """As whom its provider knows us, or what is wrong and the cure."""
