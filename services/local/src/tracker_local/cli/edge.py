"""Where errors end: one line on stderr that names the object and the cure, exit code 1, and never a traceback.

Usage errors are typer's own and exit with 2.
"""

import io
import logging
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from tracker_core.errors import TrackerError
from typer.core import TyperGroup

from tracker_local.cli.output import say
from tracker_local.home import Home


class Commands(TyperGroup):
    """The command line as a whole."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line and render what it raises; usage errors are rendered by typer itself."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A terminal that is not UTF-8 shows an escape instead of ending the program.
                stream.reconfigure(errors="backslashreplace")
        # The libraries' warnings are for logs; a command says itself what is wrong.
        logging.getLogger().addHandler(logging.NullHandler())
        try:
            return super().main(*args, **options)
        except Exception as error:  # noqa: BLE001 -- the last line of defence
            say(f"Error: {_explain(error)}", "red")
            sys.exit(1)


def _explain(error: Exception) -> str:
    if isinstance(error, TrackerError):
        return sentence(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}. See who owns it, or set TRACKER_HOME to a folder of yours"
    what = f"{type(error).__name__}: {error}".partition("\n")[0]
    return f"this should not have happened ({what}). The traceback is in {_keep_traceback()}"


def sentence(error: TrackerError) -> str:
    """Return what is wrong and the cure on one line; where the detail goes on, the cure says where to read it."""
    detail = error.detail.partition("\n")[0].rstrip(" .")
    return f"{detail}. {error.cure.rstrip('.')}" if error.cure else detail


def _keep_traceback() -> Path:
    log = Home.current().log("cli")
    try:
        with log.open("a", encoding="utf-8") as file:
            traceback.print_exc(file=file)
    except OSError:  # nothing was ever started here, or the folder is somebody else's
        with tempfile.NamedTemporaryFile(
            "w", prefix="tasktracker-", suffix=".log", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exc(file=file)
            return Path(file.name)
    return log
