"""The chart on a real API server: it takes every object of every `ci/*-values.yaml` without a warning, and upgrades."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python as helm
import httpx
import pytest
import yaml
from tracker_core.kubernetes.client import Resource

from tests.cluster import foreign
from tests.cluster.control_plane import ControlPlane

CHART = Path(__file__).parents[2] / "charts" / "task-tracker"
VALUES = {path.name.removesuffix("-values.yaml"): path for path in sorted((CHART / "ci").glob("*-values.yaml"))}
RESTRICTED = {f"pod-security.kubernetes.io/{what}": "restricted" for what in ("enforce", "warn")}
"""Pods are refused; what makes pods is only warned of."""
MORE = {"requests": {"cpu": "200m", "memory": "600Mi"}, "limits": {"memory": "1200Mi"}}
PROCESSES = ("api", "gateway", "recorder", "triage", "agents", "dashboard")
CHANGED: dict[str, Any] = {
    "image": {"tag": "9.9.9"},
    **{name: {"replicas": 3, "resources": MORE} for name in PROCESSES},
    "operator": {"resources": MORE},
    **{name: {"builtIn": {"resources": MORE}} for name in ("database", "nats")},
}
"""What an upgrade may change."""

type Object = dict[str, Any]


@pytest.fixture(scope="module")
def missing(cluster: ControlPlane) -> Iterator[dict[str, str]]:
    """The CRDs of others are there; of those that could not be had: why, by kind."""
    found, missing = foreign.definitions()
    files = [f"--filename={path}" for path in found.values()]
    try:
        if files:
            cluster.kubectl("apply", "--server-side", *files)
            cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", *files)
        yield missing
    finally:
        if files:  # other tests are about a cluster without them
            cluster.kubectl("delete", "--ignore-not-found", *files)


def rendered(values: Object, namespace: str, *, revision: int = 1) -> list[Object]:
    """The objects of a release."""
    with helm.Chart.load(CHART) as chart:
        files = chart.render(
            values, name="tt", namespace=namespace, revision=revision, is_install=revision == 1, is_upgrade=revision > 1
        )
    texts = [text for name, text in files.items() if not name.endswith("NOTES.txt")]
    return [item for text in texts for item in yaml.safe_load_all(text) if item]


def restrict(cluster: ControlPlane, namespace: str) -> None:
    """Make a namespace as strict as it can be."""
    meta = {"name": namespace, "labels": RESTRICTED}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": meta})


def place(cluster: ControlPlane, item: Object) -> str:
    """The path of an object; the API server knows the plural of its kind."""
    version, kind, meta = item["apiVersion"], item["kind"], item["metadata"]
    answer = cluster.request("GET", f"/{'apis' if '/' in version else 'api'}/{version}")
    resources = answer.json()["resources"] if answer.is_success else []
    known = [one for one in resources if one["kind"] == kind and "/" not in one["name"]]
    assert known, f"the API server has no {version} {kind}: is its CRD in tests/cluster/foreign.py?"
    namespace = meta["namespace"] if known[0]["namespaced"] else None
    return Resource(version, kind, known[0]["name"]).path(namespace, meta["name"])


def complaints(cluster: ControlPlane, item: Object, *, dry_run: bool) -> list[str]:
    """Apply an object as Helm does; return what the API server has against it."""
    query = "fieldManager=helm&force=true&fieldValidation=Strict" + ("&dryRun=All" if dry_run else "")
    answer = cluster.request("PATCH", f"{place(cluster, item)}?{query}", item, "application/apply-patch+yaml")
    said = answer.headers.get_list("warning") + ([] if answer.is_success else [answer.json()["message"]])
    return [f"{item['kind']} {item['metadata']['name']}: {text}" for text in said]


def immutable(cluster: ControlPlane, items: list[Object]) -> Iterator[tuple[str, int, Object]]:
    """Of all that makes pods for ever: its path, its generation, and the part that an upgrade must not touch."""
    for item in items:
        if item["kind"] in {"Deployment", "StatefulSet"}:
            path = place(cluster, item)
            live = cluster.request("GET", path).raise_for_status().json()
            fixed = {key: live["spec"].get(key) for key in ("selector", "volumeClaimTemplates", "serviceName")}
            yield path, live["metadata"]["generation"], fixed


@pytest.mark.parametrize("values", VALUES)
def test_the_api_server_takes_everything(
    cluster: ControlPlane, missing: dict[str, str], namespace: str, values: str
) -> None:
    items = rendered(yaml.safe_load(VALUES[values].read_text(encoding="utf-8")) or {}, namespace)
    for name in {item["metadata"].get("namespace") for item in items} - {None}:
        restrict(cluster, name)
    left_out = {item["kind"] for item in items} & missing.keys()
    taken = [item for item in items if item["kind"] not in left_out]
    assert [line for item in taken for line in complaints(cluster, item, dry_run=True)] == []
    if left_out:
        pytest.skip(f"all but these kinds was taken: { ({kind: missing[kind] for kind in left_out}) }")


def test_an_upgrade_touches_nothing_immutable(cluster: ControlPlane, namespace: str) -> None:
    restrict(cluster, namespace)
    # The CRDs are there already, and other tests need them.
    first, second = (
        [item for item in items if item["kind"] != "CustomResourceDefinition"]
        for items in (rendered({}, namespace), rendered(CHANGED, namespace, revision=2))
    )
    try:
        assert [line for item in first for line in complaints(cluster, item, dry_run=False)] == []
        before = list(immutable(cluster, first))
        assert [line for item in second for line in complaints(cluster, item, dry_run=False)] == []
        after = list(immutable(cluster, second))
        assert [(path, fixed) for path, _, fixed in after] == [(path, fixed) for path, _, fixed in before]
        assert all(new > old for (_, old, _), (_, new, _) in zip(before, after, strict=True)), "all were changed"
    finally:
        for path in {place(cluster, item): None for item in [*first, *second]}:
            answer = cluster.request("DELETE", path, {"propagationPolicy": "Background"})
            assert answer.is_success or answer.status_code == httpx.codes.NOT_FOUND, answer.text
