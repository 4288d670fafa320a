"""`tasktracker login`: a link that opens the dashboard, once."""

import typer

from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, say, write
from tracker_local.cli.server import login_link
from tracker_local.home import Home


def login(output: OutputOption = Format.TABLE) -> None:
    """Print a link that logs one browser in, once.

    [bold]Example[/]
    $ xdg-open "$(tasktracker login)"
    """
    link = login_link(Home.current())
    if output is Format.TABLE:
        typer.echo(link)
        say("Open it in a browser; it works once.", "dim")
    else:
        write({"url": link}, output)
