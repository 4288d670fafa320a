"""What the API process reads from the environment; the prefix is `TRACKER_`."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, model_validator
from tracker_core.settings import DatabaseSettings, NatsSettings, ProcessSettings, S3Settings

_ORIGIN = r"https://[a-z0-9.-]+(:\d{1,5})?"


class ApiSettings(BaseModel):
    """`TRACKER_API__*`."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    """0 takes any free port."""
    public_url: str = ""
    """Base URL that people open, where a proxy stands in front; https makes the session cookie Secure."""
    gateway_url: str = ""
    """Base URL of the webhook gateway, to show each Source's address."""
    dashboard_dir: Path | None = None
    """Folder of the built dashboard; none serves only the API."""
    manifests: Literal["folder", "kubernetes"] = "folder"
    """Where Sources and Webhooks are: files on one machine, or the objects of the cluster that the API runs in."""
    namespaces: tuple[str, ...] = ()
    """Namespaces of the objects in a cluster, as a JSON list; none = all."""
    manifests_dir: Path = Path()
    """Folder of Source and Webhook manifests: `<namespace>/<kind>-<name>.yaml`."""
    secrets_dir: Path = Path()
    """Folder of secrets: `<namespace>/<secret>/<key>`."""
    crds_dir: Path | None = None
    """Folder with `source.yaml` and `webhook.yaml`, which forms are made from; none serves no schemas."""
    session_ttl: timedelta = timedelta(days=30)
    """How long a browser stays logged in."""
    frame_ancestors: str = Field(default="", pattern=rf"^({_ORIGIN}( {_ORIGIN})*)?$")
    """Origins that may show the dashboard in a frame, separated by spaces: `https://web.telegram.org` for Telegram's
    web client. By default none; Telegram's apps need none."""
    backup_max_age: timedelta = Field(default=timedelta(), ge=timedelta())
    """How old the last backup may be before `BackupTooOld` warns: somewhat more than the time between two; 0: none is
    expected."""
    max_sockets: int = Field(default=2000, ge=1)
    """Live connections at once; more are refused with 503."""

    @model_validator(mode="after")
    def _folders(self) -> Self:
        if self.manifests == "folder" and not {"manifests_dir", "secrets_dir"} <= self.model_fields_set:
            raise ValueError("set manifests_dir and secrets_dir, or manifests to kubernetes")
        return self

    @property
    def public_origin(self) -> str:
        """`scheme://host[:port]` of the public URL; empty when there is none."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""


class Settings(ProcessSettings):
    """Environment of `python -m tracker_api`."""

    database: DatabaseSettings
    nats: NatsSettings
    api: ApiSettings
    s3: S3Settings | None = None
    """Where attachments are instead of in JetStream's object store."""
