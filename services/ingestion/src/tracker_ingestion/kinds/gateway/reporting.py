"""What the gateway tells the others through NATS: that it lives, how its Sources are, and which Sources it serves."""

from collections.abc import Iterator

import msgspec
from nats.js import JetStreamContext
from tracker_core.bus import HEALTH_BUCKET
from tracker_core.health import Heartbeat, Memory, ServedSource, announce, heartbeat
from tracker_core.manifests import Source, SourceKind

from tracker_ingestion.kinds.gateway.config import Configuration
from tracker_ingestion.kinds.gateway.endpoint import Endpoint

_MAX_DETAIL = 1000


async def report(
    js: JetStreamContext, instance: str, trouble: list[str], configuration: Configuration, memory: Memory
) -> None:
    """Announce what is served and send one heartbeat for the gateway and one for each of its Sources."""
    for source in served_sources(configuration):
        await announce(js, source)
    bucket = await js.key_value(HEALTH_BUCKET)
    for key, beat in heartbeats(instance, trouble, configuration):
        await bucket.put(key, msgspec.json.encode(memory.remember(key, beat)))


def served_sources(configuration: Configuration) -> Iterator[ServedSource]:
    """Return the Sources of type webhook, and those of another type that a Webhook feeds."""
    for key, source in configuration.sources.items():
        endpoints = _endpoints(configuration, key)
        if source.spec.type is SourceKind.WEBHOOK or endpoints:
            yield ServedSource(
                namespace=source.metadata.namespace,
                name=source.metadata.name,
                kind=source.spec.type,
                spec=source.spec.model_dump(mode="json", by_alias=True, exclude_none=True),
                webhook_path=endpoints[0].path if endpoints else "",
            )


def heartbeats(instance: str, trouble: list[str], configuration: Configuration) -> Iterator[tuple[str, Heartbeat]]:
    """Return the health of the gateway, of each Webhook, and of each Source of type webhook, by key."""
    yield f"gateway.{instance}", heartbeat("degraded" if trouble else "ready", "; ".join(trouble)[:_MAX_DETAIL])
    served = {endpoint.key for endpoints in configuration.routes.values() for endpoint in endpoints}
    clashes = {problem.file: problem.detail for problem in configuration.problems}
    for key, endpoint in configuration.endpoints.items():
        unserved = "" if key in served else clashes.get(key, "Its path is served by another Webhook")
        yield f"webhook.{key.replace('/', '.', 1)}", _webhook_heartbeat(endpoint, unserved)
    for key, source in configuration.sources.items():
        if source.spec.type is SourceKind.WEBHOOK:
            name = f"source.{source.metadata.namespace}.{source.metadata.name}"
            yield name, _source_heartbeat(source, _endpoints(configuration, key))


def _webhook_heartbeat(endpoint: Endpoint, unserved: str) -> Heartbeat:
    detail = f"{endpoint.blocked.detail}. {endpoint.blocked.cure}" if endpoint.blocked else unserved
    tally = endpoint.memory.tally
    beat = heartbeat("degraded" if detail else "ready", detail[:_MAX_DETAIL], last_message_at=tally.last_message_at)
    return msgspec.structs.replace(beat, last_rejection_at=tally.last_rejection_at, last_rejection=tally.last_rejection)


def _source_heartbeat(source: Source, endpoints: list[Endpoint]) -> Heartbeat:
    blocked = [endpoint.blocked for endpoint in endpoints if endpoint.blocked is not None]
    last = max((at for e in endpoints if (at := e.memory.tally.last_message_at) is not None), default=None)
    if not endpoints:
        detail = (
            f"No Webhook refers to Source '{source.key}'. Create one with spec.sourceRef.name: {source.metadata.name}"
        )
        return heartbeat("degraded", detail)
    detail = "; ".join(f"{reason.detail}. {reason.cure}" for reason in blocked)[:_MAX_DETAIL]
    return heartbeat("degraded" if blocked else "ready", detail, last_message_at=last)


def _endpoints(configuration: Configuration, source: str) -> list[Endpoint]:
    return [endpoint for endpoint in configuration.endpoints.values() if endpoint.source == source]
