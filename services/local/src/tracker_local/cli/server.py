"""Which server a command talks to and with what token: the one of this folder, or one that was named.

On one machine nobody has to log in: whoever may read the folder owns the installation, so the first command that
needs a token has the API's own bootstrap make one, and keeps it in `secrets/cli-token`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tracker_core.errors import ConfigurationError, UnauthenticatedError, UnavailableError

from tracker_local.home import Home, write_secret
from tracker_local.runtime import Runtime

_BOOTSTRAP_SECONDS = 60
_TOKEN_NAME = "tasktracker command"  # noqa: S105 -- what the list of tokens calls it


@dataclass(frozen=True)
class Server:
    """Where the API is and who asks."""

    url: str
    token: str
    renew: Callable[[], str] | None = None
    """Makes a new token after the old one was refused; None when only the user can."""
    gateway: str = ""
    """Base URL of the webhooks, where it is known without asking."""

    @property
    def local(self) -> bool:
        """Whether it is the one of this folder."""
        return bool(self.gateway)


def find_server(url: str | None, token: str | None) -> Server:
    """Return the named server, else the one of this folder.

    Raises:
        UnauthenticatedError: a server is named without a token.
        UnavailableError: nothing runs in this folder.
    """
    if url:
        if not token:
            raise UnauthenticatedError(
                f"There is no token for {url}",
                cure="Make one there with `tasktracker token create NAME` and give it as --token or TRACKER_API_TOKEN",
            )
        return Server(_base(url), token)
    home = Home.current()
    runtime = running(home)
    if token:
        return Server(runtime.api, token, gateway=runtime.webhook)

    def renew() -> str:
        new = _bootstrap_token(home)
        write_secret(home.cli_token_file, new)
        return new

    stored = home.cli_token_file.read_text(encoding="utf-8").strip() if home.cli_token_file.is_file() else ""
    return Server(runtime.api, stored or renew(), renew, runtime.webhook)


def running(home: Home) -> Runtime:
    """Return what runs in the folder.

    Raises:
        UnavailableError: nothing does.
    """
    runtime = Runtime.load(home)
    if runtime is None:
        raise UnavailableError("Task Tracker is not running in this folder", cure="Start it with `make up`")
    return runtime


def _bootstrap_token(home: Home) -> str:
    """Have the API's bootstrap make a token, straight in the database: before the first one, no API can be asked.

    Raises:
        ConfigurationError: it failed; with its own words.
        UnavailableError: it took too long.
    """
    command = ("tracker_api.bootstrap", "api-token", "--name", _TOKEN_NAME, "--role", "admin", "-o", "json")
    database = {"TRACKER_DATABASE__URL": home.database_url_file.read_text(encoding="utf-8")}
    try:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=os.environ | database,
            capture_output=True,
            text=True,
            timeout=_BOOTSTRAP_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(
            f"Making a token took more than {_BOOTSTRAP_SECONDS} s", cure="See what is slow with `tasktracker doctor`"
        ) from None
    if done.returncode:
        said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise ConfigurationError(f"No token could be made: {said}", cure="See what is wrong with `tasktracker doctor`")
    return str(json.loads(done.stdout)["token"])


def _base(url: str) -> str:
    url = url.rstrip("/").removesuffix("/api")
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(f"{url!r} is not the address of a server", cure="Write it like https://tasks.example")
    return url
