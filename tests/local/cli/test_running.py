"""Commands that look at what runs in a folder, on a real supervisor with real stores."""

import json
from collections.abc import Iterator

import asyncpg
import nats
import psutil
import pytest
from tracker_local.runtime import ProcessStatus, State

from tests.local.cli.conftest import Run
from tests.support.installation import Installation, installed
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Postgres and NATS are ready, with tables; the services come up while the tests go on."""
    with installed(tmp_path_factory.mktemp("running") / "home") as installation:
        installation.wait_ready("postgres", "nats")
        wait_for("tables", lambda: installation.runtime.processes.get("migrate") == ProcessStatus(State.DONE))
        yield installation


@pytest.fixture
def here(alone: Run, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in that folder."""
    monkeypatch.setenv("TRACKER_HOME", str(installation.home.root))
    return alone


async def test_addresses_of_status_work_as_they_stand(here: Run) -> None:
    status = json.loads(here("status", "-o", "json").stdout)
    assert {"api", "webhook", "dashboard", "nats", "database", "pids"} <= status.keys()
    connection = await asyncpg.connect(status["database"], timeout=10)
    await connection.close()
    await (await nats.connect(status["nats"], connect_timeout=10)).close()
    assert psutil.pid_exists(status["pids"]["postgres"])


def test_status_for_people_shows_no_secret(here: Run, installation: Installation) -> None:
    shown = here("status").stdout
    for name in ("postgres-password", "nats-token"):
        assert (installation.home.secrets / name).read_text(encoding="utf-8") not in shown
    assert installation.runtime.api in shown


def test_doctor_tries_the_stores(here: Run) -> None:
    found = json.loads(here("doctor", "-o", "json").stdout)
    answers = [item["part"] for item in found if item["level"] == "ok" and item["detail"].startswith("answers at")]
    assert answers == ["postgres", "nats"]


def test_logs_of_real_processes_are_in_order(here: Run) -> None:
    lines = [json.loads(line) for line in here("logs", "-n", "500", "-o", "json").stdout.splitlines()]
    times = [line["time"] for line in lines if line["process"] in {"postgres", "nats"}]
    assert len(times) > 2
    assert times == sorted(times)


def test_down_waits_until_all_has_stopped(here: Run, installation: Installation) -> None:
    result = here("down", "-o", "json")
    assert json.loads(result.stdout)["stopped"] is True
    assert installation.supervisor.wait(5) == 0
    assert here("status").exit_code == 1
