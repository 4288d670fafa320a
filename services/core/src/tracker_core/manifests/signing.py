"""How each provider proves who sends: what the gateway checks, and what whoever sends to it makes.

What a manifest sets itself always wins over its provider's values.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass, replace
from typing import Literal

from tracker_core.errors import InvalidManifestError
from tracker_core.manifests.metadata import SecretKeyRef
from tracker_core.manifests.webhook import Provider, Webhook


@dataclass(frozen=True)
class Scheme:
    """How a provider signs: what is hashed, and where the signature stands."""

    header: str
    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    """What stands before the signature: `sha256=`."""
    layout: Literal["single", "pairs", "list"] = "single"
    """`single`: one signature. `pairs`: `t=1,v1=…,v1=…` (Stripe). `list`: `v1,… v1,…` (Standard Webhooks)."""
    timestamp_header: str = ""
    id_header: str = ""
    signed: str = ""
    """What is hashed before the body; `{timestamp}` and `{id}` are filled in."""
    base64_secret: bool = False
    """The secret is `whsec_` and base64 of the key."""

    @property
    def timed(self) -> bool:
        """Whether the signature covers a timestamp, which then must be recent."""
        return "{timestamp}" in self.signed


# https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
_STANDARD = Scheme(
    header="webhook-signature",
    encoding="base64",
    prefix="v1",
    layout="list",
    timestamp_header="webhook-timestamp",
    id_header="webhook-id",
    signed="{id}.{timestamp}.",
    base64_secret=True,
)
_GENERIC = Scheme(header="X-Signature")

SCHEMES: dict[Provider, Scheme] = {
    Provider.GENERIC: _GENERIC,
    Provider.STANDARD_WEBHOOKS: _STANDARD,
    # https://docs.slack.dev/authentication/verifying-requests-from-slack
    Provider.SLACK: Scheme(
        header="X-Slack-Signature",
        prefix="v0=",
        timestamp_header="X-Slack-Request-Timestamp",
        signed="v0:{timestamp}:",
    ),
    Provider.TELEGRAM: _GENERIC,
    # https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    Provider.GITHUB: Scheme(header="X-Hub-Signature-256", prefix="sha256="),
    # https://docs.gitlab.com/user/project/integrations/webhooks/ ; its signing tokens are Standard Webhooks
    Provider.GITLAB: _STANDARD,
    # https://docs.stripe.com/webhooks?verify=verify-manually
    Provider.STRIPE: Scheme(header="Stripe-Signature", prefix="v1", layout="pairs", signed="{timestamp}."),
    Provider.ALERTMANAGER: _GENERIC,
    # https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
    Provider.GRAFANA: Scheme(header="X-Grafana-Alerting-Signature"),
    # https://docs.sentry.io/integrations/integration-platform/webhooks/
    Provider.SENTRY: Scheme(header="Sentry-Hook-Signature"),
}

_TOKEN_HEADERS = {Provider.TELEGRAM: "X-Telegram-Bot-Api-Secret-Token", Provider.GITLAB: "X-Gitlab-Token"}


def scheme_of(webhook: Webhook) -> Scheme:
    """Return how the requests of a Webhook are signed."""
    scheme, wanted = SCHEMES[webhook.spec.provider], webhook.spec.verification.hmac
    if wanted is None:
        return scheme
    changes = {
        name: value
        for name in ("header", "prefix", "algorithm", "encoding", "timestamp_header")
        if (value := getattr(wanted, name)) is not None
    }
    if wanted.timestamp_header and not scheme.timed:
        # The convention of most who sign a timestamp: `<timestamp>.<body>`.
        changes["signed"] = "{timestamp}."
    return replace(scheme, **changes)


def token_header_of(webhook: Webhook) -> str:
    """Return the header in which the token of a Webhook is sent."""
    token = webhook.spec.verification.token
    if token is not None and token.header is not None:
        return token.header
    return _TOKEN_HEADERS.get(webhook.spec.provider, "Authorization")


def secret_ref(webhook: Webhook) -> SecretKeyRef | None:
    """Return where the secret of a Webhook is; None when it takes messages from everybody."""
    proving = webhook.spec.verification.hmac or webhook.spec.verification.token
    return proving.secret_ref if proving else None


def signing_key(webhook: Webhook, secret: bytes) -> bytes:
    """Return the key that a secret means to a Webhook's scheme.

    Raises:
        InvalidManifestError: it has to be a Standard Webhooks secret and is none.
    """
    if not scheme_of(webhook).base64_secret:
        return secret
    # https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
    try:
        key = base64.b64decode(secret.removeprefix(b"whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise InvalidManifestError(
            f"Webhook '{webhook.key}': its secret is not a Standard Webhooks secret",
            cure="Store it as whsec_ followed by base64, as the provider shows it",
        )
    return key


def sign(webhook: Webhook, secret: bytes, body: bytes, now: float, *, id_: str = "") -> dict[str, str]:
    """Return the headers that prove to a Webhook who sends this body.

    Args:
        webhook: Its manifest.
        secret: Token or key, as it is stored.
        body: The body as it will be sent.
        now: Seconds since the epoch, for signatures that carry the time.
        id_: The id of the message, for signatures that cover one.

    Raises:
        InvalidManifestError: the secret is none for its scheme.
    """
    verification = webhook.spec.verification
    if verification.token is not None:
        header = token_header_of(webhook)
        return {header: ("Bearer " if header.lower() == "authorization" else "") + secret.decode()}
    if verification.hmac is None:
        return {}
    scheme, stamp = scheme_of(webhook), str(int(now))
    before = scheme.signed.replace("{timestamp}", stamp).replace("{id}", id_).encode()
    digest = hmac.new(signing_key(webhook, secret), before + body, scheme.algorithm).digest()
    signature = base64.b64encode(digest).decode() if scheme.encoding == "base64" else digest.hex()
    value = {
        "single": scheme.prefix + signature,
        "pairs": f"t={stamp},{scheme.prefix}={signature}",
        "list": f"{scheme.prefix},{signature}",
    }[scheme.layout]
    headers = {scheme.header: value}
    if scheme.timestamp_header:
        headers[scheme.timestamp_header] = stamp
    if scheme.id_header:
        headers[scheme.id_header] = id_
    return headers
