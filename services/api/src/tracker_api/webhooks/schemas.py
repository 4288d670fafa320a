"""Webhooks as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr
from tracker_core.manifests import Provider

from tracker_api.inputs import Input, Text
from tracker_api.sources.schemas import SourceHealth


class SecretRef(BaseModel):
    """One key of a Secret; never its value."""

    name: str
    key: str


class Rotation(BaseModel):
    """Two secrets are valid at the same time."""

    until: datetime | None
    """When the older one is taken away; null when somebody has to do it."""


class Webhook(BaseModel):
    """Where requests arrive, and how they prove who sent them."""

    namespace: str
    name: str
    source: str
    """`namespace/name` of its Source."""
    provider: Provider
    verification: Literal["HMAC", "Token", "None"]
    suspended: bool
    health: SourceHealth
    last_message_at: datetime | None
    path: str
    url: str | None
    """Null when the API does not know the gateway's address."""
    secret: SecretRef | None
    rotation: Rotation | None
    curl: str | None
    """A line for the shell that sends a message; it reads the secret where it is kept, and does not hold it."""


class WebhookList(BaseModel):
    """All Webhooks, by name."""

    items: list[Webhook]
    next: None = None


class TestMessage(Input):
    """What a test message says."""

    text: Annotated[Text, Field(min_length=1, max_length=5000)] | None = None
    """For providers whose messages are plain text; otherwise, and when left out, a sentence that says it is a test."""


class TestOutcome(BaseModel):
    """What became of a test."""

    ok: bool
    detail: str
    """What the gateway or the provider said, and the cure when it refused."""
    external_id: str | None
    """Id of the message that was sent, as it will be listed."""
    message_id: UUID | None = None
    """The message, when it was recorded while the request waited."""


class RotateRequest(Input):
    """How a secret is changed."""

    value: Annotated[SecretStr, Field(min_length=8, max_length=4096)] | None = None
    """The new secret; one is made up when it is left out."""
    grace_seconds: Annotated[int, Field(ge=0, le=30 * 86_400)] = 86_400
    """How long the one before is accepted too; 0 ends it at once."""


class Rotated(BaseModel):
    """The new secret: it is shown here and never again."""

    value: str
    previous_until: datetime | None
    """Until when the one before is accepted."""
