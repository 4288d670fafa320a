"""Ways to know that a process can be used."""

import http
import http.client
import time
from urllib.parse import urlsplit

import psutil

from tracker_local.process import Probe

_SECONDS = 1.0


def http_ready(url: str) -> Probe:
    """Ready when a GET of `url` is answered with 200."""
    parts = urlsplit(url)

    def probe(_pid: int) -> bool:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return probe


def alive(seconds: float = _SECONDS) -> Probe:
    """Ready when it has lived for `seconds`: for what listens on nothing and dies at once of a mistake."""

    def probe(pid: int) -> bool:
        try:
            return time.time() - psutil.Process(pid).create_time() > seconds
        except psutil.NoSuchProcess:
            return False

    return probe
