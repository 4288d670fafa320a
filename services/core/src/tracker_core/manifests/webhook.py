"""`kind: Webhook`: the HTTP edge of a Source. Mirrors `crds/webhook.yaml` field by field.

The Source owns identity, dedupe and triage; the Webhook only says where requests arrive, how they prove who sent them,
and where in the body the parts of a message are.
"""

import ipaddress
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from tracker_core.manifests.metadata import Duration, ManifestModel, Name, ObjectMeta, SecretKeyRef

Expression = Annotated[str, Field(min_length=1, max_length=1024)]
"""JMESPath (https://jmespath.org/specification.html)."""


class Provider(StrEnum):
    """Who sends; gives the defaults of verification and identity."""

    GENERIC = "generic"
    STANDARD_WEBHOOKS = "standardWebhooks"
    SLACK = "slack"
    TELEGRAM = "telegram"
    GITHUB = "github"
    GITLAB = "gitlab"
    STRIPE = "stripe"
    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    SENTRY = "sentry"


_LABEL = "[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?"
_HOST = rf"^{_LABEL}(\.{_LABEL})*$"
_SIGNING = {Provider.SLACK, Provider.GITHUB, Provider.STRIPE, Provider.STANDARD_WEBHOOKS, Provider.SENTRY}
_HOOKS = {Provider.GITHUB, Provider.GITLAB}
_REGISTERING = {Provider.TELEGRAM, *_HOOKS}


class SourceRef(ManifestModel):
    """The Source, in the same namespace."""

    name: Name


class HmacSpec(ManifestModel):
    """A keyed hash of the raw body. Unset fields take the provider's values."""

    secret_ref: SecretKeyRef
    previous_secret_ref: SecretKeyRef | None = None
    """Accepted beside `secretRef` while a secret is rotated."""
    header: Annotated[str, Field(max_length=128)] | None = None
    prefix: Annotated[str, Field(max_length=32)] | None = None
    algorithm: Literal["sha256", "sha512", "sha1"] | None = None
    encoding: Literal["hex", "base64"] | None = None
    timestamp_header: Annotated[str, Field(max_length=128)] | None = None
    tolerance: Duration = "5m"
    """How old a signed timestamp may be."""


class TokenSpec(ManifestModel):
    """A shared secret in a header, bare or as `Bearer …`."""

    header: Annotated[str, Field(max_length=128)] | None = None
    """Unset: the provider's own, else Authorization."""
    secret_ref: SecretKeyRef
    previous_secret_ref: SecretKeyRef | None = None


class VerificationSpec(ManifestModel):
    """How a request proves who sent it; there is no default, so that nobody is open by accident."""

    type: Literal["HMAC", "Token", "None"]
    accept_unverified: bool | None = None
    hmac: HmacSpec | None = None
    token: TokenSpec | None = None

    @model_validator(mode="after")
    def _union(self) -> Self:
        if (self.hmac is not None) != (self.type == "HMAC"):
            raise ValueError("set hmac if and only if type is HMAC")
        if (self.token is not None) != (self.type == "Token"):
            raise ValueError("set token if and only if type is Token")
        if self.type == "None" and not self.accept_unverified:
            raise ValueError("type None needs acceptUnverified: true")
        return self


class IdempotencySpec(ManifestModel):
    """Where the provider's id of a message is."""

    from_: Annotated[Literal["Provider", "Header", "Body", "BodyHash"], Field(alias="from")] = "Provider"
    name: Annotated[str, Field(max_length=256)] | None = None
    """Header name, or JMESPath into the body."""

    @model_validator(mode="after")
    def _name(self) -> Self:
        if self.from_ in {"Header", "Body"} and self.name is None:
            raise ValueError("Header and Body need name")
        return self


class ExtractSpec(ManifestModel):
    """JMESPath to each part of the message. One that fails sends the request to the dead letters."""

    title: Expression | None = None
    text: Expression | None = None
    sender: Expression | None = None
    conversation: Expression | None = None
    occurred_at: Expression | None = None


