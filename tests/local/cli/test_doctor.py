"""`doctor`: what can be told without anything running, and that each finding names its cure."""

import json
from pathlib import Path

import pytest
from tracker_core.health import heartbeat
from tracker_local.cli.checks.bus import heartbeats
from tracker_local.home import Home
from tracker_local.seed import inbox_token_file, seed

from tests.local.cli.conftest import Run


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


def test_component_without_heartbeat_fails() -> None:
    beats = {
        "api.1": heartbeat("ready"),
        "gateway.default": heartbeat("ready"),
        "triage.1": heartbeat("degraded", "The queue does not answer"),
    }
    found = {item.part: item.level for item in heartbeats(beats)}
    assert found == {"recorder": "fail", "api.1": "ok", "gateway.default": "ok", "triage.1": "warn"}
