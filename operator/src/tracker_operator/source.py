"""`reconcile_source`: brings what serves a Source to what its manifest says, and its status to what is true.

Level-triggered: it reads the world as it is and never asks why it was called.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tracker_core.errors import TrackerError
from tracker_core.health import Heartbeat
from tracker_core.kubernetes.client import SOURCES, RefusedError
from tracker_core.manifests import Source, SourceKind

from tracker_operator import resources
from tracker_operator.cluster import DEPLOYMENTS, POD_MONITORS, SCALED_OBJECTS
from tracker_operator.conditions import Condition, ready
from tracker_operator.context import Context
from tracker_operator.known import GATEWAY, SOURCE, Known, read
from tracker_operator.leaving import FINALIZER, leave, undo_source
from tracker_operator.references import Resolved, credential, resolve
from tracker_operator.workqueue import Key

SUSPENDED = Condition("Ready", "False", "Suspended", "Suspended by its manifest (spec.suspend)")


async def reconcile_source(context: Context, key: Key) -> float | None:
    """Look at one Source; return the seconds until the next look, None when it is gone.

    Raises:
        TrackerError: the world could not be read or written; look again later.
    """
    body = await context.cluster.get(SOURCES, key.namespace, key.name)
    if body is None:
        _forget(context, key)
        return None
    # Read from the server, an object says no kind of its own in lists, and always does here.
    known = read(body)
    context.index.put(known)
    if body["metadata"].get("deletionTimestamp"):
        await leave(context, SOURCES, body, known, lambda: undo_source(context, known))
        return context.resync
    if not isinstance(known.manifest, Source):
        await context.status.write(SOURCES, body, *_refused(body, known))
        return context.resync
    if FINALIZER not in body["metadata"].get("finalizers", []):
        await context.cluster.set_finalizers(SOURCES, body, [*body["metadata"].get("finalizers", []), FINALIZER])
        body = await context.cluster.get(SOURCES, key.namespace, key.name) or body
    if known.manifest.spec.type is SourceKind.WEBHOOK:
        await _reconcile_served_by_gateway(context, body, known.manifest)
    else:
        await _reconcile_pulled(context, body, known, known.manifest)
    return context.resync


def _forget(context: Context, key: Key) -> None:
    for rival in context.index.release(key):
        context.queue.add(rival)
    known = context.index.remove(key)
    if known is not None:
        context.status.forget(key, known.uid)
    for webhook in context.index.webhooks_of(key.namespace, key.name):
        context.queue.add(Key("Webhook", webhook.metadata.namespace, webhook.metadata.name))
    context.queue.add(Key(GATEWAY, "", ""))


def _refused(body: Mapping[str, Any], known: Known) -> tuple[list[Condition], dict[str, Any]]:
    refused = Condition("Accepted", "False", "InvalidSpec", known.problem)
    # What serves it stays as it is: a manifest that is mended soon should not have cost a message.
    kept = {key: value for key, value in (body.get("status") or {}).items() if key != "conditions"}
    return [refused, ready([refused], refused)], kept


async def _reconcile_served_by_gateway(context: Context, body: Mapping[str, Any], source: Source) -> None:
    accepted = Condition("Accepted", "True", "Valid", "The manifest is valid")
    beat = context.observed.heartbeat(f"source.{source.metadata.namespace}.{source.metadata.name}")
    stream = context.observed.stream()
    deployed = await _gateway_deployed(context)
    connected = _connected(source, beat, stream)
    well = Condition("Ready", "True", "Receiving", "The gateway takes its messages")
    observed = [accepted, stream, deployed, connected]
    observed.append(SUSPENDED if source.spec.suspend else ready(observed, well))
    await context.status.write(SOURCES, body, observed, _figures(context, source, beat, body))


async def _gateway_deployed(context: Context) -> Condition:
    gateway = context.settings.gateway
    found = await context.cluster.get(DEPLOYMENTS, gateway.namespace, gateway.name)
    if found is None:
        where = f"{gateway.namespace}/{gateway.name}"
        return Condition("Deployed", "False", "NoGateway", f"There is no Deployment '{where}'. Install the gateway")
    return deployed(found)


async def _reconcile_pulled(context: Context, body: Mapping[str, Any], known: Known, source: Source) -> None:
    webhooks = context.index.webhooks_of(source.metadata.namespace, source.metadata.name)
    resolved = await resolve(context.cluster, source.metadata.namespace, resources.read_by_process(source, webhooks))
    await _claim(context, known.key, source, resolved)
    accepted = _accepted(context, known)
    if accepted.status == "False":
        await _withdraw(context, source)
        observed = [accepted, ready([accepted], accepted)]
        await context.status.write(SOURCES, body, observed, {"secretVersions": resolved.versions or None})
        return
    child = None
    refusal = None
    if not resolved.missing:
        try:
            child = await _write_children(context, source, body, resolved)
        except RefusedError as error:
            refusal = Condition("Deployed", "False", "Refused", f"Source '{source.key}': {error}")
    if child is None:
        # What runs goes on with the files that it has.
        child = await context.cluster.get(DEPLOYMENTS, source.metadata.namespace, _child(source))
    beat = context.observed.heartbeat(f"source.{source.metadata.namespace}.{source.metadata.name}")
    stream = context.observed.stream()
    well = Condition("Ready", "True", "Receiving", "Messages come in")
    observed = [
        accepted,
        resolved.condition(f"Source '{source.key}'"),
        stream,
        refusal or deployed(child),
        _connected(source, beat, stream),
    ]
    observed.append(SUSPENDED if source.spec.suspend and not resolved.missing else ready(observed, well))
    fields = _figures(context, source, beat, body) | {"secretVersions": resolved.versions or None}
    state = (child or {}).get("status", {})
    fields |= {"replicas": state.get("replicas", 0), "readyReplicas": state.get("readyReplicas", 0)}
    fields["selector"] = ",".join(f"{name}={value}" for name, value in sorted(resources.selector(source).items()))
    await context.status.write(SOURCES, body, observed, fields)


def _child(source: Source) -> str:
    return resources.child_name(source.metadata.name)


async def _claim(context: Context, key: Key, source: Source, resolved: Resolved) -> None:
    """Note the credential; the older Sources' are looked up first, so that a restart lets no younger one in."""
    own = context.index.objects[key]
    for other in context.index.of_kind(SOURCE):
        manifest = other.manifest
        if other.age >= own.age or not isinstance(manifest, Source) or context.index.has_claim(other.key):
            continue
        if manifest.spec.type is source.spec.type:
            theirs = await resolve(context.cluster, other.key.namespace, [manifest])
            context.index.claim(other.key, credential(manifest, theirs))
    for other_key in context.index.claim(key, credential(source, resolved)):
        context.queue.add(other_key)


