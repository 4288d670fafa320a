"""`tasktracker login`: a link that opens the dashboard, once."""

from typing import Any

import typer

from tracker_local.cli.client import Api, open_api
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Format, say, write


def login(output: OutputOption = Format.TABLE, server: ServerOption = None, token: TokenOption = None) -> None:
    """Print a link that logs one browser in, once.

    [bold]Example[/]
    $ xdg-open "$(tasktracker login)"
    """
    with open_api(server, token) as api:
        link = login_link(api)
    if output is Format.TABLE:
        typer.echo(link["url"])
        say("Open it in a browser; it works once.", "dim")
    else:
        write({"url": link["url"], "expires_at": link["expires_at"]}, output)


def login_link(api: Api) -> dict[str, Any]:
    """Return a new link for the member whose token is used."""
    member = api.get("/api/me")["member"]
    link: dict[str, Any] = api.post(f"/api/members/{member['id']}/login-link", {})
    return link
