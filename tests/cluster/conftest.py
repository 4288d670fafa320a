"""One control plane for all tests here, with the CRDs; a namespace of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr
from tracker_core.bus import Bus, connect, ensure_bus
from tracker_core.settings import NatsSettings
from tracker_operator.cluster import SERVICE_ACCOUNTS

from tests.cluster.binaries import NotAvailableError
from tests.cluster.control_plane import ControlPlane, start_control_plane
from tests.cluster.hook_wire import HookWire
from tests.cluster.kubelet import Kubelet
from tests.cluster.operator_process import GATEWAY_NAMESPACE, running_operator
from tests.cluster.telegram_wire import TelegramWire
from tests.cluster.tenant import Tenant
from tests.support.servers import Server, start_nats
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """The control plane, with the CRDs established."""
    try:
        with start_control_plane(tmp_path_factory.mktemp("cluster")) as plane:
            plane.kubectl("apply", "--server-side", "-f", str(ROOT / "crds"))
            plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
            yield plane
    except NotAvailableError as error:
        pytest.skip(f"no real control plane: {error}")


@pytest.fixture
def namespace(cluster: ControlPlane) -> str:
    """A namespace of this test alone. It is left behind: the whole cluster ends with the session."""
    name = f"test-{uuid4().hex[:8]}"
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    # Pods need it, and its controller makes it a moment later.
    wait_for("default ServiceAccount", lambda: cluster.get(SERVICE_ACCOUNTS, name, "default"))
    return name


@pytest.fixture(scope="session")
def kubelet(cluster: ControlPlane) -> Iterator[Kubelet]:
    """Makes pods run, as far as anybody can tell from their status."""
    with Kubelet(cluster) as running:
        yield running


@pytest.fixture(scope="session")
def session_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The NATS that the operator of the session is connected to."""
    with start_nats(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture(scope="session")
def least_rights(cluster: ControlPlane) -> Path:
    """A kubeconfig with no more rights than `operator/deploy/rbac-cluster.yaml` grants."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": GATEWAY_NAMESPACE}})
    cluster.kubectl("apply", "--server-side", "-f", str(ROOT / "operator" / "deploy" / "rbac-cluster.yaml"))
    return cluster.kubeconfig_of(GATEWAY_NAMESPACE, "task-tracker-operator")


@pytest.fixture(scope="session")
def rights_of_api(cluster: ControlPlane) -> Path:
    """A kubeconfig with no more rights than `services/api/deploy/rbac.yaml` grants."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": GATEWAY_NAMESPACE}})
    cluster.kubectl("apply", "--server-side", "-f", str(ROOT / "services" / "api" / "deploy" / "rbac.yaml"))
    return cluster.kubeconfig_of(GATEWAY_NAMESPACE, "task-tracker-api")


@pytest_asyncio.fixture(scope="session")
async def bus(session_nats: Server) -> AsyncIterator[Bus]:
    """A connection to it, with the streams and buckets."""
    connected = await connect(NatsSettings(url=SecretStr(session_nats.url)), name="test")
    await ensure_bus(connected.js)
    yield connected
    await connected.close()


@pytest.fixture(scope="session")
def telegram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramWire]:
    """The wire of Telegram's Bot API, as far as the operator talks to it."""
    with TelegramWire() as wire:
        yield wire


@pytest.fixture(scope="session")
def hooks() -> Iterator[HookWire]:
    """The wires of GitHub and GitLab, as far as the operator talks to them."""
    with HookWire() as wire:
        yield wire


@pytest.fixture(scope="session")
def operator(
    cluster: ControlPlane,
    kubelet: Kubelet,
    session_nats: Server,
    least_rights: Path,
    telegram: TelegramWire,
    hooks: HookWire,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """An operator with the least rights, for all tests that do not need one of their own."""
    folder = tmp_path_factory.mktemp("operator")
    settings = {
        "TRACKER_PROVIDERS__TELEGRAM_URL": telegram.url,
        "TRACKER_PROVIDERS__GITHUB_URL": f"{hooks.url}/github",
        "TRACKER_PROVIDERS__GITLAB_URL": f"{hooks.url}/gitlab",
        "TRACKER_OPERATOR__UNDO_SECONDS": "3",
        "TRACKER_OPERATOR__COUNT_SECONDS": "2",
        "TRACKER_GATEWAY__PUBLIC_URL": "https://in.example.org",
    }
    with running_operator(least_rights, session_nats.url, folder, **settings) as server:
        yield server


@pytest.fixture
def tenant(cluster: ControlPlane, operator: Server, namespace: str) -> Tenant:
    """A namespace that the operator serves."""
    return Tenant(cluster, namespace)
