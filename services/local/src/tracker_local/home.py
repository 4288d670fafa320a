"""The folder of one installation: everything that lasts is in here, and deleting it is a fresh start."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "TRACKER_HOME"


@dataclass(frozen=True)
class Home:
    """Paths inside the folder."""

    root: Path

    @classmethod
    def current(cls) -> "Home":
        """Return `TRACKER_HOME`, else `.tasktracker` in the working directory."""
        return cls(Path(os.environ.get(HOME_VARIABLE) or ".tasktracker").absolute())

    @property
    def manifests(self) -> Path:
        """`<namespace>/<kind>-<name>.yaml`."""
        return self.root / "manifests"

    @property
    def secrets(self) -> Path:
        """`<namespace>/<secret>/<key>`, and files of the runtime itself."""
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        """One data folder per major version."""
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        """Configuration and JetStream store."""
        return self.root / "nats"

    @property
    def runtime_file(self) -> Path:
        """What runs now; read it through `Runtime.load`."""
        return self.root / "runtime.json"

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor for as long as it lives."""
        return self.root / "lock"

    @property
    def ports_file(self) -> Path:
        """The ports of the last start."""
        return self.root / "ports.json"

    @property
    def targets_file(self) -> Path:
        """Where Prometheus finds the figures of each process."""
        return self.root / "prometheus.json"

    @property
    def cli_token_file(self) -> Path:
        """API token of the `tasktracker` command."""
        return self.secrets / "cli-token"

    @property
    def database_url_file(self) -> Path:
        """URL of Postgres with its password."""
        return self.secrets / "database-url"

    @property
    def nats_url_file(self) -> Path:
        """URL of NATS with its token."""
        return self.secrets / "nats-url"

    @property
    def providers_file(self) -> Path:
        """The language models that the last start was given; they may hold keys."""
        return self.secrets / "language-models"

    def log(self, process: str) -> Path:
        """Return the log file of a process."""
        return self.logs / f"{process}.log"

    def create(self) -> None:
        """Make the folders; only we may open them."""
        for folder in (self.root, self.manifests, self.secrets, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / ".gitignore").write_text("*\n", encoding="ascii")

    def secret(self, name: str) -> str:
        """Return the secret of that name, made up on first use."""
        file = self.secrets / name
        with suppress(FileExistsError):
            write_secret(file, secrets.token_urlsafe(32), keep=True)
        return file.read_text(encoding="utf-8").strip()


def write_secret(file: Path, value: str, *, keep: bool = False) -> None:
    """Write a file that only we may read, all of it or nothing.

    Raises:
        FileExistsError: `keep`, and there is one already.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        temporary.touch(mode=0o600)
        temporary.write_text(value, encoding="utf-8")
        if keep:
            file.hardlink_to(temporary)
        else:
            temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
