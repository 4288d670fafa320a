"""A real Prometheus watches a real installation: every panel of every dashboard has something to show."""

import asyncio
import json
import os
import shutil
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import start_http_server
from tracker_core.bus import connect
from tracker_core.channels.condition import Condition
from tracker_core.channels.intake import Intake
from tracker_core.inbound import InboundMessage
from tracker_core.settings import NatsSettings
from tracker_local.ports import free_port
from tracker_local.process import Process
from tracker_local.ready import http_ready
from tracker_operator.metrics import Metrics

from tests.integration.conftest import Person
from tests.observability.panels import ROOT, dashboards
from tests.support.installation import installed
from tests.support.llm_server import LlmServer, llm_server
from tests.support.servers import Server, running
from tests.support.waiting import wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("prometheus"), reason="Debian's prometheus is not installed"),
]

CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: task-tracker
    file_sd_configs: [{{files: [{targets}], refresh_interval: 1s}}]
  - job_name: others
    static_configs: [{{targets: {others}}}]
"""
TEXTS = [
    "the export button gives me yesterday's numbers again",
    "thanks, have a nice evening!",
    "could somebody order new chairs for the meeting room",
    "so about that thing, hm, the usual",
]


@contextmanager
def model_server() -> Iterator[LlmServer]:
    """Run the language model's wire in a thread: the installation's processes ask it."""
    loop, started, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[LlmServer] = []

    async def serve() -> None:
        async with llm_server() as server:
            found.append(server)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def others() -> list[str]:
    """Serve what this installation has no process for: the operator's figures, and those of a pull Source."""
    metrics = Metrics()
    for kind in ("Source", "Webhook"):
        metrics.known(kind, 3)
        metrics.reconciled(kind, "ok", 0.02)
        metrics.wrote_status(kind)
    metrics.depth(1)
    ports = free_port(), free_port()
    start_http_server(ports[0], addr="127.0.0.1", registry=metrics.registry)
    start_http_server(ports[1], addr="127.0.0.1")
    return [f"127.0.0.1:{port}" for port in ports]


async def pull(nats: str) -> None:
    """Publish as the process of a pull Source does."""
    bus = await connect(NatsSettings(url=nats), name="test")
    now = datetime.now(UTC)
    message = InboundMessage(source="default/chat", external_id="1", sent_at=now, received_at=now, text="hello")
    await Intake(bus, Condition()).publish(message)
    await bus.close()


def post(person: Person, number: int) -> None:
    token = (person.installation.home.secrets / "default/inbox/token").read_text()
    request = urllib.request.Request(
        f"{person.installation.runtime.webhook}/webhook/default/inbox",
        data=json.dumps({"id": str(number), "text": f"{TEXTS[number % len(TEXTS)]} ({number})"}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("prometheus")
    with model_server() as model:
        provider = {"name": "local", "kind": "ollama", "base_url": model.url, "model": "m", "threshold": 1}
        with installed(folder / "home", {"TRACKER_TRIAGE__PROVIDERS": json.dumps([provider])}) as installation:
            installation.wait_ready()
            somebody = Person(installation)
            somebody.run("ledger")
            with running(start_prometheus(folder, installation.home.targets_file)) as server:
                asyncio.run(pull(installation.home.nats_url_file.read_text().strip()))
                for number in range(12):
                    post(somebody, number)
                somebody.run("backup", str(folder / "backups"))
                wait_for("verdicts", lambda: query(server, 'tracker_verdicts_total{provider="local"}'), 60)
                yield server


def start_prometheus(folder: Path, targets: Path) -> Server:
    config, port = folder / "prometheus.yml", free_port()
    rules = ROOT / "charts/task-tracker/files/rules.yaml"
    config.write_text(CONFIG.format(rules=rules, targets=targets, others=json.dumps(others())))
    url = f"http://127.0.0.1:{port}"
    process = Process(
        name="prometheus",
        command=(
            str(shutil.which("prometheus")),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ),
        environment=dict(os.environ),
        directory=folder,
        ready=http_ready(f"{url}/-/ready"),
    )
    return Server(url, process, folder / "prometheus.log")


def query(server: Server, expression: str) -> list[Any]:
    address = f"{server.url}/api/v1/query?{urllib.parse.urlencode({'query': expression, 'time': time.time()})}"
    with urllib.request.urlopen(address, timeout=10) as response:
        found: list[Any] = json.loads(response.read())["data"]["result"]
    return found


@pytest.mark.parametrize("name", dashboards.DASHBOARDS)
def test_every_panel_has_something_to_show(prometheus: Server, name: str) -> None:
    for panel in dashboards.DASHBOARDS[name][1]:
        expression = panel.expression.replace("$__rate_interval", "1m")
        shown = partial(query, prometheus, expression)
        wait_for(f"figures for '{panel.title}' ({expression})", shown, 60)


def test_the_rules_are_loaded_and_none_fails(prometheus: Server) -> None:
    def evaluated() -> list[Any] | None:
        with urllib.request.urlopen(f"{prometheus.url}/api/v1/rules", timeout=10) as response:
            rules = [rule for group in json.loads(response.read())["data"]["groups"] for rule in group["rules"]]
        return rules if rules and all(rule["health"] != "unknown" for rule in rules) else None

    rules = wait_for("evaluated rules", evaluated, 30)
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}
    firing = {rule["name"] for rule in rules if rule["state"] == "firing"}
    assert firing == set(), "a healthy installation alerts nobody"
