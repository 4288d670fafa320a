"""`up` with real Postgres and NATS: it recovers, it stops clean, and there is only one of it."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest

from tests.support.installation import STOP_SECONDS, Installation, installed, start_supervisor
from tests.support.waiting import wait_for

_STORES = ("postgres", "nats")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A supervisor with its stores ready."""
    with installed(tmp_path / "home") as installation:
        installation.wait_ready(*_STORES)
        yield installation


async def test_killed_stores_come_back_at_their_address_with_their_data(installation: Installation) -> None:
    home, before = installation.home, installation.runtime
    database = home.database_url_file.read_text(encoding="utf-8")
    connection = await asyncpg.connect(database)
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 1000)")
    client = await nats.connect(home.nats_url_file.read_text(encoding="utf-8"), max_reconnect_attempts=-1)
    await client.jetstream().add_stream(name="KEPT", subjects=["kept"])
    await client.jetstream().publish("kept", b"once")

    for name in _STORES:
        os.kill(before.pids[name], signal.SIGKILL)

    def restarted() -> bool:
        processes = installation.runtime.processes
        return all(processes[name].state == "ready" and processes[name].restarts == 1 for name in _STORES)

    wait_for("restarted stores", restarted)
    connection.terminate()
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM kept") == 1000
    await connection.close()
    info = await client.jetstream().stream_info("KEPT")
    assert info.state.messages == 1
    await client.close()
    after = installation.runtime
    assert (after.database, after.nats) == (before.database, before.nats)


def test_ctrl_c_stops_all_within_ten_seconds(installation: Installation) -> None:
    processes = _family(installation)
    installation.supervisor.send_signal(signal.SIGINT)
    assert installation.supervisor.wait(10) == 0
    assert not [process for process in processes if process.is_running()]
    assert not installation.home.runtime_file.exists()


def test_second_start_says_what_runs(installation: Installation) -> None:
    second = start_supervisor(installation.home.root)
    output, _ = second.communicate(timeout=30)
    assert second.returncode == 0
    assert f"runs already in {installation.home.root}" in output
    assert installation.runtime.api in output
    assert installation.supervisor.poll() is None


def test_nothing_survives_a_killed_supervisor_and_the_next_start_takes_over(installation: Installation) -> None:
    before, processes = installation.runtime, _family(installation)
    installation.supervisor.kill()
    installation.supervisor.wait(STOP_SECONDS)
    with installed(installation.home.root) as next_start:  # at once: it waits for what is still stopping
        next_start.wait_ready(*_STORES)
        assert next_start.runtime.database == before.database
        assert next_start.runtime.nats == before.nats
        _, alive = psutil.wait_procs(processes, timeout=5)
        assert not alive


def test_secrets_stand_in_no_command_line_and_no_open_file(installation: Installation) -> None:
    home = installation.home
    secrets = [(home.secrets / name).read_text(encoding="utf-8") for name in ("postgres-password", "nats-token")]
    shown = home.runtime_file.read_text(encoding="utf-8")
    for process in _family(installation):
        shown += " ".join(process.cmdline())
    assert not [secret for secret in secrets if secret in shown]
    assert not [file for file in home.secrets.rglob("*") if file.is_file() and file.stat().st_mode & 0o077]


def test_given_urls_are_used_and_nothing_is_started_for_them(installation: Installation, tmp_path: Path) -> None:
    urls = {
        "TRACKER_DATABASE__URL": installation.home.database_url_file.read_text(encoding="utf-8"),
        "TRACKER_NATS__URL": installation.home.nats_url_file.read_text(encoding="utf-8"),
    }
    with installed(tmp_path / "second", urls) as second:
        wait_for("migration", lambda: "migrate" in second.runtime.processes)
        processes = second.runtime.processes
        assert [processes[name].state for name in _STORES] == ["external", "external"]
        assert second.runtime.database == installation.runtime.database
        assert not (tmp_path / "second" / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; the other tests ran as one")
def test_normal_user_runs_it_too() -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    if not _can_run_python(nobody):
        pytest.skip(f"{sys.executable} cannot be read by other users")
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        os.chown(name, nobody, -1)
        with installed(Path(name) / "home", {"HOME": name}, user=nobody) as installation:
            pids = installation.wait_ready(*_STORES)
            assert psutil.Process(pids["postgres"]).uids().effective == nobody
            installation.stop()
            assert not installation.home.runtime_file.exists()


def _family(installation: Installation) -> list[psutil.Process]:
    return psutil.Process(installation.supervisor.pid).children(recursive=True)


def _can_run_python(user: int) -> bool:
    try:
        return subprocess.run([sys.executable, "-c", "import psutil"], user=user, check=False).returncode == 0
    except PermissionError:
        return False
