"""`tasktracker send`: a message from the command line, on the way that every other message takes."""

import asyncio
import getpass
import sys
from typing import Annotated, Any
from uuid import uuid4

import httpx
import typer
from rich.text import Text
from tracker_core.errors import InvalidInputError

from tracker_local.cli.client import open_api
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Format, plain, show
from tracker_local.cli.sending import Outlet, find_outlet, post

_MAX_BYTES = 1 << 20


def send(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The message; - reads it from stdin.")],
    *,
    source: Annotated[str, typer.Option("--source", metavar="NAMESPACE/NAME", help="Where to.")] = "default/inbox",
    subject: Annotated[str, typer.Option("--subject", help="A line above it.")] = "",
    sender: Annotated[str, typer.Option("--from", metavar="NAME", help="Who says it; your user name if empty.")] = "",
    conversation: Annotated[
        str, typer.Option("--conversation", metavar="KEY", help="Messages with the same key belong together.")
    ] = "",
    id_: Annotated[
        str, typer.Option("--id", metavar="ID", help="Sent twice with the same id, it is one message.")
    ] = "",
    output: OutputOption = Format.TABLE,
    server: ServerOption = None,
    token: TokenOption = None,
) -> None:
    """Send a message through the webhook of a Source.

    [bold]Examples[/]
    $ tasktracker send "The login page shows error 500 since noon"
    $ tasktracker send --from "Ana <ana@example.org>" --subject Printer "Es druckt nicht mehr."
    $ journalctl -p err -n 20 | tasktracker send - --source default/alerts
    """
    if text == "-":
        text = sys.stdin.read(_MAX_BYTES)
    if not text.strip():
        raise InvalidInputError("There is no text to send", cure='Write it like: tasktracker send "It is broken"')
    parts = {"text": text, "subject": subject, "sender": sender or _user(), "conversation": conversation}
    with open_api(server, token) as api:
        outlet = find_outlet(api, source)
    answer = asyncio.run(_post(outlet, {name: part for name, part in parts.items() if part}, id_ or str(uuid4())))
    show(answer, output, lambda: _told(answer, outlet))


async def _post(outlet: Outlet, message: dict[str, Any], id_: str) -> dict[str, Any]:
    async with httpx.AsyncClient() as client:
        return await post(client, outlet, message, id_=id_)


def _told(answer: dict[str, Any], outlet: Outlet) -> Text:
    status = plain(answer.get("status") or "accepted").replace("_", " ")
    if answer.get("duplicate"):
        status = "known already"
    why = f": {plain(answer['reason'])}" if answer.get("reason") else ""
    return Text(f"{outlet.webhook.source_key}: {status}{why} (id {plain(answer.get('id'))})")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in many containers
        return ""
