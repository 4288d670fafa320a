"""Ways to know that a process can be used."""

import http
import http.client
from urllib.parse import urlsplit

import psutil

from tracker_local.process import Probe

_SECONDS = 1.0


def http_ready(url: str) -> Probe:
    """Ready when a GET of `url` is answered with 200, and the process itself listens there.

    A stranger on the port, such as another installation, answers just as well: ours has failed to bind then.
    """
    parts = urlsplit(url)

    def probe(pid: int) -> bool:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            connection.request("GET", parts.path or "/")
            if connection.getresponse().status != http.HTTPStatus.OK:
                return False
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return any((state, own) == (psutil.CONN_LISTEN, parts.port) for state, own, _ in _sockets_of(pid))

    return probe


def connected(port: int) -> Probe:
    """Ready when it is connected to a server's port: for what listens on nothing itself.

    A worker connects to the bus when its imports and settings are behind it, which is when it can begin.
    """

    def probe(pid: int) -> bool:
        return any((state, other) == (psutil.CONN_ESTABLISHED, port) for state, _, other in _sockets_of(pid))

    return probe


def always(_pid: int) -> bool:
    """Ready at once: for a step that runs to its end."""
    return True


def _sockets_of(pid: int) -> list[tuple[str, int, int]]:
    """Return state, own port and other port (0: none) of each TCP socket of a process."""
    try:
        found = psutil.Process(pid).net_connections("tcp")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
    return [(one.status, one.laddr.port, one.raddr.port if one.raddr else 0) for one in found]
