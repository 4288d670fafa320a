"""`kind: Source`: one channel that messages come from. Mirrors `crds/source.yaml` field by field."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tracker_core.manifests.metadata import Duration, ManifestModel, ObjectMeta, SecretKeyRef, parse_duration

ProviderName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Strings256 = Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=256)]

Quantity = int | Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$")]
Quantities = Annotated[dict[str, Quantity], Field(max_length=8)]


class SourceKind(StrEnum):
    """How the messages come in."""

    TELEGRAM = "telegram"
    """A bot's chats; its own process."""
    SLACK = "slack"
    """A workspace's channels; its own process."""
    EMAIL = "email"
    """A mailbox over IMAP; its own process."""
    WEBHOOK = "webhook"
    """HTTP requests; served by the shared gateway."""


class Autonomy(StrEnum):
    """What triage may do by itself."""

    DISABLED = "Disabled"
    """Record the message, nothing else."""
    SHADOW = "Shadow"
    """Record the verdict, create nothing."""
    SUGGEST = "Suggest"
    """Propose a task; a person accepts it in the inbox."""
    AUTO = "Auto"
    """Create the task when the confidence reaches the threshold, propose it below."""


class TelegramSpec(ManifestModel):
    """A Telegram bot."""

    token_secret_ref: SecretKeyRef
    mode: Literal["polling", "webhook"] = "polling"
    chats: Strings256 = ()
    """Allow-list of chat ids or @names; empty = all."""
    groups: bool = True
    """Whether groups and forum topics are conversations."""


class SlackSpec(ManifestModel):
    """A Slack app."""

    mode: Literal["socket", "events"] = "socket"
    bot_token_secret_ref: SecretKeyRef
    app_token_secret_ref: SecretKeyRef | None = None
    channels: Strings256 = ()

    @model_validator(mode="after")
    def _socket_needs_app_token(self) -> Self:
        if self.mode == "socket" and self.app_token_secret_ref is None:
            raise ValueError("socket mode needs appTokenSecretRef")
        return self


class OAuth2Spec(ManifestModel):
    """OAuth 2 refresh-token grant for a mailbox."""

    token_url: Annotated[str, Field(alias="tokenURL", max_length=2048, pattern="^https://")]
    client_id: Annotated[str, Field(alias="clientID", min_length=1, max_length=512)]
    client_secret_ref: SecretKeyRef | None = None
    """Public clients have none."""
    refresh_token_secret_ref: SecretKeyRef


class EmailAuthSpec(ManifestModel):
    """Who logs in to the mailbox."""

    username: Annotated[str, Field(min_length=1, max_length=320)]
    password_secret_ref: SecretKeyRef | None = None
    oauth2: OAuth2Spec | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.password_secret_ref is None) == (self.oauth2 is None):
            raise ValueError("exactly one of passwordSecretRef or oauth2")
        return self


