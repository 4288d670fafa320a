"""Addresses that stay: a port is kept from one start to the next, so that clients reconnect and bookmarks work."""

import json
import random
import socket
from pathlib import Path

from tracker_core.errors import ConfigurationError

LOOPBACK = "127.0.0.1"

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 20_000
_TRIES = 1_000
_given: set[int] = set()


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # As servers do it: a port whose last connections are still in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nobody uses at this moment, and that no outgoing connection will be given before it is used.

    The kernel gives outgoing connections ports of its ephemeral range, so a port of that range that is free now may be
    taken a moment later, or in the seconds of a server's restart. Within one process no port is returned twice.

    Raises:
        ConfigurationError: none is free.
    """
    for port in random.sample(_below_ephemeral(), _TRIES):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise ConfigurationError("No free loopback port", cure="Stop servers that are not needed")


def _below_ephemeral() -> range:
    try:
        first = int(_EPHEMERAL.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):  # not Linux: its range begins at 49152 (RFC 6335)
        first = 49152
    if first - _LOWEST < _TRIES:  # the range was widened to nearly everything: no port is better than another
        return range(_LOWEST, 2**16)
    return range(_LOWEST, first)


class Ports:
    """The ports of one home folder, remembered in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ports = _read(file)
        self.stand_ins: dict[str, tuple[int, int]] = {}
        """Names whose own port is taken now: that port, and the one used this time. Only the own one is remembered."""

    def port(self, name: str, *, first_choice: int | None = None) -> int:
        """Return the port of `name`: the remembered one, else the first choice, else any.

        One that is taken is replaced for this time only: senders and bookmarks know it, and it may be free again.
        """
        others = {port for other, port in self._ports.items() if other != name}
        own = self._ports.get(name)
        if own is None:
            own = first_choice if first_choice is not None and first_choice not in others else free_port()
            self._remember(name, own)
        if is_free(own):
            return own
        self.stand_ins[name] = own, free_port()
        return self.stand_ins[name][1]

    def _remember(self, name: str, port: int) -> None:
        self._ports[name] = port
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(self._ports, indent=2), encoding="utf-8")
        temporary.replace(self._file)


def _read(file: Path) -> dict[str, int]:
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # the file only saves a choice: without it, choose again
        return {}
    if not isinstance(stored, dict):
        return {}
    return {name: port for name, port in stored.items() if isinstance(port, int)}
