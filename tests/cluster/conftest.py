"""One control plane for all tests here, with the CRDs; a namespace of its own for each test."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cluster.binaries import NotAvailableError
from tests.cluster.control_plane import ControlPlane, start_control_plane
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
    cluster.kubectl("create", "namespace", name)
    # Pods need it, and its controller makes it a moment later.
    wait_for("default ServiceAccount", lambda: cluster.get("serviceaccount", "default", name))
    return name