class SmtpSpec(ManifestModel):
    """The way of answers to mail."""

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 465
    tls: Literal["implicit", "starttls"] = "implicit"
    from_: Annotated[str | None, Field(alias="from", min_length=3, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")] = None
    """Address of the answers; by default the user name of the mailbox."""
    auth: EmailAuthSpec | None = None
    """By default that of the mailbox."""


class EmailSpec(ManifestModel):
    """A mailbox over IMAP."""

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    tls: Literal["implicit", "starttls"] = "implicit"
    mailbox: Annotated[str, Field(max_length=255)] = "INBOX"
    after_fetch: Literal["Keep", "MarkSeen", "Move"] = "MarkSeen"
    move_to: Annotated[str, Field(max_length=255)] | None = None
    drop_auto_replies: bool = True
    auth: EmailAuthSpec
    smtp: SmtpSpec | None = None
    """Needed when answers are enabled."""

    @model_validator(mode="after")
    def _move_needs_target(self) -> Self:
        if self.after_fetch == "Move" and self.move_to is None:
            raise ValueError("afterFetch Move needs moveTo")
        return self


class AttachmentsSpec(ManifestModel):
    """What happens to files that come with messages."""

    policy: Literal["Store", "Reference", "Drop"] = "Store"
    max_bytes: Annotated[int, Field(ge=0, le=104_857_600)] = 26_214_400
    media_types: Annotated[tuple[Annotated[str, Field(max_length=127)], ...], Field(max_length=64)] = ()


class RateLimitSpec(ManifestModel):
    """A token bucket over the Source's messages."""

    per_second: Annotated[int, Field(ge=1, le=10_000)]
    burst: Annotated[int, Field(ge=1, le=100_000)] | None = None


class IngestSpec(ManifestModel):
    """How messages are taken in."""

    dedupe_window: Duration = "24h"
    ordering: Literal["PerConversation", "None"] = "PerConversation"
    backfill: Duration = "72h"
    """How far to catch up after downtime."""
    max_message_bytes: Annotated[int, Field(ge=1024, le=26_214_400)] = 1_048_576
    attachments: AttachmentsSpec = AttachmentsSpec()
    rate_limit: RateLimitSpec | None = None

    @model_validator(mode="after")
    def _window_bounds(self) -> Self:
        window = parse_duration(self.dedupe_window)
        if not timedelta(minutes=10) <= window <= timedelta(hours=168):
            raise ValueError("dedupeWindow: between 10m and 168h")
        return self


class DeliverySpec(ManifestModel):
    """Retries and dead letters; field names follow Knative's DeliverySpec."""

    retry: Annotated[int, Field(ge=0, le=50)] = 8
    backoff_policy: Literal["linear", "exponential"] = "exponential"
    backoff_delay: Duration = "2s"
    dead_letter_retention: Duration = "720h"


class TriageSpec(ManifestModel):
    """What triage may do, and with what."""

    autonomy: Autonomy = Autonomy.SUGGEST
    auto_threshold: Annotated[int, Field(ge=0, le=100)] = 85
    """Calibrated percent."""
    providers: Annotated[tuple[ProviderName, ...], Field(min_length=1, max_length=16)] | None = None
    """Language models by their configured names, in the order in which they are asked; absent: all of the workspace.

    The embedded model judges first wherever it stands; alone, it is the only one.
    """
    profile_ref: Annotated[str, Field(max_length=253)] | None = None
    redact_pii: Annotated[bool, Field(alias="redactPII")] = True
    daily_token_budget: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _each_provider_once(self) -> Self:
        if self.providers is not None and len(set(self.providers)) < len(self.providers):
            raise ValueError("providers: each stands there once")
        return self

    @model_validator(mode="after")
    def _auto_needs_threshold(self) -> Self:
        if self.autonomy is Autonomy.AUTO and self.auto_threshold < 50:  # noqa: PLR2004 -- the CRD's own figure
            raise ValueError("Auto needs autoThreshold of 50 or more")
        return self


class ReplySpec(ManifestModel):
    """Whether answers may go back into the channel."""

    enabled: bool = False
    require_approval: bool = True
    """Whether an admin has to approve what others write, and every status update."""
    status_updates: bool = False
    """Whether reporters are told when their task is started, done or declined."""


class ResourcesSpec(ManifestModel):
    """Requests and limits of the container, as Kubernetes writes quantities: `cpu: 100m`, `memory: 128Mi`."""

    requests: Quantities | None = None
    limits: Quantities | None = None


class TolerationSpec(ManifestModel):
    """A taint of nodes that the pod tolerates."""

    key: Annotated[str, Field(max_length=316)] | None = None
    operator: Literal["Exists", "Equal"] | None = None
    value: Annotated[str, Field(max_length=63)] | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    toleration_seconds: Annotated[int, Field(ge=0)] | None = None


class PodTemplateSpec(ManifestModel):
    """Where the process runs and what it may use; ignored on one machine.

    Closed on purpose: who may write a Source must not be able to run any pod. Image, command, volumes and security
    context are the operator's.
    """

    labels: Annotated[dict[str, Annotated[str, Field(max_length=63)]], Field(max_length=32)] | None = None
    annotations: Annotated[dict[str, Annotated[str, Field(max_length=4096)]], Field(max_length=32)] | None = None
    resources: ResourcesSpec | None = None
    node_selector: Annotated[dict[str, Annotated[str, Field(max_length=63)]], Field(max_length=32)] | None = None
    tolerations: Annotated[tuple[TolerationSpec, ...], Field(max_length=32)] | None = None


class SourceSpec(ManifestModel):
    """What the user wants of this Source."""

    type: SourceKind
    suspend: bool = False
    replicas: Annotated[int, Field(ge=0, le=10)] = 1
    deletion_policy: Literal["Retain", "Purge"] = "Retain"
    telegram: TelegramSpec | None = None
    slack: SlackSpec | None = None
    email: EmailSpec | None = None
    ingest: IngestSpec = IngestSpec()
    delivery: DeliverySpec = DeliverySpec()
    triage: TriageSpec = TriageSpec()
    reply: ReplySpec | None = None
    pod_template: PodTemplateSpec | None = None

    @model_validator(mode="after")
    def _union(self) -> Self:
        for kind in (SourceKind.TELEGRAM, SourceKind.SLACK, SourceKind.EMAIL):
            if (getattr(self, kind.value) is not None) != (self.type is kind):
                raise ValueError(f"set spec.{kind} if and only if type is {kind}")
        if self.replicas > 1 and self.type is not SourceKind.SLACK:
            raise ValueError("telegram and email allow one consumer; type webhook is served by the shared gateway")
        if self.reply is not None and self.reply.enabled and self.type is SourceKind.WEBHOOK:
            raise ValueError("type webhook has no return channel; remove spec.reply")
        if self.reply is not None and self.reply.enabled and self.email is not None and self.email.smtp is None:
            raise ValueError("answers to mail need spec.email.smtp")
        return self


class Source(ManifestModel):
    """A Source manifest."""

    api_version: Literal["tasktracker.dev/v1alpha1"] = "tasktracker.dev/v1alpha1"
    kind: Literal["Source"] = "Source"
    metadata: ObjectMeta
    spec: SourceSpec

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.metadata.namespace}/{self.metadata.name}"
