"""Settings shared by every process: where the parts are and how to log.

Each process has one small settings class of its own that nests these groups. All come from the environment with the
prefix `TRACKER_`, nested by `__`: `TRACKER_DATABASE__URL`, `TRACKER_LOG__LEVEL`. Each may be a file instead, as secrets
should be: see `tracker_core.secret_files`.
"""

import os
from json import JSONDecodeError
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, Field, Secret, SecretStr, StringConstraints, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from tracker_core.errors import ConfigurationError
from tracker_core.secret_files import PREFIX, SecretFiles, read_secret_files


class DatabaseSettings(BaseModel):
    """Postgres."""

    url: SecretStr
    """`postgresql://user:password@host:port/database`. Secret, because it may hold the password."""
    password: SecretStr | None = None
    """In the place of the one in `url`, so that only this must be kept secret; any characters."""
    pool_size: int = Field(default=8, ge=1, le=100)
    """Connections that one process keeps at most."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.password is not None:
            scheme, separator, rest = self.url.get_secret_value().partition("://")
            before, at, path = rest.partition("/")
            user, named, host = before.rpartition("@")
            if not (separator and named and user):
                raise ValueError("url: a password needs a user. Write it like postgresql://user@host:port/database")
            login = f"{user.partition(':')[0]}:{quote(self.password.get_secret_value(), safe='')}"
            self.url = SecretStr(f"{scheme}://{login}@{host}{at}{path}")
        return self


_Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]+$")]
"""NATS takes a token out of an address as it stands there, with no way to quote."""


class NatsSettings(BaseModel):
    """NATS with JetStream."""

    url: SecretStr
    """`nats://token@host:port`, several separated by commas. Secret, because it may hold a token."""
    token: Secret[_Token] | None = None
    """In the place of the one in `url`, so that only this must be kept secret: letters, digits and `._~-`."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.token is not None:
            addresses = (url.rpartition("://") for url in self.url.get_secret_value().split(","))
            hosts = ((scheme or "nats", address.rpartition("@")[2]) for scheme, _, address in addresses)
            token = self.token.get_secret_value()
            self.url = SecretStr(",".join(f"{scheme}://{token}@{host}" for scheme, host in hosts))
        return self


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
    """Base of each process's settings class; `read` makes one."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="ignore")

    instance: str = "1"
    """Name of this instance among those of its component; part of the health key."""
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- named by the base
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say where values come from; the first that has one wins."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @classmethod
    def read(cls) -> Self:
        """Return what the environment and the secret files say.

        Raises:
            ConfigurationError: names each variable that is missing or wrong, and no value: it may be secret.
        """
        try:
            return cls()
        except ValidationError as error:
            problem = _describe(error)
        except SettingsError as error:
            problem = _not_json(error)
        raise ConfigurationError(f"Settings are missing or wrong: {problem}")


def _describe(error: ValidationError) -> str:
    return "; ".join(
        f"{PREFIX}{'__'.join(map(str, item['loc'])).upper()}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors(include_input=False, include_url=False)
    )


def _not_json(error: SettingsError) -> str:
    """Find the variable by its value, which is all that is known of it; lists and objects are written as JSON."""
    cause = error.__cause__
    if not isinstance(cause, JSONDecodeError):
        return str(error)
    said = read_secret_files() | os.environ
    names = sorted(name for name, value in said.items() if name.upper().startswith(PREFIX) and value == cause.doc)
    return f"{', '.join(names)}: not JSON ({cause.msg} at column {cause.colno})"
