"""PodMonitor and ScaledObject: written where the cluster knows these kinds, and not missed where it does not."""

from pathlib import Path
from typing import Any

import yaml
from tracker_operator.cluster import POD_MONITORS, SCALED_OBJECTS

from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator_process import running_operator
from tests.cluster.tenant import Tenant
from tests.support.servers import Server

SLACK = {"botTokenSecretRef": {"name": "bot", "key": "bot"}, "appTokenSecretRef": {"name": "bot", "key": "app"}}


def definition(group: str, version: str, kind: str, plural: str) -> dict[str, Any]:
    """A CRD that takes everything, as of an installation of Prometheus or KEDA."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        # Groups of Kubernetes' own domain want to be told who approved them.
        "metadata": {"name": f"{plural}.{group}", "annotations": {"api-approved.kubernetes.io": "unapproved, a test"}},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [served],
        },
    }


OTHERS = (
    definition("monitoring.coreos.com", "v1", "PodMonitor", "podmonitors"),
    definition("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"),
)


async def test_with_and_without_prometheus_and_keda(
    cluster: ControlPlane,
    kubelet: object,
    session_nats: Server,
    least_rights: Path,
    namespace: str,
    tmp_path: Path,
    operator: Server,
) -> None:
    tenant = Tenant(cluster, namespace)
    settings = {
        "TRACKER_OPERATOR__NAMESPACES": f'["{namespace}"]',
        "TRACKER_PODS__METRICS_PORT": "9090",
        "TRACKER_KEDA__NATS_MONITORING": "nats.nats.svc:8222",
    }
    operator.stop()
    try:
        with running_operator(least_rights, session_nats.url, tmp_path / "without", **settings):
            tenant.secret(bot=f"xoxb-{namespace}", app="xapp-1")
            tenant.source(type="slack", telegram=None, slack=SLACK, replicas=3)
            assert (await tenant.deployed())["spec"]["replicas"] == 3
        cluster.kubectl("apply", "--server-side", "-f", "-", stdin="---\n".join(map(_yaml, OTHERS)))
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        with running_operator(least_rights, session_nats.url, tmp_path / "with", **settings):
            await tenant.until("a PodMonitor", lambda: tenant.get(POD_MONITORS, "source-bot"))
            scaled = await tenant.until("a ScaledObject", lambda: tenant.get(SCALED_OBJECTS, "source-bot"))
            assert (scaled["spec"]["minReplicaCount"], scaled["spec"]["maxReplicaCount"]) == (1, 3)
            # KEDA decides now.
            cluster.kubectl("scale", "deployment/source-bot", "--replicas=2", "-n", namespace)
            await tenant.deployed()
            tenant.source(type="slack", telegram=None, slack=SLACK, replicas=1)
            await tenant.until("no ScaledObject", lambda: tenant.get(SCALED_OBJECTS, "source-bot") is None)
            await tenant.until("one process", lambda: (tenant.deployment() or {})["spec"]["replicas"] == 1)
    finally:
        for document in OTHERS:
            cluster.kubectl("delete", "crd", document["metadata"]["name"], "--ignore-not-found", "--wait=false")
        operator.start()


def _yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document)
