"""The examples of Webhooks make exactly the golden objects of the gateway on a real API server."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tracker_core.kubernetes.client import SECRETS, SOURCES, WEBHOOKS, Resource
from tracker_operator.cluster import DEPLOYMENTS, HTTP_ROUTES, INGRESSES, PODS, SERVICES
from tracker_operator.gateway import CONFIGURATION_HASH

from tests.cluster.control_plane import ControlPlane
from tests.cluster.golden import differences
from tests.cluster.operator_process import GATEWAY, GATEWAY_NAMESPACE, running_operator
from tests.cluster.tenant import Tenant
from tests.cluster.test_optional_kinds import definition
from tests.support.servers import Server

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "operator" / "golden" / "gateway.yaml"
LABELS = {"app.kubernetes.io/component": "gateway"}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": GATEWAY, "namespace": GATEWAY_NAMESPACE},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "gateway", "image": "gateway"}]}},
    },
}
ROUTES = definition("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes")
WRITTEN = {"Secret": SECRETS, "Service": SERVICES, "Ingress": INGRESSES}
EXAMPLES = [
    document
    for name in ("github", "webhook")
    for document in yaml.safe_load_all((ROOT / "crds" / "examples" / f"{name}.yaml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("expose", ["ingress", "httproute"])
async def test_examples_make_exactly_the_golden_objects(
    cluster: ControlPlane, kubelet: object, least_rights: Path, session_nats: Server, tmp_path: Path, operator: Server,
    expose: str,
) -> None:  # fmt: skip
    tenant = Tenant(cluster, "default")
    settings = {
        "TRACKER_OPERATOR__NAMESPACES": '["default"]',
        "TRACKER_GATEWAY__EXPOSE": expose,
        "TRACKER_GATEWAY__PARENT": "edge/public",
        "TRACKER_GATEWAY__PUBLIC_URL": "https://in.example.org",
    }
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump(ROUTES))
    cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    operator.stop()
    try:
        cluster.apply(DEPLOYMENT)
        owner = (cluster.get(DEPLOYMENTS, GATEWAY_NAMESPACE, GATEWAY) or {})["metadata"]["uid"]
        with running_operator(least_rights, session_nats.url, tmp_path, **settings):
            cluster.apply(*EXAMPLES)
            wanted = list(yaml.safe_load_all(GOLDEN.read_text(encoding="utf-8")))
            if expose == "httproute":
                wanted = [item for item in wanted if item["kind"] != "Ingress"]
                route = await tenant.until("a route", lambda: cluster.get(HTTP_ROUTES, GATEWAY_NAMESPACE, GATEWAY))
                assert route["spec"]["parentRefs"] == [{"name": "public", "namespace": "edge"}]
                assert route["spec"]["hostnames"] == ["in.example.org"]
            for item in wanted:
                item["metadata"]["ownerReferences"][0]["uid"] = owner
                await tenant.until(f"the golden {item['kind']}", lambda item=item: not _differs(cluster, item))
            before = await tenant.until("a pod that is told", lambda: _told(cluster))
            cluster.delete(WEBHOOKS, "default", "github")
            await tenant.until("the pod to be told again", lambda: _told(cluster) - before)
    finally:
        for item in EXAMPLES:
            resource = {"Source": SOURCES, "Webhook": WEBHOOKS}.get(item["kind"], SECRETS)
            cluster.request("DELETE", resource.path("default", item["metadata"]["name"]))
        cluster.delete(DEPLOYMENTS, GATEWAY_NAMESPACE, GATEWAY)
        operator.start()


def _told(cluster: ControlPlane) -> set[str]:
    """What the pods are told to have: a change of it lets their kubelets mount the files at once."""
    pods = cluster.list(PODS, GATEWAY_NAMESPACE)
    told = {(pod["metadata"].get("annotations") or {}).get(CONFIGURATION_HASH, "") for pod in pods}
    return told - {""}


def _differs(cluster: ControlPlane, golden: dict[str, Any]) -> list[str]:
    resource: Resource = WRITTEN[golden["kind"]]
    live = cluster.get(resource, GATEWAY_NAMESPACE, golden["metadata"]["name"])
    if live is None:
        return ["it is not there"]
    if golden["metadata"]["name"].endswith("-secrets"):
        # Those of the golden file are "hush"; the examples have others.
        return [] if live.get("data", {}).keys() == golden["data"].keys() else ["other keys"]
    extra = set(live.get("data", {})) - set(golden.get("data", {}))
    return differences(golden, live, golden["kind"]) + sorted(extra)
