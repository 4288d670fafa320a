"""A real Kubernetes control plane on loopback: etcd, kube-apiserver, and kube-controller-manager for Deployments,
garbage collection and namespaces. There are no nodes; `kubelet.py` says what a kubelet would.
"""

import contextlib
import json
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tracker_core.kubernetes.client import Resource
from tracker_local.ports import free_port
from tracker_local.process import Process
from tracker_operator.cluster import WRITTEN

from tests.cluster import binaries
from tests.support.servers import Server, running

KUBECTL_SECONDS = 60
READY_SECONDS = 180
"""A busy machine takes its time; an idle one needs eight seconds for all of it."""
NAMESPACES = Resource("v1", "Namespace", "namespaces")
_APPLIED = {("v1", "Namespace"): NAMESPACES}
_CONTROLLERS = (
    "deployment-controller,replicaset-controller,garbage-collector-controller,namespace-controller,"
    "serviceaccount-controller,clusterrole-aggregation-controller"
)


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane."""

    url: str
    token: str
    """Of a member of `system:masters`."""
    folder: Path
    kubeconfig: Path
    apiserver: Server
    kubectl_path: Path
    http: httpx.Client

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """Run kubectl as a user would; return what it printed, its errors with `check=False`."""
        done = subprocess.run(
            [str(self.kubectl_path), "--kubeconfig", str(self.kubeconfig), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=KUBECTL_SECONDS,
            check=False,
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin"},
        )
        assert done.returncode == 0 or not check, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout + ("" if check else done.stderr)

    def request(self, method: str, path: str, body: Any = None, media_type: str = "application/json") -> httpx.Response:
        """Ask the API server directly; quicker than kubectl."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": media_type}
        content = None if body is None else json.dumps(body)
        return self.http.request(method, self.url + path, content=content, headers=headers)

    def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        """Return one object, None when it is not there."""
        answer = self.request("GET", resource.path(namespace, name))
        return None if answer.status_code == httpx.codes.NOT_FOUND else dict(answer.raise_for_status().json())

    def list(self, resource: Resource, namespace: str) -> list[dict[str, Any]]:
        """Return the objects of a namespace."""
        return list(self.request("GET", resource.path(namespace)).raise_for_status().json()["items"])

    def apply(self, *documents: dict[str, Any]) -> None:
        """Apply objects, as `kubectl apply --server-side` does."""
        for document in documents:
            resource = (
                _APPLIED.get((document["apiVersion"], document["kind"]))
                or WRITTEN[document["apiVersion"], document["kind"]]
            )
            meta = document["metadata"]
            path = f"{resource.path(meta.get('namespace'), meta['name'])}?fieldManager=user&force=true"
            answer = self.request("PATCH", path, document, "application/apply-patch+yaml")
            assert answer.is_success, answer.text

    def patch(self, resource: Resource, namespace: str, name: str, body: dict[str, Any]) -> None:
        """Change an object, as `kubectl patch --type=merge` does."""
        answer = self.request("PATCH", resource.path(namespace, name), body, "application/merge-patch+json")
        assert answer.is_success, answer.text

    def delete(self, resource: Resource, namespace: str, name: str, propagation: str = "Background") -> None:
        """Delete an object."""
        answer = self.request("DELETE", resource.path(namespace, name), {"propagationPolicy": propagation})
        assert answer.is_success, answer.text

    def kubeconfig_of(self, namespace: str, account: str) -> Path:
        """Write a kubeconfig with the rights of a ServiceAccount, and return it."""
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 7200}}
        place = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        token = self.request("POST", place, asked).raise_for_status().json()["status"]["token"]
        path = self.folder / f"kubeconfig-{namespace}-{account}"
        path.write_text(yaml.safe_dump(_kubeconfig(self.url, token)), encoding="utf-8")
        path.chmod(0o600)
        return path


