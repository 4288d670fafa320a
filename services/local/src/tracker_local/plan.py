"""What runs on one machine, as data: the stores, the one step between, the services, and their addresses.

A value that the user has set in the environment (`TRACKER_API__HOST`, `TRACKER_GATEWAY__PORT`, …) is kept.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tracker_core.errors import ConfigurationError

import tracker_local
from tracker_local import language_models, nats, postgres
from tracker_local.home import Home, write_secret
from tracker_local.ports import LOOPBACK, Ports, free_port
from tracker_local.process import Process
from tracker_local.ready import always, connected, http_ready
from tracker_local.scraping import exposed

_LAST_PORT = 65_535
API_PORT, GATEWAY_PORT = 8080, 8081
"""First choices; a port that is taken is replaced by a free one, which then stays."""

_REPOSITORY = Path(tracker_local.__file__).parents[4]
"""The package is installed from the working tree; `make` builds the dashboard there."""
SERVICES = ("triage", "agents", "recorder", "api", "gateway")
_DEFAULT_PORTS = {"postgres": 5432, "nats": 4222}


@dataclass(frozen=True)
class Store:
    """Postgres or NATS: one that we run, or one that was given by its URL."""

    name: str
    url: str
    server: postgres.Postgres | nats.Nats | None

    @property
    def address(self) -> str:
        """URL without password or token, to be shown."""
        return without_secret(self.url)

    @property
    def port(self) -> int:
        """Port of the server (the first one, when there are several)."""
        return urlsplit(self.url.partition(",")[0]).port or _DEFAULT_PORTS[self.name]


@dataclass(frozen=True)
class Plan:
    """All that a start does."""

    home: Home
    database: Store
    bus: Store
    api_port: int
    gateway_port: int
    api_host: str
    gateway_host: str
    language_models: str = field(default="", repr=False)
    """As `TRACKER_TRIAGE__PROVIDERS` gives them; empty for none, and then there are no agents."""
    metrics_ports: Mapping[str, int] = field(default_factory=lambda: {name: free_port() for name in SERVICES})
    """Where each service serves its figures."""
    notes: tuple[str, ...] = ()
    """What the user should know of this start."""

    @property
    def stores(self) -> tuple[Store, Store]:
        """In the order of their start."""
        return self.database, self.bus

    @property
    def api_url(self) -> str:
        """Base URL of the API, which also serves the dashboard."""
        return os.environ.get("TRACKER_API__PUBLIC_URL") or self._local_api_url

    @property
    def _local_api_url(self) -> str:
        return f"http://{_reachable(self.api_host)}:{self.api_port}"

    @property
    def gateway_url(self) -> str:
        """Base URL of the webhooks."""
        return f"http://{_reachable(self.gateway_host)}:{self.gateway_port}"

    @property
    def nats_monitoring_url(self) -> str:
        """Base URL of the monitoring endpoints; empty when NATS is not ours."""
        return self.bus.server.monitoring_url if isinstance(self.bus.server, nats.Nats) else ""

    @property
    def migration(self) -> Process:
        """The step that brings the tables up to date."""
        return Process(
            name="migrate",
            command=_module("tracker_core.migrations", "upgrade"),
            environment={"TRACKER_DATABASE__URL": self.database.url},
            directory=self.home.root,
            ready=always,
        )

    @property
    def services(self) -> tuple[Process, ...]:
        """In the order of their start; they stop in the opposite one, so that intake stops first."""
        bus = {"TRACKER_NATS__URL": self.bus.url}
        both = bus | {"TRACKER_DATABASE__URL": self.database.url}
        folders = {"MANIFESTS_DIR": str(self.home.manifests), "SECRETS_DIR": str(self.home.secrets)}
        api = {
            "HOST": self.api_host,
            "PORT": str(self.api_port),
            "PUBLIC_URL": self.api_url,
            "GATEWAY_URL": self.gateway_url,
            "DASHBOARD_DIR": str(_REPOSITORY / "services/dashboard/dist"),
            "CRDS_DIR": str(_REPOSITORY / "crds"),
        } | folders
        # It faces the outside, so it does not even learn where the database is.
        gateway = {"HOST": self.gateway_host, "PORT": str(self.gateway_port)} | folders
        judging = both | {language_models.PROVIDERS: self.language_models or "[]"}
        agents = self._service("agents", "tracker_worker", "agents", environment=judging)
        return (
            self._service("triage", "tracker_worker", "triage", environment=judging),
            *([agents] if self.language_models else []),
            self._service("recorder", "tracker_worker", "record", environment=both),
            self._service("api", "tracker_api", environment=both | _settings("API", api), url=self._local_api_url),
            self._service(
                "gateway",
                "tracker_ingestion",
                "gateway",
                environment=bus | _settings("GATEWAY", gateway) | {"TRACKER_INSTANCE": "default"},
                url=self.gateway_url,
            ),
        )

    def _service(self, name: str, module: str, *arguments: str, environment: dict[str, str], url: str = "") -> Process:
        return Process(
            name=name,
            command=_module(module, *arguments),
            environment=environment | exposed(self.metrics_ports[name]),
            directory=self.home.root,
            ready=http_ready(f"{url}/readyz") if url else connected(self.bus.port),
        )


def make_plan(home: Home) -> Plan:
    """Find the programs and the ports; start nothing.

    Raises:
        ConfigurationError: a program is missing.
    """
    ports = Ports(home.ports_file)
    plan = Plan(
        home=home,
        database=_database(home, ports),
        bus=_bus(home, ports),
        api_port=_port(ports, "api", API_PORT),
        gateway_port=_port(ports, "gateway", GATEWAY_PORT),
        api_host=os.environ.get("TRACKER_API__HOST", LOOPBACK),
        gateway_host=os.environ.get("TRACKER_GATEWAY__HOST", LOOPBACK),
        language_models=language_models.given(),
    )
    plan = replace(plan, notes=_notes(ports))
    write_secret(home.database_url_file, plan.database.url)
    write_secret(home.nats_url_file, plan.bus.url)
    language_models.keep(home)
    return plan


def _notes(ports: Ports) -> tuple[str, ...]:
    return tuple(
        f"Port {own} of the {name} is taken by another program; it is on {used} this time"
        for name, (own, used) in ports.stand_ins.items()
        if name in {"api", "gateway"}
    )


def without_secret(urls: str) -> str:
    """Return the URL (or several, separated by commas) without password, and without a user that is a token."""
    return ",".join(_without_secret(url) for url in urls.split(","))


def _without_secret(url: str) -> str:
    parts = urlsplit(url)
    user, separator, address = parts.netloc.rpartition("@")
    if not separator:
        return url
    name, has_password, _ = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}@{address}" if has_password else address))


def _database(home: Home, ports: Ports) -> Store:
    given = os.environ.get("TRACKER_DATABASE__URL")
    if given:
        return Store("postgres", given, None)
    server = postgres.Postgres(
        postgres.find_binaries(), home.postgres, ports.port("postgres"), home.secret("postgres-password")
    )
    return Store("postgres", server.url, server)


def _bus(home: Home, ports: Ports) -> Store:
    given = os.environ.get("TRACKER_NATS__URL")
    if given:
        return Store("nats", given, None)
    server = nats.Nats(
        nats.find_binary(), home.nats, ports.port("nats"), ports.port("nats-monitoring"), home.secret("nats-token")
    )
    return Store("nats", server.url, server)


def _port(ports: Ports, name: str, first_choice: int) -> int:
    variable = f"TRACKER_{name.upper()}__PORT"
    given = os.environ.get(variable) or "0"
    if not given.isdecimal() or int(given) > _LAST_PORT:
        raise ConfigurationError(f"{variable} is {given!r}", cure="Set it to a port between 1 and 65535, or unset it")
    return int(given) or ports.port(name, first_choice=first_choice)


def _settings(group: str, values: Mapping[str, str]) -> dict[str, str]:
    names = {f"TRACKER_{group}__{name}": value for name, value in values.items()}
    return {name: os.environ.get(name) or value for name, value in names.items()}


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def _reachable(host: str) -> str:
    """Return the host as it stands in a URL of this machine."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- compared, not bound
        return LOOPBACK
    return f"[{host}]" if ":" in host else host
