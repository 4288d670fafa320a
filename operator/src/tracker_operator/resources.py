"""From a Source to the objects that serve it: pure, and held to golden files in tests/operator/golden.

Each pull Source gets a ServiceAccount without rights, a Secret with its rendered manifest and the address of the bus, a
Deployment, a NetworkPolicy that lets nobody in, and a PodMonitor and a ScaledObject where the cluster knows these.
All are owned by the Source, so its deletion takes them along.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tracker_core.bus import OUTBOUND, source_consumer
from tracker_core.manifests import Source, SourceKind, Webhook, dump_manifest, references
from tracker_core.manifests.metadata import ManifestModel, ObjectMeta
from tracker_core.manifests.source import PodTemplateSpec

from tracker_operator.settings import OperatorSettings

PREFIX = "operator.tasktracker.dev"
MANAGED_BY = {"app.kubernetes.io/managed-by": "task-tracker-operator"}
SOURCE_LABEL = "tasktracker.dev/source"
"""Names the Source; shortened like the names of its objects."""
MANIFEST_HASH, SECRETS_HASH = f"{PREFIX}/manifest-hash", f"{PREFIX}/secrets-hash"
MANIFEST_FILE, NATS_KEY = "manifest.yaml", "nats-url"

_MANIFEST_DIR, _SECRETS_DIR = "/etc/task-tracker/manifest", "/etc/task-tracker/secrets"
_MAX_NAME = 52
"""Leaves room for the hashes that Deployments and ReplicaSets append, in 63 characters of a label."""
_USER = 65532
_GRACE_SECONDS = 60
_COMMANDS = {
    SourceKind.TELEGRAM: ["python", "-m", "tracker_bot"],
    SourceKind.SLACK: ["python", "-m", "tracker_ingestion", "slack"],
    SourceKind.EMAIL: ["python", "-m", "tracker_ingestion", "email"],
}
_RESOURCES = {"requests": {"cpu": "20m", "memory": "96Mi"}, "limits": {"memory": "256Mi"}}
_DNS, _HTTPS = 53, 443


@dataclass(frozen=True)
class Cluster:
    """What this cluster has beyond the core."""

    pod_monitors: bool = False
    keda: bool = False


def child_name(source: str) -> str:
    """Return the name of the objects of a Source: its own where that fits, shortened and made unique where not."""
    name = f"source-{source}"
    if len(name) <= _MAX_NAME and "." not in name:
        return name
    digest = hashlib.sha256(source.encode()).hexdigest()[:10]
    return f"{name.replace('.', '-')[: _MAX_NAME - 11].rstrip('-')}-{digest}"


def selector(source: Source) -> dict[str, str]:
    """Return the labels that the pods of a Source are found by; they never change."""
    return {SOURCE_LABEL: child_name(source.metadata.name), "app.kubernetes.io/component": "source"}


def render_manifest(source: Source, webhooks: Sequence[Webhook]) -> str:
    """Return what the process reads: nothing in it that only the operator needs, so that such a change rolls no pod."""
    spec = source.spec.model_copy(update={"pod_template": None, "suspend": False, "replicas": 1})
    parts: list[Source | Webhook] = [Source(metadata=bare(source.metadata), spec=spec)]
    bound = sorted(webhooks, key=lambda item: item.key)
    parts += [Webhook(metadata=bare(webhook.metadata), spec=webhook.spec) for webhook in bound]
    return "---\n".join(map(dump_manifest, parts))


def read_by_process(source: Source, webhooks: Sequence[Webhook]) -> list[ManifestModel]:
    """Return what names the Secrets that the process gets; a token that makes hooks is the operator's alone."""
    return [source, *(webhook.spec.verification for webhook in webhooks)]


