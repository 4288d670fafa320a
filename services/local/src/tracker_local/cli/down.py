"""`tasktracker down`: stop what `up` started in another terminal."""

import os
import signal
import time

from rich.text import Text
from tracker_core.errors import ForbiddenError, UnavailableError

from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, show
from tracker_local.home import Home
from tracker_local.lock import is_held
from tracker_local.runtime import Runtime

_SECONDS = 30
_POLL_SECONDS = 0.05


def down(output: OutputOption = Format.TABLE) -> None:
    """Stop what runs in this folder; the data stays.

    [bold]Example[/]
    $ tasktracker down && make up
    """
    home = Home.current()
    runtime = Runtime.load(home)
    if runtime is None:
        show({"stopped": False}, output, lambda: Text(f"Nothing runs in {home.root}"))
        return
    started = time.monotonic()
    try:
        os.kill(runtime.supervisor, signal.SIGTERM)
    except ProcessLookupError:
        pass  # it has just ended by itself
    except PermissionError:
        raise ForbiddenError(
            f"Process {runtime.supervisor} belongs to another user", cure="Stop it as the user who started it"
        ) from None
    while is_held(home.lock_file):
        if time.monotonic() - started > _SECONDS:
            raise UnavailableError(
                f"Process {runtime.supervisor} has not stopped within {_SECONDS} s",
                cure=f"Wait, or end it with `kill -9 {runtime.supervisor}`; its children end with it",
            )
        time.sleep(_POLL_SECONDS)
    seconds = round(time.monotonic() - started, 1)
    show(
        {"stopped": True, "seconds": seconds},
        output,
        lambda: Text(f"Stopped in {seconds} s; the data is in {home.root}"),
    )
