"""What a backup reads from the environment; the prefix is `TRACKER_`, and each may be a secret file."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field
from tracker_core.settings import DatabaseSettings, NatsSettings, ProcessSettings, S3Settings


class BackupOptions(BaseModel):
    """`TRACKER_BACKUP__*`."""

    recipients: str = ""
    """Public keys of age that a backup is encrypted for, separated by spaces."""
    identity_file: Path | None = None
    """File with the secret key that opens one."""
    s3: S3Settings | None = None
    """Access to `s3://` where it is another than that of the attachments; bucket and prefix are the target's."""


class ManifestOptions(BaseModel):
    """`TRACKER_API__*`, as the API has them."""

    manifests: Literal["folder", "kubernetes"] = "folder"
    namespaces: tuple[str, ...] = ()
    manifests_dir: Path | None = None
    secrets_dir: Path | None = None


class BackupSettings(ProcessSettings):
    """Environment of `tasktracker backup` and `tasktracker restore`."""

    database: DatabaseSettings | None = None
    nats: NatsSettings | None = None
    s3: S3Settings | None = None
    """Where attachments are instead of in JetStream's object store."""
    api: ManifestOptions = ManifestOptions()
    backup: BackupOptions = Field(default_factory=BackupOptions)