def build(
    source: Source, webhooks: Sequence[Webhook], *, uid: str, secrets_hash: str, cluster: Cluster,
    settings: OperatorSettings,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the objects of a pull Source, in the order in which they are written.

    Args:
        source: A Source of a kind that has a process of its own.
        webhooks: Those that are bound to it.
        uid: `metadata.uid` of the Source, for the owner references.
        secrets_hash: Changes when a value changes that the process reads only at its start.
        cluster: What the cluster has.
        settings: Images and addresses.
    """
    manifest = render_manifest(source, webhooks)
    builder = _Builder(source, uid, settings)
    scaled = _is_scaled(source, cluster, settings)
    read = read_by_process(source, webhooks)
    objects = [
        builder.service_account(),
        builder.secret(manifest),
        builder.network_policy(),
        builder.deployment(manifest, read, secrets_hash, scaled=scaled),
    ]
    if cluster.pod_monitors and settings.pods.metrics_port:
        objects.append(builder.pod_monitor())
    if scaled:
        objects.append(builder.scaled_object())
    return objects


def _is_scaled(source: Source, cluster: Cluster, settings: OperatorSettings) -> bool:
    return cluster.keda and settings.keda is not None and source.spec.replicas > 1


def bare(meta: ObjectMeta) -> ObjectMeta:
    """Return what is left of metadata when labels and annotations are somebody else's business."""
    return ObjectMeta(name=meta.name, namespace=meta.namespace)


@dataclass(frozen=True)
class _Builder:
    source: Source
    uid: str
    settings: OperatorSettings

    def _object(self, api_version: str, kind: str, **rest: Any) -> dict[str, Any]:
        meta = self.source.metadata
        owner = {
            "apiVersion": self.source.api_version,
            "kind": "Source",
            "name": meta.name,
            "uid": self.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
        return {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {
                "name": child_name(meta.name),
                "namespace": meta.namespace,
                "labels": self._labels(),
                "ownerReferences": [owner],
            },
        } | rest

    def _labels(self) -> dict[str, str]:
        return {"app.kubernetes.io/name": "task-tracker"} | selector(self.source) | MANAGED_BY

    def service_account(self) -> dict[str, Any]:
        return self._object("v1", "ServiceAccount", automountServiceAccountToken=False)

    def secret(self, manifest: str) -> dict[str, Any]:
        values = {MANIFEST_FILE: manifest, NATS_KEY: self.settings.process_nats_url}
        return self._object("v1", "Secret", type="Opaque", stringData=values)

    def network_policy(self) -> dict[str, Any]:
        """Let nothing in but Prometheus, and out only to DNS, the bus and the ports of the channel."""
        metrics = self.settings.pods.metrics_port
        # An empty list would say the same as "its own pods", where nothing listens. But the API server drops it, and
        # counts each apply of it as a change, which we would see and answer with another apply, for ever.
        own = {"from": [{"podSelector": {"matchLabels": selector(self.source)}}]}
        dns = {"ports": [{"protocol": "UDP", "port": _DNS}, {"protocol": "TCP", "port": _DNS}]}
        out = {"ports": [{"protocol": "TCP", "port": port} for port in self._ports_out()]}
        spec: dict[str, Any] = {
            "podSelector": {"matchLabels": selector(self.source)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"ports": [{"protocol": "TCP", "port": metrics}]} if metrics else own],
            "egress": [dns, out],
        }
        return self._object("networking.k8s.io/v1", "NetworkPolicy", spec=spec)

    def _ports_out(self) -> list[int]:
        urls = self.settings.process_nats_url.split(",")
        ports = {urlsplit(url).port or 4222 for url in urls} | set(self.settings.pods.egress_ports) | {_HTTPS}
        if email := self.source.spec.email:
            ports |= {email.port} | ({email.smtp.port} if email.smtp else set())
        return sorted(ports)

    def deployment(
        self, manifest: str, read: Sequence[ManifestModel], secrets_hash: str, *, scaled: bool
    ) -> dict[str, Any]:
        spec = self.source.spec
        several = spec.type is SourceKind.SLACK
        template = spec.pod_template or PodTemplateSpec()
        hashes = {MANIFEST_HASH: hashlib.sha256(manifest.encode()).hexdigest()[:16], SECRETS_HASH: secrets_hash}
        desired: dict[str, Any] = {
            # A second reader of a mailbox or a bot's updates takes messages from the first.
            "strategy": {"type": "RollingUpdate" if several else "Recreate"},
            "revisionHistoryLimit": 2,
            "progressDeadlineSeconds": 300,
            "selector": {"matchLabels": selector(self.source)},
            "template": {
                "metadata": {
                    "labels": (template.labels or {}) | self._labels(),
                    "annotations": (template.annotations or {}) | hashes,
                },
                "spec": self._pod(template, sorted({ref.name for item in read for ref in references(item)})),
            },
        }
        if not scaled:
            desired["replicas"] = 0 if spec.suspend else spec.replicas
        return self._object("apps/v1", "Deployment", spec=desired)

    def _pod(self, template: PodTemplateSpec, secrets: list[str]) -> dict[str, Any]:
        meta, pods = self.source.metadata, self.settings.pods
        mounts = [{"name": "manifest", "mountPath": _MANIFEST_DIR, "readOnly": True}]
        volumes: list[dict[str, Any]] = [
            {
                "name": "manifest",
                "secret": {
                    "secretName": child_name(meta.name),
                    "items": [{"key": MANIFEST_FILE, "path": MANIFEST_FILE}],
                    "defaultMode": 0o440,
                },
            }
        ]
        for number, secret in enumerate(secrets):
            name = f"secret-{number}"
            mounts.append({"name": name, "mountPath": f"{_SECRETS_DIR}/{meta.namespace}/{secret}", "readOnly": True})
            volumes.append({"name": name, "secret": {"secretName": secret, "defaultMode": 0o440}})
        pod: dict[str, Any] = {
            "serviceAccountName": child_name(meta.name),
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": _GRACE_SECONDS,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": _USER,
                "runAsGroup": _USER,
                "fsGroup": _USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [self._container(template, mounts)],
            "volumes": volumes,
        }
        if pods.image_pull_secrets:
            pod["imagePullSecrets"] = [{"name": name} for name in pods.image_pull_secrets]
        if template.node_selector:
            pod["nodeSelector"] = template.node_selector
        if template.tolerations:
            pod["tolerations"] = [
                item.model_dump(mode="json", by_alias=True, exclude_none=True) for item in template.tolerations
            ]
        return pod

    def _container(self, template: PodTemplateSpec, mounts: list[dict[str, Any]]) -> dict[str, Any]:
        kind, pods = self.source.spec.type, self.settings.pods
        variables = {
            "TRACKER_SOURCE__MANIFEST": f"{_MANIFEST_DIR}/{MANIFEST_FILE}",
            "TRACKER_SOURCE__SECRETS_DIR": _SECRETS_DIR,
        }
        if kind is SourceKind.TELEGRAM and pods.dashboard_url:
            variables["TRACKER_BOT__DASHBOARD_URL"] = pods.dashboard_url
        variables |= pods.environment
        if pods.metrics_port:
            variables["TRACKER_METRICS__PORT"] = str(pods.metrics_port)
        from_secret = {"secretKeyRef": {"name": child_name(self.source.metadata.name), "key": NATS_KEY}}
        container: dict[str, Any] = {
            "name": "source",
            "image": pods.bot_image if kind is SourceKind.TELEGRAM else pods.ingestion_image,
            "imagePullPolicy": pods.image_pull_policy,
            "command": _COMMANDS[kind],
            "env": [
                {"name": "TRACKER_NATS__URL", "valueFrom": from_secret},
                *({"name": name, "value": value} for name, value in sorted(variables.items())),
            ],
            "resources": _resources(template),
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": mounts,
        }
        if pods.metrics_port:
            container["ports"] = [{"name": "metrics", "containerPort": pods.metrics_port, "protocol": "TCP"}]
        return container

    def pod_monitor(self) -> dict[str, Any]:
        spec = {"selector": {"matchLabels": selector(self.source)}, "podMetricsEndpoints": [{"port": "metrics"}]}
        return self._object("monitoring.coreos.com/v1", "PodMonitor", spec=spec)

    def scaled_object(self) -> dict[str, Any]:
        """Scale with the answers that wait for this Source; Slack itself shares its events among the processes."""
        keda = self.settings.keda
        assert keda is not None
        scaled = self._object("keda.sh/v1alpha1", "ScaledObject")
        scaled["metadata"]["annotations"] = {"autoscaling.keda.sh/paused": str(self.source.spec.suspend).lower()}
        if self.source.spec.suspend:
            scaled["metadata"]["annotations"]["autoscaling.keda.sh/paused-replicas"] = "0"
        scaled["spec"] = {
            "scaleTargetRef": {"name": child_name(self.source.metadata.name)},
            "minReplicaCount": 1,
            "maxReplicaCount": self.source.spec.replicas,
            "triggers": [
                {
                    "type": "nats-jetstream",
                    "metadata": {
                        "natsServerMonitoringEndpoint": keda.nats_monitoring,
                        "account": "$G",
                        "stream": OUTBOUND,
                        "consumer": source_consumer(self.source.key),
                        "lagThreshold": "20",
                    },
                }
            ],
        }
        return scaled


def _resources(template: PodTemplateSpec) -> dict[str, Any]:
    asked = template.resources
    given = asked.model_dump(mode="json", exclude_none=True) if asked else {}
    # Kubernetes stores quantities as text.
    return {
        part: {name: str(value) for name, value in (default | given.get(part, {})).items()}
        for part, default in _RESOURCES.items()
    }
