"""A process is ready by what it does itself, not by what somebody else does on its port."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tracker_local.ports import LOOPBACK
from tracker_local.ready import http_ready


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """Of a server in this process."""
    with ThreadingHTTPServer((LOOPBACK, 0), _Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_one_that_answers_is_ready(address: str) -> None:
    assert http_ready(f"{address}/readyz")(os.getpid())
    assert not http_ready(f"{address}/other")(os.getpid())


def test_an_answer_of_a_stranger_on_the_port_is_not_believed(address: str) -> None:
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as ours:
        assert not http_ready(f"{address}/readyz")(ours.pid)
        ours.communicate(b"\n")
