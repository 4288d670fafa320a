"""`tasktracker import`: what people said before there was a Task Tracker."""

import asyncio
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
from rich.console import Group, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from tracker_local.cli.client import open_api
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Column, Format, plain, say, show, stderr, table
from tracker_local.cli.server import Server
from tracker_local.importers import Import, ImportResult, open_import, upload

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_KINDS = ("telegram", "slack", "mbox", "eml", "jsonl")


def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Export of Telegram or Slack, mbox, .eml files in a folder, JSON Lines."),
    ],
    *,
    source: Annotated[
        str, typer.Option("--source", metavar="NAMESPACE/NAME", help="The Source that the messages are booked to.")
    ] = "default/inbox",
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help=f"What the file is, where its content does not tell: {', '.join(_KINDS)}.",
            autocompletion=lambda incomplete: [kind for kind in _KINDS if kind.startswith(incomplete)],
        ),
    ] = None,
    output: OutputOption = Format.TABLE,
    server: ServerOption = None,
    token: TokenOption = None,
) -> None:
    """Import messages from a file that another tool has written.

    It can be interrupted and run again: what is there already is not added twice.

    [bold]Examples[/]
    $ tasktracker import ChatExport/result.json
    $ tasktracker import slack-export.zip --source support/chat
    $ tasktracker import ~/Mail/support.mbox -o json
    """
    source = source if "/" in source else f"default/{source}"
    opened = open_import(file, source, kind)
    with open_api(server, token) as api:
        api.get("/api/me")  # a token that is refused is renewed here, once, and not in the middle of the file
        access = Server(api.server.url, api.token)
    try:
        result = asyncio.run(_upload(opened, access))
    except KeyboardInterrupt:
        say("Interrupted. Run the same import again to go on: nothing is added twice", "yellow")
        raise typer.Exit(130) from None
    counts = msgspec.to_builtins(result)
    show(counts, output, lambda: _summary(opened, result))


async def _upload(opened: Import, access: Server) -> ImportResult:
    drawn = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[counts]}"),
        console=stderr,
        disable=not stderr.is_terminal,
    )
    client = httpx.AsyncClient(
        base_url=access.url, headers={"Authorization": f"Bearer {access.token}"}, timeout=_TIMEOUT
    )
    with drawn as progress:
        bar = progress.add_task(plain(opened.path.name)[:24], total=opened.total_bytes, counts="")

        def advance(result: ImportResult) -> None:
            progress.update(bar, completed=opened.position, counts=f"{result.read} read")

        async with client:
            result = await upload(client, opened.source, opened.messages(), advance)
        progress.update(bar, completed=opened.total_bytes)
    return result


def _summary(opened: Import, result: ImportResult) -> RenderableType:
    rejected = sum(result.rejected.values())
    parts: list[RenderableType] = [
        Text(f"{plain(opened.path.name)} ({opened.kind}) into {opened.source}"),
        Text(
            f"{result.read} read = {result.accepted} accepted + {result.duplicates} known already + {rejected} rejected"
        ),
    ]
    if result.rejected:
        rows = sorted(result.rejected.items(), key=lambda item: -item[1])
        parts += [
            Text(""),
            table(rows, [Column("REJECTED BECAUSE", lambda row: row[0]), Column("COUNT", lambda row: row[1], "right")]),
        ]
    if opened.notes:
        notes = ", ".join(f"{count} {plain(name)}" for name, count in opened.notes.most_common())
        parts.append(Text(f"Repaired and kept: {notes}", style="dim"))
    return Group(*parts)
