"""Reads Webhooks: their manifests, how the gateway says they are, and a line that sends to them."""

import shlex
from collections.abc import Mapping

from tracker_core.errors import NotFoundError
from tracker_core.health import Heartbeat
from tracker_core.manifests import Webhook as Manifest
from tracker_core.manifests.signing import scheme_of, secret_ref, token_header_of

from tracker_api.context import Context
from tracker_api.manifests.store import Said
from tracker_api.sources.schemas import SourceHealth
from tracker_api.sources.service import heartbeats_of, silent
from tracker_api.webhooks import rotating
from tracker_api.webhooks.examples import example
from tracker_api.webhooks.schemas import SecretRef, Webhook, WebhookList


async def list_webhooks(context: Context) -> WebhookList:
    """Return all Webhooks, by name."""
    heartbeats = await heartbeats_of(context)
    known = await context.manifests.read()
    said = await context.manifests.said()
    return WebhookList(
        items=[
            _webhook(context, item, heartbeats, said.get(("Webhook", item.key)))
            for item in known
            if isinstance(item, Manifest)
        ]
    )


async def get_webhook(context: Context, key: str) -> Webhook:
    """Return one Webhook."""
    for item in (await list_webhooks(context)).items:
        if f"{item.namespace}/{item.name}" == key:
            return item
    raise NotFoundError(f"There is no Webhook '{key[:317]}'", cure="`tasktracker get webhooks` lists them")


def address(context: Context, manifest: Manifest) -> str | None:
    """Return the URL that requests are sent to; None when the gateway's is not known."""
    gateway = context.settings.api.gateway_url.rstrip("/")
    return f"{gateway}{manifest.path}" if gateway else None


def _webhook(
    context: Context, manifest: Manifest, heartbeats: Mapping[str, Heartbeat] | None, said: Said | None
) -> Webhook:
    ref, meta = secret_ref(manifest), manifest.metadata
    beat = (heartbeats or {}).get(f"webhook.{meta.namespace}.{meta.name}")
    return Webhook(
        namespace=meta.namespace,
        name=meta.name,
        source=manifest.source_key,
        provider=manifest.spec.provider,
        verification=manifest.spec.verification.type,
        suspended=manifest.spec.suspend,
        health=_health(beat, heartbeats, said),
        last_message_at=beat.last_message_at if beat else None,
        path=manifest.path,
        url=address(context, manifest),
        secret=SecretRef(name=ref.name, key=ref.key) if ref else None,
        rotation=rotating.rotation_of(manifest),
        curl=_curl(context, manifest),
    )


def _health(beat: Heartbeat | None, heartbeats: Mapping[str, Heartbeat] | None, said: Said | None) -> SourceHealth:
    if heartbeats is None:
        return silent("NATS does not answer, so nobody can say how the Webhook is", state="unknown")
    if beat is not None:
        return SourceHealth(state=beat.state, message=beat.detail, reason=beat.reason or None, account=None, lag=0)
    if not any(key.startswith("gateway.") for key in heartbeats):
        return silent("The gateway does not run. Start it", said=said)
    return silent("The gateway does not serve it yet. If this stays, look at the gateway's log", said=said)


def _curl(context: Context, manifest: Manifest) -> str | None:
    """Return a line that sends an example, with a proof that the reader's shell computes from the stored secret."""
    url, ref = address(context, manifest), secret_ref(manifest)
    if url is None:
        return None
    body = example(manifest.spec.provider, "The export button does nothing since this morning", "curl-1").decode()
    head = "curl -H 'Content-Type: application/json'"
    if ref is None:
        return f"{head} -d {shlex.quote(body)} {shlex.quote(url)}"
    secret = f"$({context.manifests.secret_command(manifest.metadata.namespace, ref)})"
    if manifest.spec.verification.type == "Token":
        header = token_header_of(manifest)
        bearer = "Bearer " if header.lower() == "authorization" else ""
        return f'{head} -H "{header}: {bearer}{secret}" -d {shlex.quote(body)} {shlex.quote(url)}'
    scheme = scheme_of(manifest)
    if scheme.base64_secret or scheme.encoding == "base64":
        # The key would have to be decoded and the digest encoded: more than one line. The test button signs it.
        return None
    before = scheme.signed.replace("{timestamp}", "$T")
    value = f"t=$T,{scheme.prefix}=$S" if scheme.layout == "pairs" else f"{scheme.prefix}$S"
    stamp = f' -H "{scheme.timestamp_header}: $T"' if scheme.timestamp_header else ""
    return (
        f"B={shlex.quote(body)} T=$(date +%s); "
        f"S=$(printf '%s' \"{before}$B\" | openssl dgst -{scheme.algorithm} -hmac \"{secret}\" | sed 's/.* //'); "
        f'{head} -H "{scheme.header}: {value}"{stamp} -d "$B" {shlex.quote(url)}'
    )
