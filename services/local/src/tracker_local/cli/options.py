"""Options that many commands share, so that they read the same everywhere."""

from typing import Annotated

import typer

from tracker_local.cli.output import Format

OutputOption = Annotated[
    Format, typer.Option("--output", "-o", help="How to print the result: a table, or JSON or YAML for programs.")
]
ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server",
        envvar="TRACKER_API_URL",
        metavar="URL",
        help="Address of another server; without it, the one that runs in this folder.",
        rich_help_panel="Another server",
    ),
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="TRACKER_API_TOKEN",
        metavar="TOKEN",
        help="API token for it, from `tasktracker token create`.",
        rich_help_panel="Another server",
    ),
]

RUN, WORK, SAFE, REST = "Run it on this machine", "Messages and tasks", "Backup", "Access and version"
"""Headings of the overview that `tasktracker --help` prints."""
