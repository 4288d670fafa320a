"""The operator as a process of its own, as a pod would run it, against the control plane and a NATS of the tests."""

import contextlib
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tracker_local.ports import free_port
from tracker_local.process import Process

from tests.support.servers import Server, running

GATEWAY_NAMESPACE = "task-tracker"
GATEWAY = "task-tracker-gateway"


def operator(kubeconfig: Path, nats_url: str, folder: Path, **settings: str) -> Server:
    """Describe an operator; `server.start()`, `server.stop()` and `server.kill()` do what they say."""
    port, metrics = free_port(), free_port()

    def ready(_: int) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    process = Process(
        name="operator",
        command=(sys.executable, "-m", "tracker_operator"),
        environment={
            "KUBECONFIG": str(kubeconfig),
            "TRACKER_NATS__URL": nats_url,
            "TRACKER_OPERATOR__HEALTH_PORT": str(port),
            "TRACKER_OPERATOR__METRICS_PORT": str(metrics),
            "TRACKER_GATEWAY__NAMESPACE": GATEWAY_NAMESPACE,
            "TRACKER_GATEWAY__NAME": GATEWAY,
        }
        | settings,
        ready=ready,
        stop_signal=signal.SIGTERM,
        directory=folder,
    )
    return Server(f"http://127.0.0.1:{metrics}/metrics", process, folder / "operator.log")


@contextlib.contextmanager
def running_operator(kubeconfig: Path, nats_url: str, folder: Path, **settings: str) -> Iterator[Server]:
    """Run an operator while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    with running(operator(kubeconfig, nats_url, folder, **settings)) as server:
        yield server


def metrics(server: Server) -> dict[str, float]:
    """Return its figures, by name and labels."""
    with urllib.request.urlopen(server.url, timeout=10) as response:
        lines = response.read().decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def memory_mb(server: Server) -> float:
    """Return its resident memory."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
