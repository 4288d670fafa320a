"""The one renderer: tables for people, JSON and YAML for programs.

Results go to stdout and nothing else does; progress, hints and errors go to stderr. So `-o json` can always be piped.
What came from outside (titles, names, texts) is shown as data: it can neither style nor steer the terminal.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

import yaml
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

stdout = Console(highlight=False, emoji=False)
stderr = Console(stderr=True, highlight=False, emoji=False)

_ROOMY = 120
"""Columns of a terminal that has room for ids."""
_UNLIMITED = 10_000
"""Columns of a pipe: nothing is cut for a program that reads tables."""

# C0 and C1 controls could move the cursor or set the clipboard; the bidi ones make a line read differently.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")

_STYLES = {
    "urgent": "bold red",
    "high": "yellow",
    "fail": "bold red",
    "dead": "red",
    "failed": "red",
    "offline": "red",
    "down": "red",
    "warn": "yellow",
    "degraded": "yellow",
    "restarting": "yellow",
    "waiting": "yellow",
    "triage": "cyan",
    "ok": "green",
    "ready": "green",
    "created": "green",
    "configured": "yellow",
    "unchanged": "dim",
    "ignored": "dim",
}


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    header: str
    value: Callable[[Any], object]
    """Takes the row; None is shown as a dash."""
    align: Literal["left", "right"] = "left"
    flexible: bool = False
    """It is the one that is cut when the terminal is narrow."""
    wide: bool = False
    """It is left out where there is no room for it: an id, which a program reads from JSON."""


def show(value: Any, output: Format, render: Callable[[], RenderableType]) -> None:
    """Print a result: `value` itself for programs, `render()` for people."""
    if output is Format.TABLE:
        draw(render())
    else:
        write(value, output)


def draw(renderable: RenderableType) -> None:
    """Print for people: fitted to the terminal, uncut into a pipe."""
    console = stdout if stdout.is_terminal else Console(highlight=False, emoji=False, width=_UNLIMITED)
    console.print(renderable)


def write(value: Any, output: Format) -> None:
    """Print a value for programs: one JSON document, or YAML."""
    if output is Format.YAML:
        text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    else:
        text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.write(text)
    sys.stdout.flush()


def table(rows: Iterable[Any], columns: Iterable[Column]) -> Table:
    """Lay rows out without lines, as kubectl does: it reads well and it greps well."""
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    roomy = not stdout.is_terminal or stdout.width >= _ROOMY
    columns = [column for column in columns if roomy or not column.wide]
    for column in columns:
        # Rich narrows the columns that may wrap before all others; the cell then cuts instead of wrapping.
        drawn.add_column(column.header, justify=column.align, no_wrap=not column.flexible)
    for row in rows:
        cells = [cell(column.value(row)) for column in columns]
        for text in cells:
            text.no_wrap, text.overflow = True, "ellipsis"
        drawn.add_row(*cells)
    return drawn


def facts(pairs: Iterable[tuple[str, object]]) -> Table:
    """Lay names and values out in two columns; values may wrap, and what is empty is left out."""
    drawn = Table.grid(padding=(0, 2, 0, 0))
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, "", []):
            drawn.add_row(name, cell(value))
    return drawn


def cell(value: object) -> Text:
    """Return a value as harmless text, coloured when it is one of the known words."""
    if isinstance(value, Text):
        return value
    text = plain(value)
    return Text(text, style=_STYLES.get(text, ""))


def plain(value: object) -> str:
    """Return a value as text on one line that can do nothing to a terminal."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _CONTROLS.sub(" ", str(value))


def age(moment: str | None, now: datetime | None = None) -> str | None:
    """Return how long ago an ISO 8601 time was, in its largest unit: `45s`, `12m`, `3h`, `9d`."""
    if not moment:
        return None
    seconds = max(0, int(((now or datetime.now(UTC)) - datetime.fromisoformat(moment)).total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def when(moment: str | None) -> str | None:
    """Return an ISO 8601 time as the clock on the wall shows it, and how long ago it was."""
    if not moment:
        return None
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M} ({age(moment)} ago)"


def say(message: str, style: str = "") -> None:
    """Tell the person something that is not the result; one line, left for the terminal to wrap."""
    stderr.print(Text(message, style=style), soft_wrap=True)
