"""The Secrets that a manifest names: whether they are there, whether they changed, and which credential they hold.

What is written down of their values are resource versions, and a digest
keyed with the Secret's own uid, which says only that a value is another one.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker_core.kubernetes.client import SECRETS
from tracker_core.manifests import SecretKeyRef, Source, references
from tracker_core.manifests.metadata import ManifestModel

from tracker_operator.cluster import Cluster
from tracker_operator.conditions import Condition


@dataclass(frozen=True)
class Resolved:
    """What became of the references of some manifests."""

    values: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)
    """By Secret and key."""
    versions: dict[str, str] = field(default_factory=dict)
    """Resource version by Secret."""
    digest: str = ""
    """Changes when a value does."""
    missing: tuple[str, ...] = ()
    """A sentence for each that is not there."""

    def condition(self, owner: str) -> Condition:
        """Return SecretsResolved."""
        if self.missing:
            return Condition("SecretsResolved", "False", "SecretMissing", f"{owner}: {'; '.join(self.missing)}")
        return Condition("SecretsResolved", "True", "Resolved", "Every Secret is there")

    def value(self, ref: SecretKeyRef) -> bytes:
        """Return a value, without the newline that editors leave at its end; empty when there is none."""
        return self.values.get((ref.name, ref.key), b"").rstrip(b"\r\n")


async def resolve(cluster: Cluster, namespace: str, manifests: Sequence[ManifestModel]) -> Resolved:
    """Read every Secret that the manifests name."""
    wanted = list(dict.fromkeys((ref.name, ref.key) for item in manifests for ref in references(item)))
    values: dict[tuple[str, str], bytes] = {}
    versions: dict[str, str] = {}
    uids: dict[str, str] = {}
    missing: list[str] = []
    for name in sorted({name for name, _ in wanted}):
        found = await cluster.get(SECRETS, namespace, name)
        if found is None:
            missing.append(f"Secret '{namespace}/{name}' does not exist. Create it")
            continue
        versions[name], uids[name] = found["metadata"]["resourceVersion"], found["metadata"]["uid"]
        for key in (key for secret, key in wanted if secret == name):
            try:
                value = base64.b64decode(found.get("data", {})[key])
            except (KeyError, binascii.Error):
                missing.append(f"Secret '{namespace}/{name}' has no key '{key}'. Add it")
                continue
            if not value.strip(b"\r\n"):
                missing.append(f"Secret '{namespace}/{name}', key '{key}' is empty. Give it a value")
                continue
            values[name, key] = value
    return Resolved(values, versions, _digest(values, uids), tuple(missing))


def credential(source: Source, resolved: Resolved) -> str:
    """Return a digest of what may be used by one Source only: a bot, an app, a mailbox. Empty when there is none."""
    spec = source.spec
    if spec.telegram is not None:
        parts = [resolved.value(spec.telegram.token_secret_ref)]
    elif spec.slack is not None:
        parts = [resolved.value(spec.slack.bot_token_secret_ref)]
    elif spec.email is not None:
        mail = spec.email
        parts = [mail.host.lower().encode(), mail.auth.username.lower().encode(), mail.mailbox.encode()]
    else:
        return ""
    if not all(parts):
        return ""
    return hashlib.sha256(b"\0".join([spec.type.encode(), *parts])).hexdigest()


def _digest(values: dict[tuple[str, str], bytes], uids: dict[str, str]) -> str:
    total = hashlib.sha256()
    for (name, key), value in sorted(values.items()):
        total.update(hmac.digest(f"{uids[name]}/{key}".encode(), value, "sha256"))
    return total.hexdigest()[:16]
