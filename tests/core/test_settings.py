import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr
from sqlalchemy import make_url
from tracker_core.database import async_url
from tracker_core.errors import ConfigurationError
from tracker_core.settings import DatabaseSettings, NatsSettings, ProcessSettings

HIDDEN = "pass-word"


class Parts(BaseModel):
    names: tuple[str, ...] = ()
    token: SecretStr | None = None


class Settings(ProcessSettings):
    database: DatabaseSettings
    nats: NatsSettings
    parts: Parts = Parts()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the secret files are; nothing is in it."""
    for name in [name for name in os.environ if name.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRACKER_SECRETS_DIR", str(tmp_path))
    return tmp_path


def put(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def refused() -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.read()
    # `raise … from None` keeps the cause out of a traceback too.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert HIDDEN not in str(caught.value)
    return str(caught.value)


def test_wrong_settings_are_named_without_their_values(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment: dict[str, Any] = {"NATS__URL": f"nats://{HIDDEN}@bus:4222", "DATABASE__POOL_SIZE": HIDDEN}
    for name, value in environment.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    text = refused()
    assert "TRACKER_DATABASE__URL: Field required" in text
    assert "TRACKER_DATABASE__POOL_SIZE: " in text


def test_every_setting_can_be_a_file_and_the_environment_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        folder,
        TRACKER_DATABASE__URL="postgresql://u:p@host/db\n",
        TRACKER_NATS__URL="nats://t@bus:4222\r\n",
        tracker_parts__names='["a",\n "b"]\n',
        TRACKER_PARTS__TOKEN=" spaces are kept \n",
        TRACKER_INSTANCE="of-the-file",
        SOMEBODY_ELSES=b"\xff\xfe",
    )
    monkeypatch.setenv("TRACKER_INSTANCE", "of-the-environment")
    settings = Settings.read()
    assert settings.database.url.get_secret_value() == "postgresql://u:p@host/db"
    assert settings.nats.url.get_secret_value() == "nats://t@bus:4222"
    assert settings.parts.names == ("a", "b")
    assert settings.parts.token
    assert settings.parts.token.get_secret_value() == " spaces are kept "
    assert settings.instance == "of-the-environment"


def test_files_are_read_as_kubernetes_lays_them_out(folder: Path) -> None:
    """A Secret's volume: names lead to a folder whose name changes with each version."""
    version = folder / "..2026_12_01"
    version.mkdir()
    put(version, TRACKER_DATABASE__URL="postgresql://u@host/db", TRACKER_NATS__URL="nats://bus")
    (folder / "..data").symlink_to(version.name)
    for name in ("TRACKER_DATABASE__URL", "TRACKER_NATS__URL"):
        (folder / name).symlink_to(f"..data/{name}")
    (folder / "kubernetes.io").mkdir()
    assert Settings.read().nats.url.get_secret_value() == "nats://bus"


def test_only_the_password_has_to_be_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE__URL", "postgresql://user:old@host:5433/db?ssl=require")
    monkeypatch.setenv("TRACKER_NATS__URL", "tls://old@one:4222,two:4222")
    put(folder, TRACKER_DATABASE__PASSWORD="p@ss/w:rd %41?#", TRACKER_NATS__TOKEN="0a.b_c~d-E\n")
    settings = Settings.read()
    url = make_url(async_url(settings.database.url.get_secret_value()))
    assert (url.username, url.password, url.host, url.port, url.database, url.query["ssl"]) == (
        ("user", "p@ss/w:rd %41?#", "host", 5433, "db", "require")
    )
    assert settings.nats.url.get_secret_value() == "tls://0a.b_c~d-E@one:4222,nats://0a.b_c~d-E@two:4222"


def test_a_password_or_token_that_cannot_be_used_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE__URL", "postgresql://host:5433/db")
    monkeypatch.setenv("TRACKER_NATS__URL", "nats://bus")
    put(folder, TRACKER_DATABASE__PASSWORD=HIDDEN, TRACKER_NATS__TOKEN=f"{HIDDEN}@")
    text = refused()
    assert "TRACKER_DATABASE: url: a password needs a user" in text
    assert "TRACKER_NATS__TOKEN: String should match pattern" in text


def test_what_is_not_json_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, TRACKER_PARTS__NAMES=f"[{HIDDEN}\n")
    assert refused() == "Settings are missing or wrong: TRACKER_PARTS__NAMES: not JSON (Expecting value at column 2)"
    monkeypatch.setenv("TRACKER_PARTS", f"{{{HIDDEN}")
    assert "TRACKER_PARTS: not JSON (" in refused()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff" + HIDDEN.encode(), "is not UTF-8 text. Put the value itself into it"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"a\0" + HIDDEN.encode(), "holds a zero byte"),
        (HIDDEN.encode() * 200_000, "is larger than 1 MiB"),
    ],
)
def test_a_file_with_bad_content_is_named(folder: Path, content: bytes, said: str) -> None:
    put(folder, TRACKER_NATS__URL=content)
    assert f"Secret file {folder}/TRACKER_NATS__URL {said}" in refused()


def test_a_file_or_folder_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Compose makes a folder where the file of a secret is missing; a file that nobody may read is the same to root.
    (folder / "TRACKER_NATS__URL").mkdir()
    assert f"Secret file {folder}/TRACKER_NATS__URL cannot be read: Is a directory" in refused()
    (folder / "TRACKER_NATS__URL").rmdir()
    (folder / "TRACKER_NATS__URL").symlink_to("gone")
    assert "cannot be read: No such file or directory. Make it a file that user" in refused()
    monkeypatch.setenv("TRACKER_SECRETS_DIR", str(folder / "gone"))
    assert f"Folder {folder}/gone of the secret files cannot be read: No such file or directory" in refused()
