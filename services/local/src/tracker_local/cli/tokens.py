"""`tasktracker token`: access for programs."""

from typing import Annotated, Any

import typer
from rich.text import Text
from tracker_core.errors import NotFoundError

from tracker_local.cli.client import Api, open_api
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Column, Format, age, say, show, table, write

tokens = typer.Typer(no_args_is_help=True, help="Make, list and revoke API tokens for programs.")

_ROLES = ("viewer", "member", "admin")


@tokens.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for; shown in the list.")],
    role: Annotated[
        str, typer.Option("--role", help="viewer, member or admin.", autocompletion=lambda: list(_ROLES))
    ] = "member",
    output: OutputOption = Format.TABLE,
    server: ServerOption = None,
    token: TokenOption = None,
) -> None:
    """Make a token. It is printed this once and stored nowhere.

    [bold]Examples[/]
    $ tasktracker token create grafana --role viewer
    $ export TRACKER_API_TOKEN="$(tasktracker token create ci)"
    """
    with open_api(server, token) as api:
        made = api.post("/api/tokens", {"name": name, "role": role})
    if output is Format.TABLE:
        typer.echo(made["token"])
        say("Keep it: it is not shown again.", "dim")
    else:
        write(made, output)


@tokens.command("list")
def list_(output: OutputOption = Format.TABLE, server: ServerOption = None, token: TokenOption = None) -> None:
    """List the tokens, without their values."""
    with open_api(server, token) as api:
        found = _tokens(api)
    columns = [
        Column("NAME", lambda item: item["name"], flexible=True),
        Column("ROLE", lambda item: item["role"]),
        Column("MEMBER", lambda item: (item.get("member") or {}).get("name")),
        Column("CREATED", lambda item: age(item.get("created_at")), "right"),
        Column("LAST USED", lambda item: age(item.get("last_used_at")), "right"),
        Column("ID", lambda item: item["id"], wide=True),
    ]
    show(found, output, lambda: table(found, columns) if found else Text("No tokens.", style="dim"))


@tokens.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME|ID", help="Name or id of the token.")],
    output: OutputOption = Format.TABLE,
    server: ServerOption = None,
    token: TokenOption = None,
) -> None:
    """Revoke a token: whoever has it is refused from now on.

    [bold]Example[/]
    $ tasktracker token revoke grafana
    """
    with open_api(server, token) as api:
        found = [item for item in _tokens(api) if name in {item["id"], item["name"]}]
        if not found:
            raise NotFoundError(
                f"Token '{name}' does not exist", cure="See which there are with `tasktracker token list`"
            )
        for item in found:
            api.delete(f"/api/tokens/{item['id']}")
    revoked = [{"id": item["id"], "name": item["name"]} for item in found]
    show(revoked, output, lambda: Text("\n").join(Text(f"token/{item['name']} revoked") for item in revoked))


def _tokens(api: Api) -> list[Any]:
    found: list[Any] = api.get("/api/tokens")
    return found
