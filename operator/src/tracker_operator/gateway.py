"""From all Webhooks to the configuration of the shared gateway: pure, and held to golden files.

Two Secrets, which the gateway mounts as folders: a file for each manifest, so that one which the gateway cannot use
takes no other along, and a file for each secret value. The gateway reads them again within a second of a change. What
does not fit is named, never dropped in silence.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tracker_core.channels.secret_files import flat_name
from tracker_core.manifests import Source, SourceKind, Webhook, dump_manifest, references

from tracker_operator.conditions import Condition
from tracker_operator.references import Resolved
from tracker_operator.resources import MANAGED_BY, PREFIX, bare
from tracker_operator.settings import GatewaySettings

CONFIGURATION_HASH = f"{PREFIX}/configuration-hash"
MAX_BYTES = 1_000_000
"""Of one Secret; the API server takes 1 MiB."""
_MAX_NAME = 240
"""Characters of a file's name without its suffix; a key of a Secret has 253 at most."""
_PREFIX = "/webhook/"


@dataclass(frozen=True)
class Plan:
    """What the gateway is to serve."""

    manifests: dict[str, str] = field(default_factory=dict)
    """By file name."""
    secrets: dict[str, bytes] = field(default_factory=dict, repr=False)
    hosts: tuple[str, ...] = ()
    refused: dict[str, Condition] = field(default_factory=dict)
    """Accepted=False by `namespace/name` of the Webhook that is left out."""

    @property
    def digest(self) -> str:
        """Changes when anything does."""
        total = hashlib.sha256()
        for name, text in sorted(self.manifests.items()):
            total.update(f"{name}\0{text}\0".encode())
        for name, value in sorted(self.secrets.items()):
            total.update(hashlib.sha256(name.encode() + b"\0" + value).digest())
        return total.hexdigest()[:16]


def plan(
    sources: Mapping[str, Source], webhooks: Sequence[Webhook], resolved: Mapping[str, Resolved],
    settings: GatewaySettings,
) -> Plan:  # fmt: skip
    """Decide what is served.

    Args:
        sources: Every Source that is valid, by `namespace/name`.
        webhooks: Every Webhook that is valid.
        resolved: Their secrets, by `namespace/name` of the Webhook.
        settings: Where the gateway is and which hosts it may have.
    """
    refused, served = _routes(webhooks, settings)
    by_source: dict[str, list[Webhook]] = {key: [] for key, item in sources.items() if _is_served(item)}
    for webhook in served:
        if webhook.source_key in sources:
            by_source.setdefault(webhook.source_key, []).append(webhook)
        else:
            refused[webhook.key] = Condition(
                "Accepted", "False", "SourceNotFound",
                f"Webhook '{webhook.key}': Source '{webhook.source_key}' does not exist. Create it",
            )  # fmt: skip
    files: dict[str, str] = {}
    values: dict[str, bytes] = {}
    room = room_of_secrets = MAX_BYTES
    for key, bound in sorted(by_source.items()):
        source = sources[key]
        parts: list[Source | Webhook] = [
            Source(metadata=bare(source.metadata), spec=source.spec.model_copy(update={"pod_template": None})),
            *(Webhook(metadata=bare(item.metadata), spec=item.spec) for item in bound),
        ]
        texts = {_file_name(item): dump_manifest(item) for item in parts}
        own = {
            flat_name(item.metadata.namespace, ref): value
            for item in bound
            for ref in references(item.spec.verification)
            if (value := resolved[item.key].value(ref) if item.key in resolved else b"")
        }
        size = sum(len(name) + len(text.encode()) for name, text in texts.items())
        size_of_secrets = sum(len(name) + len(value) for name, value in own.items())
        if size > room or size_of_secrets > room_of_secrets:
            for item in bound:
                refused[item.key] = Condition(
                    "Accepted", "False", "GatewayFull",
                    f"Webhook '{item.key}': the gateway's configuration is full. Run a second installation",
                )  # fmt: skip
            continue
        room, room_of_secrets = room - size, room_of_secrets - size_of_secrets
        files |= texts
        values |= own
    return Plan(files, values, _hosts(served, settings), refused)


def _routes(webhooks: Sequence[Webhook], settings: GatewaySettings) -> tuple[dict[str, Condition], list[Webhook]]:
    """Give each path one owner, as the gateway does: the default path's own Webhook first, then by name."""
    refused: dict[str, Condition] = {}
    served: list[Webhook] = []
    owners: dict[tuple[str, str], Webhook] = {}
    for webhook in sorted(webhooks, key=lambda item: (item.spec.path is not None, item.key)):
        host = (webhook.spec.host or "").lower()
        if host and settings.hosts and not _is_allowed(host, settings.hosts):
            refused[webhook.key] = Condition(
                "Accepted", "False", "HostNotAllowed",
                f"Webhook '{webhook.key}': host {host} is not one that the gateway may have. Ask who runs it",
            )  # fmt: skip
            continue
        owner = owners.setdefault((host, webhook.path), webhook)
        if owner is not webhook:
            who = f"Webhook '{owner.key}'" if owner.metadata.namespace == webhook.metadata.namespace else "another"
            refused[webhook.key] = Condition(
                "Accepted", "False", "PathTaken",
                f"Webhook '{webhook.key}': path {webhook.path} is served by {who}. Set another spec.path",
            )  # fmt: skip
            continue
        served.append(webhook)
    return refused, served


