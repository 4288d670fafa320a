from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from tracker_core.errors import ConfigurationError
from tracker_core.kubernetes.login import Login


@pytest.fixture(autouse=True)
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def write(path: Path, user: dict[str, Any], **cluster: Any) -> None:
    given = {"server": "https://k8s.example:6443/", "insecure-skip-tls-verify": True} | cluster
    config = {
        "current-context": "b",
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in "ab"],
        "clusters": [{"name": "a", "cluster": {"server": "https://other"}}, {"name": "b", "cluster": given}],
        "users": [{"name": "a", "user": {}}, {"name": "b", "user": user}],
    }
    path.write_text(yaml.safe_dump(config))


def test_the_current_context_of_a_kubeconfig(kubeconfig: Path) -> None:
    write(kubeconfig, {"token": "abc"})
    found = Login.find()
    assert (found.server, found.headers()) == ("https://k8s.example:6443", {"Authorization": "Bearer abc"})
    assert not found.tls.check_hostname


def test_a_token_file_is_read_beside_the_kubeconfig(kubeconfig: Path) -> None:
    (kubeconfig.parent / "token").write_text("fresh\n")
    write(kubeconfig, {"tokenFile": "token"})
    assert Login.find().headers() == {"Authorization": "Bearer fresh"}


@pytest.mark.parametrize(
    ("user", "cluster", "problem"),
    [
        ({"exec": {"command": "aws"}}, {}, "logs in through a plugin"),
        ({}, {"certificate-authority": "none.pem"}, "none.pem"),
        ({"client-certificate-data": "bm9uZQ==", "client-key-data": "bm9uZQ=="}, {}, "No login to Kubernetes"),
    ],
)
def test_what_cannot_be_used_is_named(
    kubeconfig: Path, user: dict[str, Any], cluster: dict[str, Any], problem: str
) -> None:
    write(kubeconfig, user, **cluster)
    with pytest.raises(ConfigurationError, match=problem):
        Login.find()


def test_no_kubeconfig_names_the_cure(kubeconfig: Path) -> None:
    with pytest.raises(ConfigurationError, match="ServiceAccount, or mend KUBECONFIG"):
        Login.find()


def test_a_pod_logs_in_with_its_account(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = kubeconfig.parent / "account"
    account.mkdir()
    (account / "token").write_text("of-the-pod")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    with pytest.raises(ConfigurationError, match="No such file"):
        Login.find(account)
    trustme.CA().cert_pem.write_to_path(account / "ca.crt")
    found = Login.find(account)
    assert (found.server, found.headers()) == ("https://[fd00::1]:443", {"Authorization": "Bearer of-the-pod"})
