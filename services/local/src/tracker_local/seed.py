"""What a first start brings: the webhook Source `default/inbox` with a token of its own.

It is written once. A user who deletes or changes it is not overruled by the next start.
"""

import secrets
from pathlib import Path

from tracker_core.manifests.metadata import ObjectMeta, SecretKeyRef
from tracker_core.manifests.reader import dump_manifest
from tracker_core.manifests.source import Source, SourceKind, SourceSpec
from tracker_core.manifests.webhook import SourceRef, TokenSpec, VerificationSpec, Webhook, WebhookSpec

from tracker_local.home import Home, write_secret

NAMESPACE, NAME, KEY = "default", "inbox", "token"


def seed(home: Home) -> bool:
    """Write the first Source unless there was a start before; return whether this is the first one."""
    if any(home.manifests.iterdir()):
        return False
    metadata = ObjectMeta(name=NAME, namespace=NAMESPACE)
    source = Source(metadata=metadata, spec=SourceSpec(type=SourceKind.WEBHOOK))
    token = TokenSpec(secret_ref=SecretKeyRef(name=NAME, key=KEY))
    webhook = Webhook(
        metadata=metadata,
        spec=WebhookSpec(source_ref=SourceRef(name=NAME), verification=VerificationSpec(type="Token", token=token)),
    )
    write_secret(inbox_token_file(home), secrets.token_urlsafe(24))
    # Under another name first: a start that is interrupted here leaves no half of it.
    draft = home.root / "first-manifests"
    draft.mkdir(mode=0o700, exist_ok=True)
    (draft / f"source-{NAME}.yaml").write_text(dump_manifest(source), encoding="utf-8")
    (draft / f"webhook-{NAME}.yaml").write_text(dump_manifest(webhook), encoding="utf-8")
    draft.rename(home.manifests / NAMESPACE)
    return True


def inbox_token_file(home: Home) -> Path:
    """Return the file with the token that the first Webhook asks for."""
    return home.secrets / NAMESPACE / NAME / KEY
