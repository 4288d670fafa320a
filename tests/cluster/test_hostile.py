"""Specs of somebody who means harm: what the API server takes ends in a condition, and the others go on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tracker_core.kubernetes.client import SOURCES, WEBHOOKS

from tests.cluster.control_plane import ControlPlane
from tests.cluster.operator_process import metrics
from tests.cluster.tenant import Tenant
from tests.support.servers import Server

ROOT = Path(__file__).parents[2]
REF = {"name": "bot", "key": "token"}
LARGE = {f"a{number}": "x" * 4096 for number in range(32)}
REFUSED_BELOW: dict[str, dict[str, Any]] = {
    "a label that is none": {"labels": {"team": "no such label!"}},
    "annotations that no pod may have": {"annotations": {"a/b/c": "x"}},
    "more asked for than allowed": {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}},
    "a selector that is none": {"nodeSelector": {"../pool": "x"}},
    "a toleration that contradicts itself": {"tolerations": [{"operator": "Exists", "value": "x"}]},
    "a resource that is none": {"resources": {"limits": {"../cpu": "1"}}},
}
"""Pod templates that the schema of a Source takes, and that of a Deployment does not."""


@pytest.mark.parametrize("what", REFUSED_BELOW)
async def test_what_a_deployment_refuses_is_a_condition(tenant: Tenant, operator: Server, what: str) -> None:
    tenant.secret()
    tenant.source(podTemplate=REFUSED_BELOW[what])
    await tenant.has("Deployed", "False", "Refused")
    tenant.source(podTemplate=None)
    await tenant.deployed()


async def test_large_annotations_are_taken(tenant: Tenant) -> None:
    tenant.secret()
    tenant.source(podTemplate={"annotations": LARGE})
    await tenant.deployed()


async def test_names_of_the_longest_kind(tenant: Tenant) -> None:
    name = ".".join(["a" * 63] * 3) + "." + "b" * 61
    tenant.secret()
    tenant.source(name)
    await tenant.has("Deployed", "True", "Available", name)


@pytest.mark.parametrize("value", ["\x00\x01", "a\r\nX-Injected: yes", "x" * 900_000, "../../etc/passwd", "{{.}}"])
async def test_values_of_secrets_are_only_values(tenant: Tenant, operator: Server, value: str) -> None:
    tenant.secret(token=f"{tenant.namespace}{value}")
    tenant.source()
    await tenant.deployed()
    told = json.dumps(tenant.get(SOURCES, "bot")) + operator.log.read_text(encoding="utf-8")
    assert f"{tenant.namespace}{value[:50]}" not in told


@pytest.fixture
def open_crds(cluster: ControlPlane) -> Iterator[None]:
    """CRDs that take everything, as if ours were of another time; the real ones are there again at the end."""
    for file in ("source", "webhook"):
        document = yaml.safe_load((ROOT / "crds" / f"{file}.yaml").read_text(encoding="utf-8"))
        (version,) = document["spec"]["versions"]
        anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version["schema"]["openAPIV3Schema"]["properties"]["spec"] = anything
        version["subresources"].pop("scale", None)
        version["schema"]["openAPIV3Schema"].pop("required", None)
        cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=yaml.safe_dump(document))
    yield
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))


HOSTILE: dict[str, Any] = {
    "no-type": {},
    "a-number-for-a-type": {"type": 5},
    "a-list-for-a-part": {"type": "telegram", "telegram": ["x"]},
    "a-path-for-a-secret": {"type": "telegram", "telegram": {"tokenSecretRef": REF | {"name": "../other"}}},
    "another-namespace": {"type": "telegram", "telegram": {"tokenSecretRef": REF | {"namespace": "kube-system"}}},
    "two-parts": {"type": "telegram", "telegram": {"tokenSecretRef": REF}, "slack": {}},
    "a-huge-string": {"type": "telegram", "telegram": {"tokenSecretRef": REF}, "notes": "x" * 500_000},
    "a-huge-number": {"type": "telegram", "telegram": {"tokenSecretRef": REF}, "replicas": 2**62},
    "for-ever": {"type": "webhook", "ingest": {"backfill": "9" * 15 + "h"}},
    "deep": {"type": "webhook", "x": json.loads("[" * 90 + "]" * 90)},
}


async def test_objects_that_no_schema_has_seen_end_in_a_condition(
    tenant: Tenant, cluster: ControlPlane, operator: Server, open_crds: None
) -> None:
    tenant.secret()
    process = operator.pid
    for name, spec in HOSTILE.items():
        await tenant.until(f"{name} to be taken", lambda name=name, spec=spec: _taken(tenant, "Source", name, spec))
    await tenant.until("a Webhook", lambda: _taken(tenant, "Webhook", "hook", {"sourceRef": "x", "verification": 7}))
    for name in HOSTILE:
        await tenant.has("Accepted", "False", "InvalidSpec", name)
        assert tenant.deployment(name) is None
    await tenant.has("Accepted", "False", "InvalidSpec", "hook", WEBHOOKS)
    # A credential of its own: a watch of before still sees the others pruned to the old schema, and valid.
    tenant.secret("well", token=f"2:{tenant.namespace}")
    well = {"tokenSecretRef": {"name": "well", "key": "token"}}
    tenant.source("well", telegram=well)
    await tenant.deployed("well")
    # A restart meets all of them at once, before anything is said of them.
    operator.stop()
    operator.start()
    before = metrics(operator).get('tracker_operator_reconciles_total{kind="Source",outcome="error"}', 0)
    tenant.source("well", telegram=well, suspend=True)
    await tenant.has("Ready", "False", "Suspended", "well")
    assert metrics(operator).get('tracker_operator_reconciles_total{kind="Source",outcome="error"}', 0) == before
    assert operator.pid != process, "it was started again by us"
    for name in HOSTILE:
        tenant.plane.delete(SOURCES, tenant.namespace, name)
        await tenant.until("an end", lambda name=name: tenant.get(SOURCES, name) is None)
    tenant.plane.delete(WEBHOOKS, tenant.namespace, "hook")


def _taken(tenant: Tenant, kind: str, name: str, spec: Any) -> bool:
    """Whether the API server has noticed that it takes everything now."""
    resource = SOURCES if kind == "Source" else WEBHOOKS
    meta = {"name": name, "namespace": tenant.namespace}
    document = {"apiVersion": resource.api_version, "kind": kind, "metadata": meta, "spec": spec}
    answer = tenant.plane.request("POST", resource.path(tenant.namespace), document)
    return answer.is_success or answer.status_code == 409
