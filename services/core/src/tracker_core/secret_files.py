"""Settings as files, as Docker and Kubernetes give secrets: a file per variable, named like it.

The folder is `TRACKER_SECRETS_DIR`, else `/run/secrets` where there is one. A file there is `TRACKER_NATS__TOKEN`
or any other variable of a process; its text without the newline at its end is the value. The environment wins over a
file. Other files of the folder are somebody else's: Kubernetes keeps its own there.
"""

import os
from pathlib import Path

from pydantic_settings import BaseSettings, EnvSettingsSource

from tracker_core.errors import ConfigurationError

PREFIX = "TRACKER_"
FOLDER_VARIABLE = "TRACKER_SECRETS_DIR"
_USUAL = Path("/run/secrets")
_LARGEST = 1 << 20
"""Bytes of a file; a Secret of Kubernetes cannot be larger."""


class SecretFiles(EnvSettingsSource):
    """Reads the files as if they were the environment, so that both have the same names and nesting."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls, case_sensitive=False)

    def _load_env_vars(self) -> dict[str, str | None]:
        return {name.lower(): text for name, text in read_secret_files().items()}


def read_secret_files() -> dict[str, str]:
    """Return the text of each file by the name of its variable.

    Raises:
        ConfigurationError: the folder or a file cannot be read, or a file is no text; never with its content.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    folder = Path(named) if named else _USUAL
    if not named and not folder.is_dir():
        return {}
    try:
        files = sorted(path for path in folder.iterdir() if path.name.upper().startswith(PREFIX))
    except OSError as error:
        raise ConfigurationError(
            f"Folder {folder} of the secret files cannot be read: {error.strerror}",
            cure=f"Make it readable for user {os.getuid()}, or correct {FOLDER_VARIABLE}",
        ) from None
    return {path.name: _read(path) for path in files}


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(
            f"Secret file {path} cannot be read: {error.strerror}",
            cure=f"Make it a file that user {os.getuid()} may read",
        ) from None
    if len(content) > _LARGEST:
        raise ConfigurationError(f"Secret file {path} is larger than 1 MiB", cure="Put only the value into it")
    try:
        text = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigurationError(f"Secret file {path} is not UTF-8 text", cure="Put the value itself into it") from None
    if not text or "\0" in text:
        problem = "holds a zero byte" if text else "is empty"
        raise ConfigurationError(f"Secret file {path} {problem}", cure="Put the value into it, or remove it")
    return text
