"""What a person needs once everything runs: where to look, how to send, where the logs are, how to stop."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.rule import Rule
from rich.text import Text
from tracker_core.errors import TrackerError

from tracker_local.cli.client import open_api
from tracker_local.cli.edge import sentence
from tracker_local.cli.login import login_link
from tracker_local.cli.output import stdout
from tracker_local.cli.sending import find_outlet
from tracker_local.home import Home
from tracker_local.runtime import Runtime
from tracker_local.seed import NAME, NAMESPACE

INBOX = f"{NAMESPACE}/{NAME}"
_EXAMPLE = "The login page shows error 500"
_WIDEST = 80


@dataclass(frozen=True)
class Welcome:
    """The facts of a running installation."""

    runtime: Runtime
    home: Home
    login: str | None
    curl: str | None
    problems: tuple[str, ...] = ()
    """What could not be found out, with its cure."""

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "dashboard": self.runtime.dashboard,
            "login": self.login,
            "api": self.runtime.api,
            "webhook": self.runtime.webhook,
            "curl": self.curl,
            "logs": str(self.home.logs),
            "pids": self.runtime.pids,
            "supervisor": self.runtime.supervisor,
        }

    def show(self, headline: str, *, stop: str) -> None:
        """Print it. Addresses stand on lines of their own and are never cut or framed, so that they can be copied."""
        stdout.print()
        stdout.print(Rule(Text(headline, style="bold"), align="left", style="dim"), width=min(stdout.width, _WIDEST))
        self._print(
            "Open the dashboard (this link logs in, once)" if self.login else "Dashboard",
            self.login or self.runtime.dashboard,
        )
        if self.curl:
            self._print("Send a message from another terminal", self.curl)
        stdout.print()
        for name, value in (
            ("Logs", f"{program()} logs -f   (files in {_short(self.home.logs)})"),
            ("More", f"{program()} --help    (import, get, ledger, doctor, …)"),
            ("Stop", stop),
        ):
            stdout.print(Text.assemble((f"{name:<6}", "dim"), value), soft_wrap=True)
        for problem in self.problems:
            stdout.print(Text(f"Note   {problem}", style="yellow"), soft_wrap=True)
        stdout.print(Rule(style="dim"), width=min(stdout.width, _WIDEST))

    @staticmethod
    def _print(label: str, line: str) -> None:
        stdout.print(Text(f"\n{label}:", style="dim"))
        stdout.print(Text(line, style="cyan"), soft_wrap=True)


def gather(home: Home, runtime: Runtime) -> Welcome:
    """Find it out; what cannot be found is left out and said."""
    problems = list(runtime.notes)
    login = curl = None
    try:
        with open_api(None, None) as api:
            login = str(login_link(api)["url"])
            curl = find_outlet(api, INBOX).curl(_EXAMPLE)
    except TrackerError as error:
        problems.append(sentence(error))
    return Welcome(runtime, home, login, curl, tuple(problems))


def program() -> str:
    """Return what this program is called in this shell: `make` does not put it on the PATH."""
    called = Path(sys.argv[0])
    return called.name if shutil.which(called.name) else _short(called.absolute())


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
