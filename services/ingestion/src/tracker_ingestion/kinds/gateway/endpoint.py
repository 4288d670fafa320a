"""A Webhook, compiled: everything that a request needs, prepared once per configuration."""

from dataclasses import dataclass, field
from ipaddress import ip_network

from tracker_core.channels.rates import TokenBucket, bucket_of
from tracker_core.errors import InvalidManifestError, TrackerError, UnavailableError
from tracker_core.manifests import Source, Webhook, parse_duration

from tracker_ingestion.kinds.gateway.expressions import Expression, compile_expression
from tracker_ingestion.kinds.gateway.identity import Identity, build_identity
from tracker_ingestion.kinds.gateway.limits import Limit, Network
from tracker_ingestion.kinds.gateway.presets import PRESETS
from tracker_ingestion.kinds.gateway.reading import Reader, build_reader
from tracker_ingestion.kinds.gateway.tally import Tally
from tracker_ingestion.kinds.gateway.verification import OpenVerifier, SecretReader, Verifier, build_verifier

_DEFAULT_WINDOW = "24h"
"""For a Webhook whose Source is missing; it accepts nothing anyway."""


@dataclass
class Memory:
    """What outlives a reload."""

    bucket: TokenBucket
    """Of the Webhook."""
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Blocked:
    """Why a Webhook accepts nothing now; the sender gets 503 and keeps the message."""

    detail: str
    cure: str | None = None
    intended: bool = False
    """Somebody wanted it so: a suspended Webhook is no problem of the gateway's health."""

    def error(self) -> UnavailableError:
        """Return it as the answer."""
        return UnavailableError(self.detail, cure=self.cure, retry_after=300 if self.intended else 15)


@dataclass(frozen=True)
class Endpoint:
    """One Webhook, ready to serve."""

    key: str
    source: str
    host: str | None
    path: str
    blocked: Blocked | None
    verifier: Verifier
    identity: Identity
    reader: Reader
    filter: Expression | None
    ignored: Expression | None
    challenge: Expression | None
    handed_over: bool
    """The Source has a process of its own that reads the requests."""
    strict_text: bool
    """A body without text is the sender's mistake (422), not a dead letter: nobody told us where the text is."""
    allowed: tuple[Network, ...]
    limits: tuple[Limit, ...]
    max_body_bytes: int
    status: int
    memory: Memory


def check_webhook(webhook: Webhook) -> None:
    """Find what the schema cannot: expressions that do not compile.

    Raises:
        InvalidManifestError: naming the Webhook and the field.
    """
    preset = PRESETS[webhook.spec.provider]
    try:
        build_identity(webhook, preset, 1)
        build_reader(webhook, preset)
        if webhook.spec.filter:
            compile_expression(webhook.spec.filter, "spec.filter")
    except InvalidManifestError as error:
        raise InvalidManifestError(f"Webhook '{webhook.key}': {error.detail}", cure=error.cure) from None


def build_endpoint(
    webhook: Webhook,
    source: Source | None,
    read_secret: SecretReader,
    memory: Memory | None,
    buckets: dict[str, TokenBucket],
) -> Endpoint:
    """Compile a Webhook; whatever it lacks makes it `blocked`, never open.

    Args:
        webhook: A Webhook that passed `check_webhook`.
        source: The Source that it refers to, if there is one.
        read_secret: Where the secrets come from.
        memory: What the endpoint of the same Webhook remembered before.
        buckets: Those of the Sources, by key; all Webhooks of a Source share one.
    """
    spec, preset = webhook.spec, PRESETS[webhook.spec.provider]
    blocked = _blocked(webhook, source)
    verifier: Verifier = OpenVerifier()
    try:
        verifier = build_verifier(webhook, read_secret)
    except TrackerError as error:
        detail = error.detail if "Webhook" in error.detail else f"Webhook '{webhook.key}': {error.detail}"
        blocked = blocked or Blocked(detail, error.cure)
    if memory is None or memory.bucket.per_second != spec.limits.per_second:
        memory = Memory(TokenBucket(spec.limits.per_second), memory.tally if memory else Tally())
    window = parse_duration(source.spec.ingest.dedupe_window if source else _DEFAULT_WINDOW)
    return Endpoint(
        key=webhook.key,
        source=webhook.source_key,
        host=spec.host.lower() if spec.host else None,
        path=webhook.path,
        blocked=blocked,
        verifier=verifier,
        identity=build_identity(webhook, preset, window.total_seconds()),
        reader=build_reader(webhook, preset),
        filter=compile_expression(spec.filter, "spec.filter") if spec.filter else None,
        ignored=compile_expression(preset.ignored, "ignored") if preset.ignored else None,
        challenge=compile_expression(preset.challenge, "challenge") if preset.challenge else None,
        handed_over=_is_handed_over(source),
        strict_text=spec.extract is None and spec.provider in {"generic", "standardWebhooks"},
        allowed=tuple(ip_network(cidr, strict=False) for cidr in spec.allowed_cidrs),
        limits=(Limit(memory.bucket, "spec.limits.perSecond of the Webhook"), *_limits(source, buckets)),
        max_body_bytes=spec.limits.max_body_bytes,
        status=spec.response.status,
        memory=memory,
    )


def _limits(source: Source | None, buckets: dict[str, TokenBucket]) -> tuple[Limit, ...]:
    # A Source with a process of its own keeps its pace there: what is refused here, Slack gives up after three tries.
    if source is None or source.spec.ingest.rate_limit is None or _is_handed_over(source):
        return ()
    spec = source.spec.ingest.rate_limit
    bucket = buckets.get(source.key)
    if bucket is None or not bucket.obeys(spec):
        bucket = buckets[source.key] = bucket_of(spec)
    return (Limit(bucket, "spec.ingest.rateLimit of the Source"),)


def _is_handed_over(source: Source | None) -> bool:
    if source is None:
        return False
    slack, telegram = source.spec.slack, source.spec.telegram
    return (slack is not None and slack.mode == "events") or (telegram is not None and telegram.mode == "webhook")


def _blocked(webhook: Webhook, source: Source | None) -> Blocked | None:
    if source is None:
        return Blocked(
            f"Webhook '{webhook.key}': Source '{webhook.source_key}' does not exist",
            "Create the Source, or mend sourceRef",
        )
    if webhook.spec.suspend:
        return Blocked(f"Webhook '{webhook.key}' is suspended", "Keep the message and send it later", intended=True)
    if source.spec.suspend:
        return Blocked(f"Source '{source.key}' is suspended", "Keep the message and send it later", intended=True)
    return None
