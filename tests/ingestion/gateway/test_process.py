"""The gateway as it is run: its own process, a real server, real sockets."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tracker_local.ports import free_port

from tests.ingestion.gateway.folders import BEARER, TOKEN, Folders, make_folders
from tests.support.servers import start_nats
from tests.support.waiting import wait_for

MIB = 1 << 20


@contextmanager
def gateway_process(
    folders: Folders, nats_url: str, log: Path, **more: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    environment = os.environ | {
        "TRACKER_NATS__URL": nats_url,
        "TRACKER_GATEWAY__PORT": str(port),
        "TRACKER_GATEWAY__MANIFESTS_DIR": str(folders.manifests),
        "TRACKER_GATEWAY__SECRETS_DIR": str(folders.secrets),
    }
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker_ingestion", "gateway"], env=environment | more, stderr=stderr
        )
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_for("gateway", is_ready)
        yield url, process
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway that these tests share: none of them may harm it."""
    folder = tmp_path_factory.mktemp("gateway")
    with (
        start_nats(folder) as nats,
        gateway_process(make_folders(folder), nats.url, folder / "gateway.log") as (url, _),
    ):
        yield url


def post(url: str, **request: object) -> httpx.Response:
    return httpx.post(f"{url}/webhook/default/inbox", headers=BEARER, timeout=20, **request)  # type: ignore[arg-type]


def test_oversize_bodies_are_413_and_the_connection_stays_clean(url: str) -> None:
    def stream(size: int) -> Iterator[bytes]:
        for _ in range(size // 65_536):
            yield b"x" * 65_536

    with httpx.Client(base_url=url, headers=BEARER, timeout=20) as client:
        path = "/webhook/default/inbox"
        declared = client.post(path, content=b"x" * 10 * MIB)
        streamed = client.post(path, content=stream(10 * MIB))
        after = client.post(path, json={"text": "still here"})
    for response in (declared, streamed):
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"
        assert "spec.limits.maxBodyBytes" in response.json()["cure"]
    assert after.status_code == 202


@pytest.mark.parametrize(("path", "expected"), [("/webhook/default/inbox", 413), ("/webhook/no/such", 404)])
def test_client_that_sends_all_before_it_reads_gets_the_answer(url: str, path: str, expected: int) -> None:
    closing = {"Connection": "close", "Content-Type": "text/plain"} | BEARER
    request = urllib.request.Request(url + path, data=b"x" * 10 * MIB, headers=closing)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    with refused.value as answer:
        assert answer.code == expected
        assert json.loads(answer.read())["cure"]


def test_endless_body_is_cut_off(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(
            b"POST /webhook/default/inbox HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            b"Authorization: " + TOKEN.encode() + b"\r\n\r\n"
        )
        chunk = b"100000\r\n" + b"x" * MIB + b"\r\n"
        sent = 0
        with contextlib.suppress(OSError):  # a reset or a broken pipe, as the kernel likes
            while sent < 1000:
                connection.sendall(chunk)
                sent += 1
    assert sent < 200


def test_client_that_waits_for_100_sends_nothing_of_a_refused_body(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(
            b"POST /webhook/default/inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\nExpect: 100-continue\r\n"
            b"Authorization: " + TOKEN.encode() + b"\r\n\r\n"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_client_that_leaves_disturbs_nobody(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    for _ in range(20):
        with socket.create_connection((host, int(port)), 20) as connection:
            connection.sendall(b"POST /webhook/default/inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
    assert post(url, json={"text": "a"}).status_code == 202


def test_slow_body_is_408(folders: Folders, nats_url: str, tmp_path: Path) -> None:
    more = {"TRACKER_GATEWAY__BODY_TIMEOUT": "PT0.3S"}
    with gateway_process(folders, nats_url, tmp_path / "log", **more) as (url, _):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 20) as connection:
            connection.sendall(b"POST /webhook/default/inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
            assert connection.recv(1000).startswith(b"HTTP/1.1 408")


def test_broken_http_is_400(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(b"\x16\x03\x01 not http\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")


def test_sigterm_ends_it_within_the_grace(folders: Folders, nats_url: str, tmp_path: Path) -> None:
    with gateway_process(folders, nats_url, tmp_path / "log") as (url, process):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 20) as connection:
            # A request that never ends must not hold the process.
            connection.sendall(b"POST /webhook/default/inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
            process.send_signal(signal.SIGTERM)
            assert connection.recv(1000).startswith(b"HTTP/1.1 503")
            process.wait(8)
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gateway"], ["TRACKER_NATS: Field required", "TRACKER_GATEWAY__MANIFESTS_DIR"]),
        (["postbox"], ["usage: python -m tracker_ingestion {email,gateway,slack}"]),
        ([], ["usage:"]),
    ],
)
def test_wrong_start_is_explained_in_a_line(arguments: list[str], words: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    result = subprocess.run(
        [sys.executable, "-m", "tracker_ingestion", *arguments],
        env=environment | {"TRACKER_GATEWAY__PORT": "0"},
        capture_output=True,
        timeout=30,
        check=False,
        text=True,
    )
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
