"""Environment of the process of one Source."""

from pathlib import Path

from pydantic import BaseModel

from tracker_core.settings import NatsSettings, ProcessSettings, S3Settings


class SourceFiles(BaseModel):
    """Which Source this process is."""

    manifest: Path
    """File with the Source manifest, and with the Webhooks that are bound to it."""
    secrets_dir: Path
    """Folder of Secrets as files: `<namespace>/<secret>/<key>`."""


class SourceSettings(ProcessSettings):
    """`TRACKER_NATS__URL`, `TRACKER_SOURCE__MANIFEST`, `TRACKER_SOURCE__SECRETS_DIR`; there is no database."""

    nats: NatsSettings
    source: SourceFiles
    s3: S3Settings | None = None
    """Where attachments go instead of JetStream's object store."""
