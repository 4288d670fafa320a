"""`reconcile_webhook` and `reconcile_gateway`: the shared gateway serves what the Webhooks say.

A change of any Webhook is one look at that Webhook, which tells how it is, and one at the gateway's configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker_core.errors import TrackerError
from tracker_core.health import Heartbeat
from tracker_core.kubernetes.client import WEBHOOKS, RefusedError
from tracker_core.manifests import Source, Webhook

from tracker_operator import gateway
from tracker_operator.cluster import DEPLOYMENTS, HTTP_ROUTES, INGRESSES, PODS
from tracker_operator.conditions import Condition, ready
from tracker_operator.context import Context
from tracker_operator.known import GATEWAY, SOURCE, WEBHOOK, Known, read
from tracker_operator.leaving import FINALIZER, leave
from tracker_operator.references import Resolved, resolve
from tracker_operator.registration import Registered, register, take_back, waiting
from tracker_operator.workqueue import Key

GATEWAY_KEY = Key(GATEWAY, "", "")


@dataclass
class Served:
    """What the gateway was told last."""

    resolved: dict[str, Resolved] = field(default_factory=dict, repr=False)
    """Secrets by `namespace/name` of the Webhook."""
    refused: dict[str, Condition] = field(default_factory=dict)
    registered: dict[str, Registered] = field(default_factory=dict)
    """What came of the last look at the provider, by `namespace/name`."""
    known: bool = False
    """Whether there was a look at the gateway yet."""
    trouble: str = ""
    """Why its configuration could not be written the last time."""


async def reconcile_webhook(context: Context, served: Served, key: Key) -> float | None:
    """Look at one Webhook; return the seconds until the next look, None when it is gone.

    Raises:
        TrackerError: the world could not be read or written; look again later.
    """
    name = f"{key.namespace}/{key.name}"
    body = await context.cluster.get(WEBHOOKS, key.namespace, key.name)
    if body is not None and body["metadata"].get("deletionTimestamp"):
        await _leave(context, served, body)
    if body is None or body["metadata"].get("deletionTimestamp"):
        known = context.index.remove(key)
        served.resolved.pop(name, None)
        served.registered.pop(name, None)
        if known is not None:
            context.status.forget(key, known.uid)
            _touch_source(context, known)
        context.queue.add(GATEWAY_KEY)
        return None if body is None else context.resync
    known = read(body)
    context.index.put(known)
    if not isinstance(known.manifest, Webhook):
        refused = Condition("Accepted", "False", "InvalidSpec", known.problem)
        kept = {key: value for key, value in (body.get("status") or {}).items() if key != "conditions"}
        await context.status.write(WEBHOOKS, body, [refused, ready([refused], refused)], kept)
        context.queue.add(GATEWAY_KEY)
        return context.resync
    webhook = known.manifest
    resolved = await resolve(context.cluster, key.namespace, [webhook])
    if served.resolved.get(name) != resolved:
        served.resolved[name] = resolved
        context.queue.add(GATEWAY_KEY)
    registered = await _register(context, served, webhook, body, resolved)
    observed = _observe(context, served, webhook, resolved) + ([registered.condition] if registered else [])
    fields = _figures(context, webhook, resolved, body)
    fields["registration"] = registered.status if registered else None
    await context.status.write(WEBHOOKS, body, _with_ready(webhook, observed), fields)
    if registered is not None and registered.trouble is not None:
        raise registered.trouble
    return context.resync


async def _leave(context: Context, served: Served, body: Mapping[str, Any]) -> None:
    known = read(body)

    async def undo() -> None:
        if isinstance(known.manifest, Webhook):
            resolved = await resolve(context.cluster, known.key.namespace, [known.manifest])
            await take_back(context, known.manifest, body, resolved, served.registered.get(known.manifest.key))

    await leave(context, WEBHOOKS, body, known, undo)


async def _register(
    context: Context, served: Served, webhook: Webhook, body: Mapping[str, Any], resolved: Resolved
) -> Registered | None:
    if webhook.spec.registration is None:
        return None
    if FINALIZER not in body["metadata"].get("finalizers", []):
        await context.cluster.set_finalizers(WEBHOOKS, body, [*body["metadata"].get("finalizers", []), FINALIZER])
    before = (body.get("status") or {}).get("registration")
    observed = _observe(context, served, webhook, resolved)
    blocked = bool(resolved.missing) if before else any(item.status != "True" for item in observed)
    if blocked:
        return waiting(before)
    registered = await register(context, webhook, body, resolved, served.registered.get(webhook.key))
    served.registered[webhook.key] = registered
    return registered


def _touch_source(context: Context, known: Known) -> None:
    if isinstance(known.manifest, Webhook):
        context.queue.add(Key(SOURCE, known.key.namespace, known.manifest.spec.source_ref.name))


def _observe(context: Context, served: Served, webhook: Webhook, resolved: Resolved) -> list[Condition]:
    """Return Accepted, SecretsResolved and Programmed."""
    accepted = served.refused.get(webhook.key) or Condition("Accepted", "True", "Valid", "The manifest is valid")
    beat = context.observed.heartbeat(f"webhook.{webhook.metadata.namespace}.{webhook.metadata.name}")
    programmed = _programmed(webhook, beat, context.observed.stream())
    if served.trouble:
        trouble = f"The gateway's configuration cannot be written: {served.trouble}"
        programmed = Condition("Programmed", "False", "GatewayRefused", trouble)
    if not served.known:
        accepted = Condition("Accepted", "Unknown", "Pending", "The gateway's configuration is not written yet")
    return [accepted, resolved.condition(f"Webhook '{webhook.key}'"), programmed]


def _with_ready(webhook: Webhook, observed: list[Condition]) -> list[Condition]:
    if webhook.spec.suspend:
        suspended = "Suspended by its manifest (spec.suspend): senders get 503 and keep their messages"
        return [*observed, Condition("Ready", "False", "Suspended", suspended)]
    return [*observed, ready(observed, Condition("Ready", "True", "Receiving", "The gateway takes its requests"))]


def _programmed(webhook: Webhook, beat: Heartbeat | None, stream: Condition) -> Condition:
    """Return Programmed: what the gateway itself says of this Webhook."""
    if stream.status != "True":
        return Condition("Programmed", "Unknown", "BusUnavailable", "Nobody can say: NATS does not answer")
    if beat is None:
        return Condition(
            "Programmed", "False", "NotServed", f"Webhook '{webhook.key}': no gateway says that it serves it"
        )
    if beat.state != "ready":
        return Condition("Programmed", "False", "Blocked", beat.detail or f"The gateway says it is {beat.state}")
    return Condition("Programmed", "True", "Serving", "The gateway serves it")


def _figures(context: Context, webhook: Webhook, resolved: Resolved, body: Mapping[str, Any]) -> dict[str, Any]:
    key = Key(WEBHOOK, webhook.metadata.namespace, webhook.metadata.name)
    return context.observed.figures(key, body.get("status") or {}) | {
        "url": gateway.url(webhook, context.settings.gateway),
        "secretVersions": resolved.versions or None,
    }


async def reconcile_gateway(context: Context, served: Served) -> float:
    """Write the gateway's configuration; return the seconds until the next look.

    Raises:
        TrackerError: the world could not be read or written; look again later.
    """
    settings = context.settings.gateway
    webhooks = [known.manifest for known in context.index.of_kind(WEBHOOK) if isinstance(known.manifest, Webhook)]
    sources = {
        known.manifest.key: known.manifest
        for known in context.index.of_kind(SOURCE)
        if isinstance(known.manifest, Source)
    }
    for webhook in webhooks:
        if webhook.key not in served.resolved:
            served.resolved[webhook.key] = await resolve(context.cluster, webhook.metadata.namespace, [webhook])
    wanted = gateway.plan(sources, webhooks, served.resolved, settings)
    deployment = await context.cluster.get(DEPLOYMENTS, settings.namespace, settings.name)
    try:
        for desired in gateway.build(wanted, settings, deployment):
            await context.cluster.apply(desired)
    except RefusedError as error:
        if error.code == 404 and not webhooks:  # noqa: PLR2004 -- HTTP's own number
            return context.resync  # there is no namespace of a gateway, and nothing that needs one
        raise
    await _withdraw_exposure(context, wanted)
    if deployment is not None:
        await _hurry(context, deployment, wanted.digest)
    changed = wanted.refused.keys() ^ served.refused.keys()
    if not served.known:
        changed |= {webhook.key for webhook in webhooks}
    if served.trouble:
        changed |= {webhook.key for webhook in webhooks}
    served.refused, served.known, served.trouble = wanted.refused, True, ""
    for key in changed:
        namespace, _, name = key.partition("/")
        context.queue.add(Key(WEBHOOK, namespace, name))
    return context.resync


async def gateway_failed(context: Context, served: Served, error: Exception) -> None:
    """Let every Webhook say why the gateway does not know it yet; what passes by itself is not said."""
    if isinstance(error, TimeoutError) or (isinstance(error, TrackerError) and error.retryable):
        return
    trouble = str(error) if isinstance(error, TrackerError) else f"Unforeseen: {type(error).__name__}. See the log"
    if trouble != served.trouble:
        served.trouble = trouble
        for known in context.index.of_kind(WEBHOOK):
            context.queue.add(known.key)


async def _withdraw_exposure(context: Context, wanted: gateway.Plan) -> None:
    settings = context.settings.gateway
    for way, resource in (("ingress", INGRESSES), ("httproute", HTTP_ROUTES)):
        if settings.expose == way and not wanted.hosts:
            await context.cluster.delete(resource, settings.namespace, settings.name)


async def _hurry(context: Context, deployment: Mapping[str, Any], digest: str) -> None:
    """Let the kubelets mount the new files now: a pod that changes is synchronised at once, not once a minute."""
    settings = context.settings.gateway
    labels = deployment["spec"]["selector"]["matchLabels"]
    chosen = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
    for pod in await context.cluster.list(PODS, settings.namespace, chosen):
        meta = pod["metadata"]
        if (meta.get("annotations") or {}).get(gateway.CONFIGURATION_HASH) != digest:
            await context.cluster.annotate_pod(settings.namespace, meta["name"], {gateway.CONFIGURATION_HASH: digest})