def _is_served(source: Source) -> bool:
    return source.spec.type is SourceKind.WEBHOOK


def _is_allowed(host: str, allowed: Iterable[str]) -> bool:
    return any(host == item or (item.startswith(".") and host.endswith(item)) for item in allowed)


def _hosts(webhooks: Sequence[Webhook], settings: GatewaySettings) -> tuple[str, ...]:
    hosts = {webhook.spec.host.lower() for webhook in webhooks if webhook.spec.host}
    public = urlsplit(settings.public_url).hostname
    return tuple(sorted(hosts | ({public} if public else set())))


def _file_name(manifest: Source | Webhook) -> str:
    name = f"{manifest.kind.lower()}_{manifest.metadata.namespace}_{manifest.metadata.name}"
    return f"{name}.yaml" if len(name) <= _MAX_NAME else f"{hashlib.sha256(name.encode()).hexdigest()}.yaml"


def url(webhook: Webhook, settings: GatewaySettings) -> str | None:
    """Return where requests arrive, as far as anybody has said."""
    base = f"https://{webhook.spec.host.lower()}" if webhook.spec.host else settings.public_url.rstrip("/")
    return base + webhook.path if base else None


def build(wanted: Plan, settings: GatewaySettings, deployment: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the objects of the gateway, in the order in which they are written.

    Args:
        wanted: What it serves.
        settings: Where it is and how it is exposed.
        deployment: Its Deployment, which owns them; without one there is nothing to lead requests to.
    """
    builder = _Builder(settings, deployment)
    objects = [
        builder.secret("manifests", {name: text.encode() for name, text in wanted.manifests.items()}),
        builder.secret("secrets", wanted.secrets),
    ]
    if deployment is None:
        return objects
    objects.append(builder.service(deployment["spec"]["selector"]["matchLabels"]))
    if settings.expose == "ingress" and wanted.hosts:
        objects.append(builder.ingress(wanted.hosts))
    if settings.expose == "httproute" and wanted.hosts:
        objects.append(builder.http_route(wanted.hosts))
    return objects


@dataclass(frozen=True)
class _Builder:
    settings: GatewaySettings
    deployment: Mapping[str, Any] | None

    def _object(self, api_version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
        meta: dict[str, Any] = {
            "name": name,
            "namespace": self.settings.namespace,
            "labels": {
                "app.kubernetes.io/name": "task-tracker",
                "app.kubernetes.io/component": "gateway",
            }
            | MANAGED_BY,
        }
        if self.deployment is not None:
            owner = {"apiVersion": "apps/v1", "kind": "Deployment"}
            meta["ownerReferences"] = [
                owner | {"name": self.deployment["metadata"]["name"], "uid": self.deployment["metadata"]["uid"]}
            ]
        return {"apiVersion": api_version, "kind": kind, "metadata": meta} | rest

    def secret(self, what: str, values: Mapping[str, bytes]) -> dict[str, Any]:
        data = {name: base64.b64encode(value).decode() for name, value in sorted(values.items())}
        return self._object("v1", "Secret", f"{self.settings.name}-{what}", type="Opaque", data=data)

    def service(self, selector: Mapping[str, str]) -> dict[str, Any]:
        port = {"name": "http", "port": 80, "targetPort": self.settings.port, "protocol": "TCP"}
        spec = {"type": "ClusterIP", "selector": dict(selector), "ports": [port]}
        return self._object("v1", "Service", self.settings.name, spec=spec)

    def ingress(self, hosts: Sequence[str]) -> dict[str, Any]:
        backend = {"service": {"name": self.settings.name, "port": {"name": "http"}}}
        path = {"path": _PREFIX, "pathType": "Prefix", "backend": backend}
        spec: dict[str, Any] = {"rules": [{"host": host, "http": {"paths": [path]}} for host in hosts]}
        if self.settings.ingress_class:
            spec["ingressClassName"] = self.settings.ingress_class
        if self.settings.tls_secret:
            spec["tls"] = [{"hosts": list(hosts), "secretName": self.settings.tls_secret}]
        ingress = self._object("networking.k8s.io/v1", "Ingress", self.settings.name, spec=spec)
        if self.settings.annotations:
            ingress["metadata"]["annotations"] = self.settings.annotations
        return ingress

    def http_route(self, hosts: Sequence[str]) -> dict[str, Any]:
        namespace, _, name = (self.settings.parent or "").rpartition("/")
        match = {"path": {"type": "PathPrefix", "value": _PREFIX}}
        backend = {"name": self.settings.name, "port": 80}
        spec = {
            "parentRefs": [{"name": name} | ({"namespace": namespace} if namespace else {})],
            "hostnames": list(hosts),
            "rules": [{"matches": [match], "backendRefs": [backend]}],
        }
        route = self._object("gateway.networking.k8s.io/v1", "HTTPRoute", self.settings.name, spec=spec)
        if self.settings.annotations:
            route["metadata"]["annotations"] = self.settings.annotations
        return route
