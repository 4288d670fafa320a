import json
from typing import Any

import pytest
from pydantic import ValidationError
from tracker_core.errors import ConfigurationError
from tracker_worker.models.llm import connect
from tracker_worker.models.llm_settings import LlmSettings
from tracker_worker.settings import CheckSettings


def provider(**fields: Any) -> LlmSettings:
    return LlmSettings(
        **{"name": "local", "kind": "ollama", "base_url": "http://127.0.0.1:11434", "model": "m"} | fields
    )


def test_providers_come_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    given = [{"name": "local", "kind": "ollama", "base_url": "http://ollama:11434", "model": "qwen3:4b", "timeout": 30}]
    monkeypatch.setenv("TRACKER_TRIAGE__PROVIDERS", json.dumps(given))
    (local,) = CheckSettings().triage.providers
    assert (local.url, local.timeout.total_seconds(), local.enforces_schema) == ("http://ollama:11434/v1", 30, True)


def test_without_providers_there_is_only_the_embedded_model() -> None:
    assert CheckSettings().triage.providers == ()


@pytest.mark.parametrize(
    ("fields", "problem", "cure"),
    [
        ({"kind": "gpt"}, "kind: ", "docs/triage.md"),
        ({"treshold": 0.5}, "treshold: ", "docs/triage.md"),
        ({"threshold": 7}, "threshold: ", "docs/triage.md"),
        ({"name": "embedded"}, "taken", "Choose another"),
        ({"base_url": None}, "needs base_url", 'Add "base_url"'),
        ({"base_url": "localhost:11434"}, "not a URL", "Write it like"),
        ({"base_url": "http://me:sk-secret@llm.example.com"}, "holds a password", "api_key"),
        ({"kind": "openai", "base_url": None}, "needs api_key", "Add one"),
        ({"kind": "hosted", "base_url": None, "model": "opus"}, "names no provider", "anthropic:opus"),
        ({"kind": "hosted", "model": "anthropic:opus"}, "own address", "Remove base_url"),
    ],
)
def test_a_wrong_setting_names_the_provider_and_the_cure(fields: dict[str, Any], problem: str, cure: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        provider(api_key=None, **fields)
    said = wrong.value.errors()[0]["msg"]
    assert f"provider '{fields.get('name', 'local')}'" in said
    assert problem in said
    assert cure in said


def test_a_wrong_setting_does_not_show_the_key() -> None:
    with pytest.raises(ValidationError) as wrong:
        provider(api_key="sk-secret", threshold=7)
    assert "sk-secret" not in wrong.value.errors()[0]["msg"]


def test_two_providers_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"name": "local", "kind": "ollama", "base_url": "http://ollama:11434", "model": "m"}
    monkeypatch.setenv("TRACKER_TRIAGE__PROVIDERS", json.dumps([given, given]))
    with pytest.raises(ValidationError, match="local stands there twice"):
        CheckSettings()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"base_url": "http://10.0.0.8:8000"}, False),
        ({"base_url": "http://ollama.ai.svc:11434"}, False),
        ({"base_url": "https://llm.example.com/v1"}, True),
        ({"model": "gpt-oss:120b-cloud"}, True),
        ({"base_url": "https://llm.example.com/v1", "remote": False}, False),
        ({"kind": "openai", "base_url": None, "api_key": "sk-x"}, True),
        ({"kind": "hosted", "base_url": None, "model": "anthropic:opus"}, True),
    ],
)
def test_remote_is_what_leaves_your_machines(fields: dict[str, Any], expected: bool) -> None:
    assert provider(**fields).is_remote is expected


def test_a_client_that_is_not_installed_is_named_with_its_cure() -> None:
    with pytest.raises(ConfigurationError) as missing:
        connect(provider(kind="hosted", base_url=None, model="anthropic:claude-x", api_key="sk-x"))
    assert str(missing.value) == (
        "Provider 'local': the client of 'anthropic' is not installed."
        " Install pydantic-ai-slim[anthropic] into the worker"
    )


def test_a_hosted_provider_that_nobody_knows_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Provider 'local': 'nobody:x' cannot be used"):
        connect(provider(kind="hosted", base_url=None, model="nobody:x"))
