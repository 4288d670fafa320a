"""What the supervisor is made of: delays, ports, logs, the lock, the first Source."""

import socket
from pathlib import Path

import psutil
import pytest
from tracker_core.errors import ConfigurationError
from tracker_core.manifests.reader import read_documents
from tracker_core.manifests.signing import token_header_of
from tracker_core.manifests.webhook import Webhook
from tracker_local import lock, logs
from tracker_local.home import Home
from tracker_local.keeper import Keeper, next_delay
from tracker_local.language_models import PROVIDERS
from tracker_local.plan import make_plan, without_secret
from tracker_local.ports import LOOPBACK, Ports, free_port
from tracker_local.process import Process, spawn
from tracker_local.runtime import State
from tracker_local.seed import inbox_token_file, seed

from tests.support.waiting import eventually


def test_delays_double_up_to_ten_seconds() -> None:
    delay, seen = None, []
    for _ in range(8):
        delay = next_delay(delay, healthy=1)
        seen.append(delay)
    assert seen == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]


def test_half_a_healthy_minute_forgets_earlier_crashes() -> None:
    assert next_delay(10, healthy=30) == 0.2


def test_port_stays_from_one_start_to_the_next(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json").port("api")
    assert Ports(tmp_path / "ports.json").port("api", first_choice=free_port()) == first


def test_taken_port_is_replaced(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        taken = other.getsockname()[1]
        ports = Ports(tmp_path / "ports.json")
        used = ports.port("api", first_choice=taken)
        assert used != taken
        assert ports.stand_ins == {"api": (taken, used)}
    assert Ports(tmp_path / "ports.json").port("api") == taken, "the stand-in is for one time only"


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    ports, choice = Ports(tmp_path / "ports.json"), free_port()
    assert ports.port("api", first_choice=choice) == choice
    assert ports.port("gateway", first_choice=choice) != choice


def test_outgoing_connections_are_never_given_a_free_port() -> None:
    first_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == len(ports)
    assert max(ports) < first_ephemeral


def test_torn_ports_file_is_chosen_anew(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"api": 80', encoding="utf-8")
    assert Ports(tmp_path / "ports.json").port("api") > 1023


def test_grown_log_moves_aside_under_its_writer(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with log.open("a", encoding="utf-8", buffering=1) as writer:
        writer.write("old\n" * 100)
        logs.bound(log, max_bytes=100)
        writer.write("new\n")
    assert log.read_text(encoding="utf-8") == "new\n"
    assert (tmp_path / "api.log.1").read_text(encoding="utf-8") == "old\n" * 100


def test_lock_is_held_once_and_seen_by_readers(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    assert not lock.is_held(file)
    with lock.hold(file):
        assert lock.is_held(file)
        with pytest.raises(BlockingIOError), lock.hold(file):
            pass
    assert not lock.is_held(file)


def test_first_start_writes_a_webhook_with_a_private_token(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    assert seed(home)
    files = sorted((home.manifests / "default").iterdir())
    assert [file.name for file in files] == ["source-inbox.yaml", "webhook-inbox.yaml"]
    webhook = read_documents(files[1].read_text(encoding="utf-8"))[0]
    assert isinstance(webhook, Webhook)
    assert token_header_of(webhook) == "Authorization"
    token = inbox_token_file(home)
    assert token.stat().st_mode & 0o777 == 0o600
    assert len(token.read_text(encoding="utf-8")) >= 32


def test_deleted_first_source_is_not_brought_back(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    seed(home)
    for file in (home.manifests / "default").iterdir():
        file.unlink()
    assert not seed(home)
    assert not list((home.manifests / "default").iterdir())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://user:p%40ss@db:5432/x", "postgresql://user@db:5432/x"),
        ("nats://token@one:4222,nats://token@two:4222", "nats://one:4222,nats://two:4222"),
        ("nats://bus:4222", "nats://bus:4222"),
    ],
)
def test_shown_address_has_no_secret(url: str, shown: str) -> None:
    assert without_secret(url) == shown


def test_port_that_is_none_names_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    home.create()
    monkeypatch.setenv("TRACKER_API__PORT", "http")
    with pytest.raises(ConfigurationError, match="TRACKER_API__PORT is 'http'"):
        make_plan(home)


def test_open_address_is_reached_on_the_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    home.create()
    monkeypatch.setenv("TRACKER_API__HOST", "0.0.0.0")
    monkeypatch.setenv("TRACKER_API__PORT", "9000")
    plan = make_plan(home)
    api = next(process for process in plan.services if process.name == "api")
    assert plan.api_url == "http://127.0.0.1:9000"
    assert api.environment["TRACKER_API__HOST"] == "0.0.0.0"


def test_gateway_does_not_learn_where_the_database_is(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    gateway = next(process for process in make_plan(home).services if process.name == "gateway")
    assert "TRACKER_NATS__URL" in gateway.environment
    assert "TRACKER_DATABASE__URL" not in gateway.environment


def test_agents_run_only_where_a_language_model_is_configured_and_nobody_else_learns_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    home.create()
    monkeypatch.setenv(PROVIDERS, "[]")
    assert "agents" not in {process.name for process in make_plan(home).services}
    assert not home.providers_file.exists()
    monkeypatch.setenv(PROVIDERS, '[{"api_key": "sk-secret"}]')
    services = {process.name: process for process in make_plan(home).services}
    told = {name for name, process in services.items() if "sk-secret" in process.environment.get(PROVIDERS, "")}
    assert told == {"triage", "agents"}
    assert home.providers_file.stat().st_mode & 0o777 == 0o600
    shown = tmp_path / "shown"
    report = Process(name="x", command=("sh", "-c", f"env > {shown}; exit 0"), ready=lambda _: True)
    assert spawn(report, tmp_path / "log").wait(10) == 0
    assert "sk-secret" not in shown.read_text(), "not inherited either"


async def test_probe_that_fails_and_a_left_over_grandchild_do_not_end_the_keeping(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    grandchild, asked = tmp_path / "grandchild", 0

    def ready(_: int) -> bool:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise PermissionError(13, "not yet readable")
        return grandchild.exists()

    script = f"sleep 60 & echo $! > {grandchild}; sleep 0.3; exit 1"
    process = Process(name="x", command=("sh", "-c", script), environment={}, directory=tmp_path, ready=ready)
    seen: list[State] = []
    keeper = Keeper(process, tmp_path / "logs/x.log", lambda _, status: seen.append(status.state))
    await eventually("a restart", lambda: _in(seen, State.RESTARTING))
    first = int(grandchild.read_text())
    await eventually("end of the grandchild", lambda: _gone(first))
    await keeper.stop()
    assert State.READY in seen


async def _in(seen: list[State], state: State) -> bool:
    return state in seen


async def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
