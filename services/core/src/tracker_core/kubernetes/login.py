"""Who we are to the API server: the ServiceAccount of the pod, else the current context of a kubeconfig.

https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ and
https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/. Plugins are not run.
"""

import base64
import os
import ssl
import tempfile
from pathlib import Path
from time import monotonic
from typing import Any

import yaml

from tracker_core.errors import ConfigurationError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TOKEN_SECONDS = 60.0
"""The token of a ServiceAccount changes every hour, so it is read again after this time."""


class Login:
    """An API server, and what opens it."""

    def __init__(self, server: str, tls: ssl.SSLContext, token: str = "", token_file: Path | None = None) -> None:
        self.server = server.rstrip("/")
        self.tls = tls
        self._token = token
        self._token_file = token_file
        self._read_at: float | None = None

    @classmethod
    def find(cls, account: Path = SERVICE_ACCOUNT) -> "Login":
        """Take what is there.

        Args:
            account: Where a pod has its ServiceAccount.

        Raises:
            ConfigurationError: there is nothing, or it cannot be read.
        """
        try:
            return _of_pod(account) if (account / "token").is_file() else _of_kubeconfig()
        except (OSError, yaml.YAMLError, ssl.SSLError, LookupError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"No login to Kubernetes: {error}", cure="Run in a pod with a ServiceAccount, or mend KUBECONFIG"
            ) from error

    def headers(self) -> dict[str, str]:
        """Return the headers that say who we are."""
        if self._token_file is not None and (self._read_at is None or monotonic() - self._read_at > _TOKEN_SECONDS):
            self._token, self._read_at = self._token_file.read_text(encoding="ascii").strip(), monotonic()
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


def _of_pod(account: Path) -> Login:
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    host = f"[{host}]" if ":" in host else host
    tls = ssl.create_default_context(cafile=str(account / "ca.crt"))
    return Login(f"https://{host}:{port}", tls, token_file=account / "token")


def _of_kubeconfig() -> Login:
    path = Path((os.environ.get("KUBECONFIG") or "~/.kube/config").split(os.pathsep)[0]).expanduser()
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    context = _named(config["contexts"], config["current-context"])["context"]
    cluster = _named(config["clusters"], context["cluster"])["cluster"]
    user = _named(config["users"], context["user"])["user"]
    if "exec" in user or "auth-provider" in user:
        raise ValueError(f"user '{context['user']}' of {path} logs in through a plugin")
    # Relative paths are relative to the file that they stand in.
    token_file = path.parent / user["tokenFile"] if "tokenFile" in user else None
    return Login(cluster["server"], _tls(cluster, user, path.parent), user.get("token", ""), token_file)


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = [item for item in items if item["name"] == name]
    if not found:
        raise ValueError(f"nothing is named {name!r} in it")
    return found[0]


def _tls(cluster: dict[str, Any], user: dict[str, Any], folder: Path) -> ssl.SSLContext:
    authority = _content(cluster, "certificate-authority", folder)
    tls = ssl.create_default_context(cadata=authority.decode("ascii") if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    if certificate := _content(user, "client-certificate", folder):
        # Python loads them from a file only.
        with tempfile.NamedTemporaryFile() as file:
            file.write(certificate + b"\n" + _content(user, "client-key", folder))
            file.flush()
            tls.load_cert_chain(file.name)
    return tls


def _content(place: dict[str, Any], name: str, folder: Path) -> bytes:
    if data := place.get(f"{name}-data"):
        return base64.b64decode(data)
    return (folder / place[name]).read_bytes() if name in place else b""
