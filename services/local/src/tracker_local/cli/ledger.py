"""`tasktracker ledger`: the proof that no message is lost."""

from operator import itemgetter
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from tracker_local.cli.client import open_api
from tracker_local.cli.options import OutputOption, ServerOption, TokenOption
from tracker_local.cli.output import Column, Format, plain, show, table


def ledger(
    source: Annotated[str | None, typer.Option("--source", metavar="NAMESPACE/NAME", help="Only this Source.")] = None,
    output: OutputOption = Format.TABLE,
    server: ServerOption = None,
    token: TokenOption = None,
) -> None:
    """Show what became of every message that was received.

    Received = tasks + ignored + waiting + dead, for each Source and in total;
    and the bus confirms that what it accepted was recorded. The exit code is 1
    when the sum does not hold or a message is lost.

    [bold]Examples[/]
    $ tasktracker ledger
    $ tasktracker ledger --source support/mail
    $ tasktracker ledger -o json | jq .balanced
    """
    with open_api(server, token) as api:
        book = api.get("/api/ledger", {"source": source})
    show(book, output, lambda: _page(book))
    if not book["balanced"] or (book.get("bus") or {}).get("lost"):
        raise typer.Exit(1)


_SUMS = ("received", "tasks", "ignored", "waiting", "dead")


def _page(book: Any) -> RenderableType:
    columns = [Column("SOURCE", itemgetter("source"), flexible=True)]
    columns += [Column(name.upper(), itemgetter(name), "right") for name in _SUMS]
    parts: list[RenderableType] = [table(_rows(book), columns), Text(""), _sum(book)]
    if bus := book.get("bus"):
        parts.append(_bus(bus))
    elif error := book.get("bus_error"):
        parts.append(Text(f"Bus: not proven, {plain(error)}", style="yellow"))
    return Group(*parts)


def _rows(book: Any) -> list[dict[str, Any]]:
    """Return a row for each Source, one for what the bus still carries, and the total of them all."""
    rows = [{**row, "source": row["source"] or "(none named)"} for row in book["sources"]]
    carried = {name: book[name] - sum(row[name] for row in rows) for name in _SUMS}
    if any(carried.values()):
        rows.append({"source": "(still on the bus)", **carried})
    return [*rows, {"source": "total", **{name: book[name] for name in _SUMS}}]


def _sum(book: Any) -> Text:
    parts = " + ".join(str(book[name]) for name in _SUMS[1:])
    if book["balanced"]:
        return Text(f"Balanced: {book['received']} received = {parts}", style="green")
    return Text(f"NOT balanced: {book['received']} received, but {parts}. Run `tasktracker doctor`", style="bold red")


def _bus(bus: Any) -> Text:
    names = ("accepted", "recorded", "replayed", "removed", "in_flight", "lost")
    figures = ", ".join(f"{bus[name]} {name.replace('_', ' ')}" for name in names)
    return Text(f"Bus: {figures}", style="bold red" if bus["lost"] else "dim")
