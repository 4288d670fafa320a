"""The machine and the installation: what must be there before anything can run."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tracker_core.errors import TrackerError

import tracker_local
from tracker_local.cli.checks.finding import Finding, fail, ok, warn
from tracker_local.home import Home
from tracker_local.nats import find_binary
from tracker_local.postgres import find_binaries

_OLDEST = (3, 12)
_GIB = 1 << 30
_LITTLE_DISK, _NO_DISK = 5 * _GIB, _GIB // 2
"""The bus alone may take 2.75 GiB when the recorder stands still: see `tracker_core.bus`."""


def python() -> Iterator[Finding]:
    """Is it new enough?"""
    running = platform.python_version()
    if sys.version_info < _OLDEST:
        yield fail("python", f"Python {running}; 3.12 is the oldest that works", "Install it: `uv python install 3.12`")
    else:
        yield ok("python", f"Python {running} at {sys.executable}")


def disk(home: Home) -> Iterator[Finding]:
    """Is there room for the database and the bus?"""
    place = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / _GIB:.1f} GiB free at {place}"
    if free < _NO_DISK:
        yield fail("disk", said, "Free some space: a full disk stops the intake")
    elif free < _LITTLE_DISK:
        yield warn("disk", said, "Free some space: 5 GiB let the bus keep what a long outage brings")
    else:
        yield ok("disk", said)


def folder(home: Home) -> Iterator[Finding]:
    """May only we read it, and may we write it?"""
    if not home.root.exists():
        yield ok("folder", f"{home.root} does not exist yet; the first start makes it")
        return
    if not os.access(home.root, os.W_OK | os.X_OK):
        yield fail(
            "folder", f"{home.root} cannot be written", "Run as its owner, or set TRACKER_HOME to another folder"
        )
        return
    open_ones = [file for file in home.secrets.rglob("*") if file.is_file() and _is_open(file)]
    if open_ones:
        names = ", ".join(str(file.relative_to(home.root)) for file in open_ones[:3])
        yield warn("folder", f"Others may read {names}", f"chmod -R go= {home.secrets}")
    else:
        yield ok("folder", f"{home.root}; its secrets are ours alone")


def programs() -> Iterator[Finding]:
    """Are the servers installed that are not given by their URL?"""
    wanted: dict[str, Callable[[], object]] = {
        "TRACKER_DATABASE__URL": find_binaries,
        "TRACKER_NATS__URL": find_binary,
    }
    missing = False
    for variable, find in wanted.items():
        try:
            if not os.environ.get(variable):
                find()
        except TrackerError as error:
            missing = True
            yield fail("programs", error.detail, error.cure or f"Set {variable} to a server that runs")
    if not missing:
        yield ok("programs", "Postgres and nats-server are installed, or given by their URL")


def dashboard() -> Iterator[Finding]:
    """Is it built?"""
    given = os.environ.get("TRACKER_API__DASHBOARD_DIR")
    built = Path(given) if given else Path(tracker_local.__file__).parents[3] / "dashboard" / "dist"
    if (built / "index.html").is_file():
        yield ok("dashboard", f"built in {built}")
    else:
        yield warn("dashboard", f"There is no dashboard in {built}", "Build it: `make up` does")


def _is_open(file: Path) -> bool:
    return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
