"""Settings shared by every process: where the parts are and how to log.

Each process has one small settings class of its own that nests these groups. All come from the environment with the
prefix `TRACKER_`, nested by `__`: `TRACKER_DATABASE__URL`, `TRACKER_LOG__LEVEL`.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

_PREFIX = "TRACKER_"


class DatabaseSettings(BaseModel):
    """Postgres."""

    url: SecretStr
    """`postgresql://user:password@host:port/database`. Secret, because it holds the password."""
    pool_size: int = Field(default=8, ge=1, le=100)
    """Connections that one process keeps at most."""


class NatsSettings(BaseModel):
    """NATS with JetStream."""

    url: SecretStr
    """`nats://token@host:port`, several separated by commas. Secret, because it may hold a token."""


class S3Settings(BaseModel):
    """`TRACKER_S3__*`: a bucket of S3-compatible storage for attachments, in the place of JetStream's object store."""

    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """It must be there."""
    endpoint: str = Field(default="", pattern=r"^(https?://[^/\s]+/?)?$")
    """`https://minio.example.org`; empty: AWS."""
    region: str = Field(default="us-east-1", min_length=1, max_length=63)
    access_key_file: Path
    """File with the id of the access key; read again when it changes."""
    secret_key_file: Path
    """File with its secret."""
    path_style: bool = True
    """`endpoint/bucket/key`, as most servers of one's own want it; false: `bucket.endpoint/key`."""
    prefix: str = Field(default="", max_length=200, pattern=r"^([A-Za-z0-9._-]+/)*$")
    """Begin of all keys, with its slash: `tracker/`."""


class LogSettings(BaseModel):
    """Structured logs."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["json", "console"] = "json"


class MetricsSettings(BaseModel):
    """`TRACKER_METRICS__*`: figures for Prometheus."""

    port: int = Field(default=0, ge=0, le=65535)
    """Where `/metrics` is served, apart from what faces the outside; 0 = nowhere."""
    host: str = "0.0.0.0"  # noqa: S104 -- in a pod; on one machine it is set to loopback


class ProcessSettings(BaseSettings):
    """Base of each process's settings class."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_nested_delimiter="__", extra="ignore")

    instance: str = "1"
    """Name of this instance among those of its component; part of the health key."""
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()


def describe(error: ValidationError) -> str:
    """Name each variable that is missing or wrong, and no value: the environment holds secrets."""
    return "; ".join(
        f"{_PREFIX}{'__'.join(map(str, item['loc'])).upper()}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors(include_input=False, include_url=False)
    )