class LimitsSpec(ManifestModel):
    """What one sender may do."""

    max_body_bytes: Annotated[int, Field(ge=1024, le=26_214_400)] = 1_048_576
    per_second: Annotated[int, Field(ge=1, le=10_000)] = 50


class ResponseSpec(ManifestModel):
    """The answer after the JetStream ack."""

    status: Literal[200, 201, 202, 204] = 202


# Segments are no mere dots: they become part of a URL.
_SEGMENT = r"[-._A-Za-z0-9]*[-_A-Za-z0-9][-._A-Za-z0-9]*"


class RegistrationSpec(ManifestModel):
    """Where `autoRegister` makes the hook, and who may."""

    target: Annotated[str, Field(min_length=1, max_length=255, pattern=rf"^{_SEGMENT}(/{_SEGMENT})*$")]
    """`owner/repository` or organisation at GitHub; path or id of the project at GitLab."""
    token_secret_ref: SecretKeyRef
    events: Annotated[tuple[Annotated[str, Field(max_length=64, pattern=r"^[a-z_]+$")], ...], Field(max_length=32)] = ()
    """By the provider's own names; empty means issues, changes to merge, and comments on both."""


class WebhookSpec(ManifestModel):
    """What the user wants of this Webhook."""

    source_ref: SourceRef
    provider: Provider = Provider.GENERIC
    suspend: bool = False
    """Answers 503 with Retry-After, so that the sender keeps the message."""
    host: Annotated[str, Field(max_length=253, pattern=_HOST)] | None = None
    path: Annotated[str, Field(max_length=200, pattern=r"^/webhook/[a-z0-9][a-z0-9/_-]*$")] | None = None
    auto_register: bool = False
    verification: VerificationSpec
    registration: RegistrationSpec | None = None
    allowed_cidrs: Annotated[
        tuple[Annotated[str, Field(max_length=43)], ...], Field(alias="allowedCIDRs", max_length=64)
    ] = ()
    idempotency: IdempotencySpec = IdempotencySpec()
    extract: ExtractSpec | None = None
    filter: Annotated[str, Field(max_length=1024)] | None = None
    limits: LimitsSpec = LimitsSpec()
    response: ResponseSpec = ResponseSpec()
    deletion_policy: Literal["Retain", "Purge"] = "Retain"

    @field_validator("allowed_cidrs")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            ipaddress.ip_network(item, strict=False)
        return value

    @model_validator(mode="after")
    def _provider_rules(self) -> Self:
        if self.auto_register and self.provider not in _REGISTERING:
            raise ValueError("autoRegister is supported for telegram, github and gitlab")
        if (self.registration is not None) != (self.auto_register and self.provider in _HOOKS):
            raise ValueError("set registration if and only if autoRegister is on for github or gitlab")
        if self.auto_register and self.provider is Provider.GITLAB and self.verification.type != "Token":
            raise ValueError("gitlab is told a secret token; use verification.type Token")
        if self.provider is Provider.TELEGRAM and self.verification.type != "Token":
            raise ValueError("telegram sends X-Telegram-Bot-Api-Secret-Token; use verification.type Token")
        if self.provider in _SIGNING and self.verification.type != "HMAC":
            raise ValueError("this provider signs its requests; use verification.type HMAC")
        return self


class Webhook(ManifestModel):
    """A Webhook manifest."""

    api_version: Literal["tasktracker.dev/v1alpha1"] = "tasktracker.dev/v1alpha1"
    kind: Literal["Webhook"] = "Webhook"
    metadata: ObjectMeta
    spec: WebhookSpec

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.metadata.namespace}/{self.metadata.name}"

    @property
    def source_key(self) -> str:
        """`namespace/name` of the Source that it belongs to."""
        return f"{self.metadata.namespace}/{self.spec.source_ref.name}"

    @property
    def path(self) -> str:
        """Path of the URL that requests arrive at."""
        return self.spec.path or f"/webhook/{self.metadata.namespace}/{self.metadata.name}"