@contextlib.contextmanager
def start_control_plane(folder: Path, *, build: bool = False) -> Iterator[ControlPlane]:
    """Run a control plane whose data is in `folder`. About 8 s and 500 MB.

    Raises:
        NotAvailableError: there are no binaries.
    """
    found = binaries.find(build=build)
    kubectl = binaries.kubectl(found)
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(16)
    etcd_port, peer_port, api_port = free_port(), free_port(), free_port()
    url = f"https://127.0.0.1:{api_port}"
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(_kubeconfig(url, token)), encoding="utf-8")
    kubeconfig.chmod(0o600)
    _write_keys(folder)
    (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n', encoding="utf-8")

    etcd = Server(f"http://127.0.0.1:{etcd_port}", _etcd(found, folder, etcd_port, peer_port), folder / "etcd.log")
    apiserver = Server(url, _apiserver(found, folder, etcd.url, api_port, token), folder / "apiserver.log")
    manager = Server("", _manager(found, folder, kubeconfig), folder / "controller-manager.log")
    # The certificate is made by the server itself, at its start.
    with running(etcd), running(apiserver), running(manager), httpx.Client(verify=False, timeout=30) as http:
        yield ControlPlane(url, token, folder, kubeconfig, apiserver, kubectl, http)


def _kubeconfig(url: str, token: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        # The certificate is made by the server itself, at its start.
        "clusters": [{"name": "test", "cluster": {"server": url, "insecure-skip-tls-verify": True}}],
        "users": [{"name": "test", "user": {"token": token}}],
    }


def _write_keys(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (folder / "accounts.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    (folder / "accounts.pub").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _etcd(found: Path, folder: Path, port: int, peer_port: int) -> Process:
    def ready(_: int) -> bool:
        return _answers(f"http://127.0.0.1:{port}/health")

    return Process(
        name="etcd",
        command=(
            str(found / "etcd"),
            f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls=http://127.0.0.1:{port}",
            f"--advertise-client-urls=http://127.0.0.1:{port}",
            f"--listen-peer-urls=http://127.0.0.1:{peer_port}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer_port}",
            f"--initial-cluster=default=http://127.0.0.1:{peer_port}",
            "--unsafe-no-fsync",
            "--log-level=error",
        ),
        ready=ready,
        ready_seconds=READY_SECONDS,
    )


def _apiserver(found: Path, folder: Path, etcd_url: str, port: int, token: str) -> Process:
    def ready(_: int) -> bool:
        return _answers(f"https://127.0.0.1:{port}/readyz", token)

    return Process(
        name="kube-apiserver",
        command=(
            str(found / "kube-apiserver"),
            f"--etcd-servers={etcd_url}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--cert-dir={folder / 'certificates'}",
            f"--token-auth-file={folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={folder / 'accounts.pub'}",
            f"--service-account-signing-key-file={folder / 'accounts.key'}",
            "--service-cluster-ip-range=10.96.0.0/16",
            # Beyond the defaults: an owner reference that blocks a deletion needs the permission for it.
            "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
            # Everything of a test comes from one client; fairness between clients is not what is tested.
            "--enable-priority-and-fairness=false",
            "--v=0",
        ),
        ready=ready,
        ready_seconds=READY_SECONDS,
    )


def _manager(found: Path, folder: Path, kubeconfig: Path) -> Process:
    port = free_port()

    def ready(_: int) -> bool:
        return _answers(f"https://127.0.0.1:{port}/healthz")

    return Process(
        name="kube-controller-manager",
        command=(
            str(found / "kube-controller-manager"),
            f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}",
            f"--authorization-kubeconfig={kubeconfig}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--cert-dir={folder / 'manager-certificates'}",
            f"--service-account-private-key-file={folder / 'accounts.key'}",
            f"--controllers={_CONTROLLERS}",
            "--leader-elect=false",
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            "--namespace-sync-period=5s",
        ),
        ready=ready,
        ready_seconds=READY_SECONDS,
    )


def _answers(url: str, token: str = "") -> bool:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        return httpx.get(url, headers=headers, verify=False, timeout=1).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
