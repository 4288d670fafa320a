"""`doctor`: what can be told without anything running, and that each finding names its cure."""

import json
from pathlib import Path

import pytest
from tracker_core.health import heartbeat
from tracker_local import language_models
from tracker_local.cli.checks.bus import heartbeats
from tracker_local.home import Home
from tracker_local.language_models import PROVIDERS
from tracker_local.seed import inbox_token_file, seed

from tests.local.cli.conftest import Run

DEAD = {"name": "gpu", "kind": "openai", "base_url": "http://127.0.0.1:9", "model": "m"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A folder as the first start leaves it."""
    home = Home(tmp_path / "home")
    home.create()
    seed(home)
    return home


def findings(alone: Run) -> dict[str, dict[str, str]]:
    result = alone("doctor", "-o", "json")
    assert result.exit_code == 1
    return {item["part"]: item for item in json.loads(result.stdout)}


def test_nothing_runs_and_the_rest_is_fine(alone: Run, home: Home) -> None:
    found = findings(alone)
    assert found["runtime"]["level"] == "fail"
    assert "make up" in found["runtime"]["cure"]
    assert {found[part]["level"] for part in ("python", "programs", "manifests", "secrets")} == {"ok"}


def test_missing_secret_names_webhook_and_key(alone: Run, home: Home) -> None:
    inbox_token_file(home).unlink()
    found = findings(alone)["secrets"]
    assert found["level"] == "fail"
    assert found["detail"] == "Webhook 'default/inbox': Secret 'inbox' has no key 'token'"


def test_webhook_without_source_is_found(alone: Run, home: Home) -> None:
    (home.manifests / "default" / "source-inbox.yaml").unlink()
    assert "Source 'default/inbox' does not exist" in alone("doctor").stdout


def test_broken_manifest_is_named(alone: Run, home: Home) -> None:
    (home.manifests / "default" / "source-more.yaml").write_text("kind: [")
    assert "source-more.yaml: Not valid YAML" in alone("doctor").stdout


def test_secret_that_others_may_read_is_a_warning(alone: Run, home: Home) -> None:
    inbox_token_file(home).chmod(0o644)
    found = findings(alone)["folder"]
    assert found["level"] == "warn"
    assert found["cure"].startswith("chmod")


def test_embedded_model_is_asked_and_so_is_each_language_model(
    alone: Run, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROVIDERS, json.dumps([DEAD]))
    found = findings(alone)
    assert found["model embedded"]["level"] == "ok"
    assert found["model gpu"]["level"] == "fail"
    assert "cannot be reached at http://127.0.0.1:9/v1" in found["model gpu"]["detail"]
    assert "correct base_url of provider 'gpu'" in found["model gpu"]["cure"]


def test_language_models_of_the_last_start_are_known_in_another_terminal(
    alone: Run, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROVIDERS, json.dumps([DEAD]))
    language_models.keep(home)
    monkeypatch.delenv(PROVIDERS)
    assert findings(alone)["model gpu"]["level"] == "fail"
    language_models.keep(home)
    assert "model gpu" not in findings(alone)


def test_wrong_settings_of_the_language_models_are_said(
    alone: Run, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROVIDERS, json.dumps([DEAD | {"threshold": 7, "api_key": "sk-secret"}]))
    found = findings(alone)["models"]
    assert found["level"] == "fail"
    assert "provider 'gpu': threshold: " in found["detail"]
    assert "sk-secret" not in str(found)


def test_source_that_chooses_an_unknown_provider_is_named(alone: Run, home: Home) -> None:
    source = home.manifests / "default" / "source-inbox.yaml"
    source.write_text(
        "apiVersion: tasktracker.dev/v1alpha1\nkind: Source\nmetadata: {name: inbox}\n"
        "spec: {type: webhook, triage: {providers: [embedded, gpu]}}\n"
    )
    found = findings(alone)["model gpu"]
    assert found["level"] == "warn"
    assert found["detail"] == "Source 'default/inbox' chooses it, and it is not configured"


def test_agents_without_heartbeat_fail_where_language_models_are_configured() -> None:
    found = {item.part: item.level for item in heartbeats({"triage.1": heartbeat("ready")}, ("triage", "agents"))}
    assert found == {"triage.1": "ok", "agents": "fail"}


def test_component_without_heartbeat_fails() -> None:
    beats = {
        "api.1": heartbeat("ready"),
        "gateway.default": heartbeat("ready"),
        "triage.1": heartbeat("degraded", "The queue does not answer"),
    }
    found = {item.part: item.level for item in heartbeats(beats)}
    assert found == {"recorder": "fail", "api.1": "ok", "gateway.default": "ok", "triage.1": "warn"}
