"""compose.yaml: of the published schema, and its variables are settings of the processes that get them."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tracker_api.settings import Settings as ApiProcess
from tracker_bot.settings import BotSettings
from tracker_core.settings import ProcessSettings
from tracker_ingestion.kinds.gateway.settings import Settings as GatewayProcess
from tracker_local import nats
from tracker_local.backup.settings import BackupSettings
from tracker_local.ports import free_port
from tracker_local.process import Process
from tracker_local.ready import http_ready
from tracker_worker.settings import WorkerSettings

from tests.observability.panels import ROOT
from tests.support.servers import Server, running

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
STEPS: dict[str, type[ProcessSettings]] = {"backup": BackupSettings}
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


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which the lines of docs/install.md have made the secrets, twice."""
    clone = tmp_path_factory.mktemp("clone")
    lines = (ROOT / "docs/install.md").read_text(encoding="utf-8").split("```sh\n")[1].partition("```")[0]
    for _ in range(2):
        subprocess.run(["sh", "-euc", lines], cwd=clone, timeout=30, check=True)
        made = {file: file.read_text() for file in (clone / ".compose").iterdir()}
    assert {file: file.read_text() for file in made} == made, "what is there is kept"
    return clone


def given(service: str) -> dict[str, str]:
    """The names that a service's secrets have in its container, and what they are called outside."""
    told = SERVICES[service].get("secrets", [])
    return {one: one for one in told if isinstance(one, str)} | {
        one["target"]: one["source"] for one in told if isinstance(one, dict)
    }


def test_the_lines_of_the_docs_make_every_secret_and_each_is_used(secrets: Path) -> None:
    files = {name: secrets / told["file"] for name, told in DOCUMENT["secrets"].items()}
    assert set((secrets / ".compose").iterdir()) == set(files.values())
    assert {source for service in SERVICES for source in given(service).values()} == set(files)
    assert (secrets / ".compose").stat().st_mode & 0o777 == 0o700
    # Compose binds the files as they are: our processes read them as a user whom this machine does not know.
    assert all(file.stat().st_mode & 0o004 for file in files.values())


@pytest.mark.parametrize("service", PROCESSES | STEPS)
def test_every_variable_and_secret_is_a_setting_of_its_process(
    service: str, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {name: str(value) for name, value in SERVICES[service]["environment"].items() if name[:8] == "TRACKER_"}
    for name, value in variables.items():
        monkeypatch.setenv(name, read(value))
    monkeypatch.setenv("TRACKER_SECRETS_DIR", str(tmp_path))
    for target, source in given(service).items():
        (tmp_path / target).symlink_to(secrets / DOCUMENT["secrets"][source]["file"])
    settings = (PROCESSES | STEPS)[service].read()
    for name in (*variables, *given(service)):
        at: Any = settings
        for part in name.removeprefix("TRACKER_").lower().split("__"):
            assert hasattr(at, part), f"{service}: {name} is no setting"
            at = getattr(at, part)
    token = (secrets / DOCUMENT["secrets"]["nats_token"]["file"]).read_text().strip()
    assert settings.model_dump()["nats"]["url"].get_secret_value() == f"nats://{token}@nats:4222"


def test_no_secret_stands_in_an_environment() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            secret = any(word in variable for word in ("PASSWORD", "TOKEN", "PROVIDERS"))
            assert not secret or str(value).startswith("/run/secrets/"), f"{name}: {variable}"


@pytest.mark.parametrize("token", ["1234567890", "0x1f", "5m", "true", "a.b_c~d-E"])
def test_nats_starts_with_its_token_whatever_that_looks_like(token: str, tmp_path: Path) -> None:
    (tmp_path / "nats_token").write_text(f"{token}\n")
    port, monitoring = free_port(), free_port()
    configuration = DOCUMENT["configs"]["nats"]["content"].replace("$$", "$")
    for inside, outside in (
        ("0.0.0.0:4222", f"127.0.0.1:{port}"),
        ("0.0.0.0:8222", f"127.0.0.1:{monitoring}"),
        ("/data", str(tmp_path / "data")),
    ):
        assert inside in configuration
        configuration = configuration.replace(inside, outside)
    (tmp_path / "task-tracker.conf").write_text(configuration)
    shell, flag, script = SERVICES["nats"]["entrypoint"]
    for inside, outside in (
        ("$$", "$"),
        ("/run/secrets/", f"{tmp_path}/"),
        ("/etc/nats/", f"{tmp_path}/"),
        ("exec nats-server", f"exec {nats.find_binary()}"),
    ):
        assert inside in script
        script = script.replace(inside, outside)
    url = f"http://127.0.0.1:{monitoring}"
    process = Process(
        name="nats",
        command=(shell, flag, script),
        environment={},
        directory=tmp_path,
        ready=http_ready(f"{url}/healthz"),
    )
    with running(Server(url, process, tmp_path / "nats.log")):
        for said, answer in ((token, "PONG"), ("another", "Authorization Violation")):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.settimeout(10)
                login = {"auth_token": said, "verbose": False, "pedantic": False, "lang": "test", "version": "1"}
                connection.sendall(f"CONNECT {json.dumps(login)}\r\nPING\r\n".encode())
                heard = b""
                while answer.encode() not in heard:
                    part = connection.recv(65_536)
                    assert part, f"{said}: {heard!r}"
                    heard += part


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_has_more_than_it_needs(service: str) -> None:
    told = SERVICES[service]
    assert read(str(told["read_only"])).lower() == "true"
    assert (told["cap_drop"], told["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert {"memory", "pids"} <= set(told["deploy"]["resources"]["limits"])
    # One step is root, with one right and no network: it gives volumes to their owners.
    assert ("user" in told) is (service != "owner")
    assert read(str(told.get("user", "0"))).partition(":")[0] != "0" or told["network_mode"] == "none"


@pytest.mark.parametrize("service", sorted(set(SERVICES) - set(OWN) - {"owner", "collector"}))
def test_what_is_not_ours_is_asked_whether_it_is_well(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("service", sorted({*PROCESSES, "dashboard"}))
def test_changed_files_are_watched(service: str) -> None:
    rules = SERVICES[service]["develop"]["watch"]
    assert all((ROOT / rule["path"]).exists() for rule in rules)
    if service != "dashboard":
        synced = {rule["target"].rpartition("/")[2] for rule in rules if rule["action"] == "sync+restart"}
        assert synced == {"tracker_core", PROCESSES[service].__module__.partition(".")[0]}


def test_who_faces_the_outside_is_not_on_the_network_of_the_database() -> None:
    for service in ("gateway", "bot", "dashboard", "prometheus", "grafana", "collector", "ollama"):
        assert "data" not in SERVICES[service]["networks"]
    assert DOCUMENT["networks"]["data"] == DOCUMENT["networks"]["bus"] == {"internal": True}
    assert [name for name, told in SERVICES.items() if told.get("ports") and not told.get("profiles")] == ["dashboard"]


def test_every_process_with_figures_is_scraped() -> None:
    jobs = yaml.safe_load(DOCUMENT["configs"]["prometheus"]["content"])["scrape_configs"]
    assert set(jobs[0]["dns_sd_configs"][0]["names"]) == set(PROCESSES)
    assert all("watching" in SERVICES[name]["networks"] for name in PROCESSES)
