"""The schemas and their rules, as the real API server enforces them."""

from pathlib import Path

import pytest
import yaml
from tracker_core.kubernetes.client import SOURCES

from tests.cluster.control_plane import ControlPlane
from tests.support.crd_cases import ACCEPTED, IMMUTABLE, REFUSED

ROOT = Path(__file__).parents[2]
DRY_RUN = ("apply", "--server-side", "--dry-run=server", "-f", "-")


@pytest.mark.parametrize("name", ACCEPTED)
def test_taken(cluster: ControlPlane, name: str) -> None:
    assert "serverside-applied" in cluster.kubectl(*DRY_RUN, stdin=yaml.safe_dump(ACCEPTED[name]))


@pytest.mark.parametrize("name", REFUSED)
def test_refused(cluster: ControlPlane, name: str) -> None:
    document, message = REFUSED[name]
    said = cluster.kubectl(*DRY_RUN, stdin=yaml.safe_dump(document), check=False)
    assert "serverside-applied" not in said
    # A key in a schema error is spelled with the whole path, in the mirror's without brackets.
    assert message in said.replace("[", "").replace("]", "") or message.rpartition(".")[2] in said


@pytest.mark.parametrize("what", IMMUTABLE)
def test_what_an_object_is_cannot_be_changed(cluster: ControlPlane, namespace: str, what: str) -> None:
    before, after, message = IMMUTABLE[what]
    for document in (before, after):
        document["metadata"]["namespace"] = namespace
    cluster.apply(before)
    said = cluster.kubectl(
        "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=yaml.safe_dump(after), check=False
    )
    assert message in said


@pytest.mark.parametrize("example", sorted(path.name for path in (ROOT / "crds" / "examples").glob("*.yaml")))
def test_examples_are_taken(cluster: ControlPlane, example: str) -> None:
    said = cluster.kubectl(
        "apply", "--server-side", "--dry-run=server", "-f", str(ROOT / "crds" / "examples" / example)
    )
    assert "serverside-applied" in said


def test_defaults_are_written_into_the_object(cluster: ControlPlane, namespace: str) -> None:
    document = ACCEPTED["webhook"] | {"metadata": {"name": "inbox", "namespace": namespace}}
    cluster.apply(document)
    stored = cluster.get(SOURCES, namespace, "inbox")
    assert stored is not None
    assert stored["spec"]["triage"] == {"autonomy": "Suggest", "autoThreshold": 85, "redactPII": True}
    assert (stored["spec"]["ingest"]["dedupeWindow"], stored["spec"]["replicas"]) == ("24h", 1)


def test_kubectl_explains_a_field(cluster: ControlPlane) -> None:
    assert "Stop the intake" in cluster.kubectl("explain", "sources.spec.suspend")


def test_columns_of_get(cluster: ControlPlane, namespace: str) -> None:
    cluster.apply(ACCEPTED["webhook"] | {"metadata": {"name": "inbox", "namespace": namespace}})
    assert cluster.kubectl("get", "tasktracker", "-n", namespace).splitlines()[0].split() == [
        "NAME",
        "TYPE",
        "READY",
        "REASON",
        "LASTMSG",
        "LAG",
        "DLQ",
        "AGE",
    ]


def test_scale_subresource(cluster: ControlPlane, namespace: str) -> None:
    cluster.apply(ACCEPTED["slack with three processes"] | {"metadata": {"name": "chat", "namespace": namespace}})
    cluster.kubectl("scale", "source/chat", "-n", namespace, "--replicas=2")
    stored = cluster.get(SOURCES, namespace, "chat")
    assert stored is not None
    assert stored["spec"]["replicas"] == 2
