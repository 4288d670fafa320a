"""Ways to know that a process can be used."""

import http
import http.client
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


def connected(port: int) -> Probe:
    """Ready when it is connected to a server's port: for what listens on nothing itself.

    A worker connects to the bus when its imports and settings are behind it, which is when it can begin.
    """

    def probe(pid: int) -> bool:
        try:
            connections = psutil.Process(pid).net_connections("tcp")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False
        return any(
            connection.status == psutil.CONN_ESTABLISHED and connection.raddr and connection.raddr.port == port
            for connection in connections
        )

    return probe


def always(_pid: int) -> bool:
    """Ready at once: for a step that runs to its end."""
    return True
