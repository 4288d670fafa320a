"""`tasktracker version`: what to write into a bug report."""

import platform
from importlib.metadata import version as installed_version

from rich.text import Text

from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, show


def version(output: OutputOption = Format.TABLE) -> None:
    """Print the version of Task Tracker, Python and the system."""
    found = {
        "version": installed_version("tracker-local"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    show(found, output, lambda: Text("tasktracker {version} (Python {python}, {system})".format(**found)))
