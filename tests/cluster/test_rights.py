"""What `operator/deploy` and `services/api/deploy` grant is enough, and no more than it has to be."""

import json
from pathlib import Path

import pytest
import yaml
from tracker_core.kubernetes.client import SECRETS, WEBHOOKS

from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator_process import GATEWAY, running_operator
from tests.cluster.tenant import Tenant
from tests.support.servers import Server

ROOT = Path(__file__).parents[2]
DENIED = (
    "delete secrets", "list nodes", "create pods", "get pods/log", "create clusterrolebindings", "create pods/exec",
    "delete namespaces", "impersonate users", "update customresourcedefinitions",
)  # fmt: skip


def may(cluster: ControlPlane, account: str, what: str, *place: str) -> bool:
    verb, resource = what.split()
    said = cluster.kubectl(
        "auth", "can-i", verb, resource, f"--as=system:serviceaccount:{account}", *place, check=False
    )
    return said.startswith("yes")


@pytest.mark.parametrize("account", ["task-tracker:task-tracker-operator", "task-tracker:task-tracker-api"])
def test_what_nobody_needs_is_not_granted(
    cluster: ControlPlane, least_rights: Path, rights_of_api: Path, account: str
) -> None:
    assert [what for what in DENIED if may(cluster, account, what, "--all-namespaces")] == []


async def test_one_namespace_alone(
    cluster: ControlPlane, kubelet: object, namespace: str, session_nats: Server, tmp_path: Path, operator: Server
) -> None:
    text = (ROOT / "operator" / "deploy" / "rbac-namespaced.yaml").read_text(encoding="utf-8")
    documents = list(yaml.safe_load_all(text.replace("namespace: task-tracker", f"namespace: {namespace}")))
    assert {item["kind"] for item in documents} == {"ServiceAccount", "Role", "RoleBinding"}
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(documents))
    account = f"{namespace}:task-tracker-operator"
    assert may(cluster, account, "get secrets", "-n", namespace)
    assert not may(cluster, account, "get secrets", "-n", "default")
    settings = {
        "TRACKER_OPERATOR__NAMESPACES": json.dumps([namespace]),
        "TRACKER_GATEWAY__NAMESPACE": namespace,
    }
    tenant = Tenant(cluster, namespace)
    operator.stop()
    try:
        kubeconfig = cluster.kubeconfig_of(namespace, "task-tracker-operator")
        with running_operator(kubeconfig, session_nats.url, tmp_path, **settings) as own:
            tenant.secret()
            tenant.source()
            await tenant.deployed()
            tenant.source("inbox", type="webhook", telegram=None)
            verification = {"type": "Token", "token": {"secretRef": {"name": "bot", "key": "token"}}}
            tenant.webhook("inbox", sourceRef={"name": "inbox"}, verification=verification)
            await tenant.has("Accepted", "True", "Valid", "inbox", WEBHOOKS)
            await tenant.until("its file", lambda: (tenant.get(SECRETS, f"{GATEWAY}-manifests") or {}).get("data"))
            tenant.source(suspend=True)
            await tenant.has("Ready", "False", "Suspended")
            assert "is forbidden" not in own.log.read_text(encoding="utf-8")
    finally:
        operator.start()


async def test_a_gateway_that_may_not_be_configured_says_so(
    cluster: ControlPlane, namespace: str, session_nats: Server, tmp_path: Path, operator: Server
) -> None:
    text = (ROOT / "operator" / "deploy" / "rbac-namespaced.yaml").read_text(encoding="utf-8")
    documents = list(yaml.safe_load_all(text.replace("namespace: task-tracker", f"namespace: {namespace}")))
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=yaml.safe_dump_all(documents))
    settings = {
        "TRACKER_OPERATOR__NAMESPACES": json.dumps([namespace]),
        "TRACKER_GATEWAY__NAMESPACE": "default",
    }
    tenant = Tenant(cluster, namespace)
    operator.stop()
    try:
        kubeconfig = cluster.kubeconfig_of(namespace, "task-tracker-operator")
        with running_operator(kubeconfig, session_nats.url, tmp_path, **settings):
            tenant.secret()
            tenant.source("inbox", type="webhook", telegram=None)
            verification = {"type": "Token", "token": {"secretRef": {"name": "bot", "key": "token"}}}
            tenant.webhook("inbox", sourceRef={"name": "inbox"}, verification=verification)
            await tenant.has("Programmed", "False", "GatewayRefused", "inbox", WEBHOOKS)
            assert "is forbidden" in tenant.message("Ready", "inbox", WEBHOOKS)
    finally:
        operator.start()