def _accepted(context: Context, known: Known) -> Condition:
    rival = context.index.rival(known.key)
    if rival is None:
        return Condition("Accepted", "True", "Valid", "The manifest is valid")
    # Of another tenant's object not even the name is told.
    same = rival.key.namespace == known.key.namespace
    who = str(rival.key) if same else "A Source in another namespace"
    return Condition(
        "Accepted",
        "False",
        "CredentialInUse",
        f"{known.key}: {who} is older and receives with the same credential. Give each one of its own",
    )


async def _withdraw(context: Context, source: Source) -> None:
    """Take down what serves a Source that may not receive."""
    if await context.cluster.get(DEPLOYMENTS, source.metadata.namespace, _child(source)) is not None:
        await context.cluster.delete(DEPLOYMENTS, source.metadata.namespace, _child(source))


async def _write_children(
    context: Context, source: Source, body: Mapping[str, Any], resolved: Resolved
) -> dict[str, Any]:
    cluster = resources.Cluster(
        pod_monitors=bool(context.settings.pods.metrics_port) and await context.cluster.serves(POD_MONITORS),
        keda=context.settings.keda is not None and await context.cluster.serves(SCALED_OBJECTS),
    )
    webhooks = context.index.webhooks_of(source.metadata.namespace, source.metadata.name)
    wanted = resources.build(
        source,
        webhooks,
        uid=body["metadata"]["uid"],
        secrets_hash=resolved.digest,
        cluster=cluster,
        settings=context.settings,
    )
    deployment: dict[str, Any] = {}
    for desired in wanted:
        written = await context.cluster.apply(desired)
        if desired["kind"] == "Deployment":
            deployment = written
    if cluster.keda and not any(item["kind"] == "ScaledObject" for item in wanted):
        await context.cluster.delete(SCALED_OBJECTS, source.metadata.namespace, _child(source))
    return deployment


