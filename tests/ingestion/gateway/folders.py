"""The two folders that a gateway reads, and how a test writes them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TOKEN = "a-token-of-the-inbox"
TOKEN_VERIFICATION = {"type": "Token", "token": {"secretRef": {"name": "inbox", "key": "token"}}}
OPEN = {"type": "None", "acceptUnverified": True}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Folders:
    manifests: Path
    secrets: Path

    def secret(self, name: str, value: str | bytes, key: str = "token", namespace: str = "default") -> None:
        path = self.secrets / namespace / name / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else value.encode())

    def source(self, name: str = "inbox", namespace: str = "default", **spec: Any) -> Path:
        return self._write("Source", namespace, name, {"type": "webhook"} | spec)

    def webhook(self, name: str = "inbox", namespace: str = "default", source: str = "inbox", **spec: Any) -> Path:
        defaults = {
            "sourceRef": {"name": source},
            "verification": TOKEN_VERIFICATION,
            "limits": {"perSecond": 10_000},
        }
        return self._write("Webhook", namespace, name, defaults | spec)

    def _write(self, kind: str, namespace: str, name: str, spec: dict[str, Any]) -> Path:
        path = self.manifests / namespace / f"{kind.lower()}-{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {
            "apiVersion": "tasktracker.dev/v1alpha1",
            "kind": kind,
            "metadata": {"name": name, "namespace": namespace},
            "spec": spec,
        }
        path.write_text(yaml.safe_dump(document))
        return path


def make_folders(root: Path) -> Folders:
    """The state after a first start: Source and Webhook `default/inbox` with a token."""
    folders = Folders(root / "manifests", root / "secrets")
    folders.secret("inbox", TOKEN + "\n")
    folders.source()
    folders.webhook()
    return folders
