"""500 Sources on a real API server: how fast they are reconciled, how fast a change is, how still it is then.

`make bench-cluster` prints the figures that `docs/operator.md` and the issue name. Not a test: machines differ.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tracker_core.kubernetes.client import SOURCES
from tracker_operator.cluster import DEPLOYMENTS
from tracker_operator.resources import MANAGED_BY

from tests.cluster.binaries import NotAvailableError
from tests.cluster.control_plane import ControlPlane, start_control_plane
from tests.cluster.kubelet import Kubelet
from tests.cluster.operator_process import GATEWAY_NAMESPACE, memory_mb, metrics, running_operator
from tests.support.servers import start_nats
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("BENCH_SOURCES", "500"))
CHANGES = 40
STILL_SECONDS = 60
NAMESPACE = "bench"
PATIENCE = 1800.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, start_control_plane(Path(folder) / "cluster") as plane:
        plane.kubectl("apply", "--server-side", "-f", str(ROOT / "crds"))
        plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
        for name in (NAMESPACE, GATEWAY_NAMESPACE):
            plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        (Path(folder) / "nats").mkdir()
        with (
            start_nats(Path(folder) / "nats") as nats,
            Kubelet(plane),
            running_operator(plane.kubeconfig, nats.url, Path(folder) / "operator") as operator,
        ):
            idle = memory_mb(operator)
            for number in range(COUNT):
                plane.apply(*_documents(number))
            started = time.monotonic()
            wait_for("reconciled Sources", lambda: _reconciled(plane) == COUNT or None, PATIENCE)
            print(f"{COUNT} Sources reconciled {time.monotonic() - started:.1f} s after the last was applied")
            wait_for("an idle queue", lambda: metrics(operator)["tracker_operator_queue_depth"] == 0 or None, PATIENCE)
            delays = sorted(_change(plane, number * (COUNT // CHANGES)) for number in range(CHANGES))
            wait_for("what was changed", lambda: _reconciled(plane) == COUNT or None, PATIENCE)
            p95 = delays[int(len(delays) * 0.95) - 1]
            print(f"a change is reconciled in {statistics.median(delays):.2f} s (median), {p95:.2f} s (p95)")
            before = _versions(plane)
            time.sleep(STILL_SECONDS)
            moved = [key for key, version in _versions(plane).items() if before.get(key) != version]
            print(f"{len(moved)} of {len(before)} objects were written in {STILL_SECONDS} s of rest {moved[:3]}")
            print(f"memory of the operator: {idle:.0f} MB at the start, {memory_mb(operator):.0f} MB now")


def _documents(number: int) -> list[dict[str, Any]]:
    meta = {"name": f"bot-{number:04}", "namespace": NAMESPACE}
    ref = {"name": meta["name"], "key": "token"}
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {"token": f"{number}:x"}},
        {
            "apiVersion": "tasktracker.dev/v1alpha1",
            "kind": "Source",
            "metadata": meta,
            "spec": {"type": "telegram", "telegram": {"tokenSecretRef": ref}},
        },
    ]


def _reconciled(plane: ControlPlane) -> int:
    done = 0
    for item in plane.list(SOURCES, NAMESPACE):
        said = {part["type"]: part["status"] for part in item.get("status", {}).get("conditions", [])}
        current = item.get("status", {}).get("observedGeneration") == item["metadata"]["generation"]
        done += current and said.get("Deployed") == "True"
    return done


def _change(plane: ControlPlane, number: int) -> float:
    """Change one Source; return the seconds until its Deployment has the change."""
    name = f"bot-{number:04}"
    before = (plane.get(DEPLOYMENTS, NAMESPACE, f"source-{name}") or {})["metadata"]["generation"]
    started = time.monotonic()
    plane.patch(SOURCES, NAMESPACE, name, {"spec": {"telegram": {"chats": [f"@{time.time_ns()}"]}}})

    def rolled() -> bool:
        return bool((plane.get(DEPLOYMENTS, NAMESPACE, f"source-{name}") or {})["metadata"]["generation"] > before)

    wait_for("a roll", rolled, 60)
    return time.monotonic() - started


def _versions(plane: ControlPlane) -> dict[str, str]:
    selector = "%2C".join(f"{name}%3D{value}" for name, value in MANAGED_BY.items())
    found = [(f"Source/{item['metadata']['name']}", item) for item in plane.list(SOURCES, NAMESPACE)]
    for path in ("/apis/apps/v1/deployments", "/api/v1/secrets", "/api/v1/serviceaccounts"):
        items = plane.request("GET", f"{path}?labelSelector={selector}").raise_for_status().json()["items"]
        found += [(f"{path}/{item['metadata']['namespace']}/{item['metadata']['name']}", item) for item in items]
    return {key: item["metadata"]["resourceVersion"] for key, item in found}


if __name__ == "__main__":
    try:
        main()
    except NotAvailableError as error:
        sys.exit(f"No real control plane: {error}")
