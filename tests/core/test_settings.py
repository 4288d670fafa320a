from typing import Any

import pytest
from pydantic import ValidationError
from tracker_core.settings import DatabaseSettings, NatsSettings, ProcessSettings, describe


class Settings(ProcessSettings):
    database: DatabaseSettings
    nats: NatsSettings


def test_wrong_settings_are_named_without_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    environment: dict[str, Any] = {"NATS__URL": "nats://pass-word@bus:4222", "DATABASE__POOL_SIZE": "hidden"}
    for name, value in environment.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    monkeypatch.delenv("TRACKER_DATABASE__URL", raising=False)
    with pytest.raises(ValidationError) as caught:
        Settings()
    text = describe(caught.value)
    assert "TRACKER_DATABASE__URL: Field required" in text
    assert "TRACKER_DATABASE__POOL_SIZE: " in text
    assert "pass-word" not in text
    assert "hidden" not in text
