"""Says of every pod what a kubelet would: that it runs and is ready. Nothing runs.

The Deployments themselves are the real controller's work: it makes ReplicaSets and pods, rolls them, and writes the
status that the operator reads. A pod without a node is deleted at once, as it has no kubelet to wait for.
"""

import json
import ssl
import threading
import urllib.request
from typing import Any, Self

from tests.cluster.control_plane import ControlPlane

_INTERVAL = 0.2


class Kubelet:
    """Runs in a thread of its own."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kubelet", daemon=True)
        self.silent_in: set[str] = set()
        """Namespaces whose pods never become ready."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(_INTERVAL):
            try:
                pods = self._request("GET", "/api/v1/pods?fieldSelector=status.phase%3DPending")["items"]
                for pod in pods:
                    if pod["metadata"]["namespace"] not in self.silent_in:
                        self._start(pod)
            except (OSError, ValueError):
                continue  # the API server restarts in some tests

    def _start(self, pod: dict[str, Any]) -> None:
        meta = pod["metadata"]
        now = meta["creationTimestamp"]
        conditions = [
            {"type": kind, "status": "True", "lastTransitionTime": now, "lastProbeTime": None}
            for kind in ("Initialized", "ContainersReady", "PodScheduled", "Ready")
        ]
        status = {"phase": "Running", "startTime": now, "podIP": "10.0.0.1", "conditions": conditions}
        path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status"
        self._request("PATCH", path, {"status": status})

    def _request(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        request = urllib.request.Request(
            self._plane.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._plane.token}",
                "Content-Type": "application/strategic-merge-patch+json",
            },
        )
        context = ssl._create_unverified_context()
        with urllib.request.urlopen(request, timeout=10, context=context) as response:
            return dict(json.load(response))
