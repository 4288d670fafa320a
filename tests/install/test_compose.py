"""compose.yaml: of the published schema, and its variables are settings of the processes that get them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from tracker_api.settings import Settings as ApiProcess
from tracker_bot.settings import BotSettings
from tracker_core.settings import ProcessSettings
from tracker_ingestion.kinds.gateway.settings import Settings as GatewayProcess
from tracker_worker.settings import WorkerSettings

from tests.observability.panels import ROOT

FILE = ROOT / "compose.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
PROCESSES: dict[str, type[ProcessSettings]] = {
    "recorder": WorkerSettings,
    "triage": WorkerSettings,
    "agents": WorkerSettings,
    "api": ApiProcess,
    "gateway": GatewayProcess,
    "bot": BotSettings,
}
OWN = [name for name, service in SERVICES.items() if str(service.get("image", "")).startswith("task-tracker/")]


def test_it_is_of_the_published_schema() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    ran = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", FILE],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def read(text: str) -> str:
    """What Compose makes of `${NAME:-default}` where nothing is set, as far as this file uses it."""
    while "${" in text:
        before, _, rest = text.partition("${")
        inside, _, after = rest.partition("}")
        name, separator, default = inside.partition(":")
        text = before + (default[1:] if separator and default.startswith("-") else name.lower()) + after
    return text


@pytest.mark.parametrize("service", PROCESSES)
def test_every_variable_is_a_setting_of_its_process(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SERVICES[service]["environment"].items():
        if name.startswith("TRACKER_"):
            monkeypatch.setenv(name, read(str(value)))
    kind = PROCESSES[service]
    try:
        settings = kind()
    except ValidationError as error:
        pytest.fail(str(error))
    for name in SERVICES[service]["environment"]:
        if not name.startswith("TRACKER_"):
            continue
        at: Any = settings
        for part in name.removeprefix("TRACKER_").lower().split("__"):
            assert hasattr(at, part), f"{service}: {name} is no setting"
            at = getattr(at, part)


@pytest.mark.parametrize("service", OWN)
def test_our_processes_may_write_nowhere_and_are_nobody(service: str) -> None:
    told = SERVICES[service]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]


def test_who_faces_the_outside_is_not_on_the_network_of_the_database() -> None:
    for service in ("gateway", "bot", "dashboard"):
        assert "data" not in SERVICES[service]["networks"]
    assert [name for name, told in SERVICES.items() if told.get("ports") and not told.get("profiles")] == ["dashboard"]