def deployed(child: Mapping[str, Any] | None) -> Condition:
    """Return Deployed from what the Deployment's own controller says."""
    if child is None:
        return Condition("Deployed", "False", "NotDeployed", "Nothing is deployed yet")
    status, wanted = child.get("status", {}), child["spec"].get("replicas", 1)
    said = {item["type"]: item for item in status.get("conditions", [])}
    failure = said.get("ReplicaFailure", {})
    if failure.get("status") == "True":
        return Condition("Deployed", "False", failure.get("reason") or "ReplicaFailure", failure.get("message", ""))
    progressing = said.get("Progressing", {})
    if progressing.get("status") == "False":
        return Condition(
            "Deployed", "False", progressing.get("reason") or "Stuck",
            f"{progressing.get('message', '')} See `kubectl describe pod`",
        )  # fmt: skip
    current = status.get("observedGeneration", 0) >= child["metadata"].get("generation", 1)
    fresh, up = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if not current or fresh < wanted or up < wanted or status.get("replicas", 0) > wanted:
        return Condition("Deployed", "False", "Progressing", f"{up} of {wanted} processes are up")
    return Condition("Deployed", "True", "Available", f"{up} of {wanted} processes are up")


def _connected(source: Source, beat: Heartbeat | None, stream: Condition) -> Condition:
    """Return Connected: what the process itself says of its provider."""
    if source.spec.suspend:
        return Condition("Connected", "False", "Suspended", "Suspended by its manifest (spec.suspend)")
    if stream.status != "True":
        return Condition("Connected", "Unknown", "BusUnavailable", "Nobody can say: NATS does not answer")
    if beat is None:
        return Condition(
            "Connected", "False", "NoHeartbeat", f"Source '{source.key}': no process says that it serves it"
        )
    if beat.state == "ready":
        return Condition("Connected", "True", "Connected", "The provider knows us" if beat.account else "It receives")
    reason = beat.reason if beat.reason.isalnum() else "Degraded"
    return Condition("Connected", "False", reason, beat.detail or f"The process says it is {beat.state}")


def _figures(context: Context, source: Source, beat: Heartbeat | None, body: Mapping[str, Any]) -> dict[str, Any]:
    before, meta = body.get("status") or {}, source.metadata
    account = (beat.account if beat is not None else None) or before.get("account")
    return context.observed.figures(Key(SOURCE, meta.namespace, meta.name), before) | {"account": account}


async def source_failed(context: Context, key: Key, error: Exception, count: int) -> None:
    """Write down that a look at a Source failed, and how often in a row."""
    body = await context.cluster.get(SOURCES, key.namespace, key.name)
    if body is None or body["metadata"].get("deletionTimestamp"):
        return
    message = str(error) if isinstance(error, TrackerError) else f"Unforeseen: {type(error).__name__}. See the log"
    failed = Condition("Ready", "False", "ReconcileFailed", f"{key}: {message}")
    before = body.get("status") or {}
    kept = [
        Condition(item["type"], item["status"], item["reason"], item["message"])
        for item in before.get("conditions", [])
        if item["type"] != "Ready"
    ]
    fields = {key: value for key, value in before.items() if key not in {"conditions", "observedGeneration"}}
    fields |= {"failedAttempts": count, "lastFailureTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    await context.status.write(SOURCES, body, [*kept, failed], fields)
