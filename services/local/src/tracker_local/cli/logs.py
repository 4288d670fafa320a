"""`tasktracker logs`: what the processes say, in the order in which they said it."""

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from tracker_core.errors import NotFoundError

from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, plain, stdout
from tracker_local.home import Home

_POLL_SECONDS = 0.2
_TAIL_BYTES = 4 << 20
"""How far back from the end of a file is looked at most."""
_LINE_BYTES = 1 << 20
_LEVELS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red", "DEBUG": "dim"}
_KNOWN = {"time", "level", "component", "logger", "message", "exception"}


def _processes(incomplete: str) -> list[str]:
    return sorted(log.stem for log in Home.current().logs.glob(f"{incomplete}*.log"))


def logs(
    process: Annotated[
        str | None,
        typer.Argument(metavar="PROCESS", help="api, gateway, recorder, triage, …", autocompletion=_processes),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, max=100_000, help="How many of the last lines.")] = 50,
    output: OutputOption = Format.TABLE,
) -> None:
    """Show what the processes say, all in one order, or one of them.

    [bold]Examples[/]
    $ tasktracker logs
    $ tasktracker logs gateway -f
    $ tasktracker logs recorder -n 500 -o json | jq 'select(.level == "ERROR")'
    """
    files = [_File(log) for log in _logs(Home.current(), process)]
    last = sorted((line for file in files for line in file.last(lines)), key=lambda line: line.at)
    for line in last[-lines:] if lines else ():
        _print(line, output, named=process is None)
    while follow:
        for file in files:
            for line in file.new():
                _print(line, output, named=process is None)
        time.sleep(_POLL_SECONDS)


def _logs(home: Home, process: str | None) -> list[Path]:
    if process is None:
        found = sorted(home.logs.glob("*.log"))
        if not found:
            raise NotFoundError(f"There are no logs in {home.logs}", cure="Start something first: `make up`")
        return found
    log = home.log(process)
    if log.parent != home.logs or not log.is_file():
        known = ", ".join(_processes("")) or "nothing yet"
        raise NotFoundError(f"Process '{process}' has no log", cure=f"There are logs of {known}")
    return [log]


@dataclass(frozen=True)
class _Line:
    process: str
    at: str
    """ISO 8601 in UTC, to sort by: its own, or that of the line before."""
    text: str
    record: dict[str, Any] | None
    """What it holds, when it is one of our structured lines."""


@dataclass
class _File:
    """A log that is read from its end on."""

    path: Path
    _at: str = ""
    _offset: int = 0
    _rest: bytes = field(default=b"", repr=False)

    def last(self, count: int) -> list[_Line]:
        """Return the last lines that are there now."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            self._offset = max(0, size - _TAIL_BYTES)
            file.seek(self._offset)
            if self._offset:
                self._offset += len(file.readline(_LINE_BYTES))
            return list(deque(self._lines(file), maxlen=count))

    def new(self) -> list[_Line]:
        """Return the lines that came since; a file that was emptied is read from its beginning."""
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            if self.path.stat().st_size < self._offset:
                self._offset, self._rest = 0, b""
            file.seek(self._offset)
            return list(self._lines(file))
        return []

    def _lines(self, file: BufferedReader) -> Iterator[_Line]:
        while part := file.readline(_LINE_BYTES):
            self._offset += len(part)
            self._rest += part
            if part.endswith(b"\n") or len(self._rest) >= _LINE_BYTES:
                text = self._rest.decode(errors="replace").rstrip("\r\n")
                self._rest = b""
                yield self._line(text)

    def _line(self, text: str) -> _Line:
        record = _record(text)
        self._at = (str(record["time"]) if record and "time" in record else _time(text)) or self._at
        return _Line(self.path.stem, self._at, text, record)


def _record(text: str) -> dict[str, Any] | None:
    if text.startswith("{"):
        with suppress(ValueError, RecursionError):
            found = json.loads(text)
            return found if isinstance(found, dict) and "message" in found else None
    return None


_FORMATS = (("%Y-%m-%d %H:%M:%S.%f", 23), ("%Y/%m/%d %H:%M:%S.%f", 26))
"""How Postgres and NATS begin their lines."""


def _time(text: str) -> str:
    for pattern, length in _FORMATS:
        # NATS writes `[pid] ` before the time.
        begin = text.partition("] ")[2] if text.startswith("[") else text
        with suppress(ValueError):
            return datetime.strptime(begin[:length], pattern).replace(tzinfo=UTC).isoformat()
    return ""


def _print(line: _Line, output: Format, *, named: bool) -> None:
    if output is not Format.TABLE:
        record = line.record or {"time": line.at, "message": line.text}
        typer.echo(json.dumps({"process": line.process} | record, ensure_ascii=False))
        return
    name = Text(f"{line.process:<9} ", style="cyan") if named else Text()
    stdout.print(name + _readable(line), soft_wrap=True)


def _readable(line: _Line) -> Text:
    if line.record is None:
        return Text(plain(line.text) if line.text.strip() else "")
    record = line.record
    level = str(record.get("level", ""))
    extra = " ".join(f"{key}={value}" for key, value in record.items() if key not in _KNOWN)
    text = Text.assemble(
        (str(record.get("time", ""))[11:23], "dim"),
        " ",
        (f"{level:<7}", _LEVELS.get(level, "")),
        " ",
        plain(record["message"]),
        (f"  {plain(extra)}" if extra else "", "dim"),
    )
    for part in str(record.get("exception", "")).splitlines():
        text.append("\n    " + plain(part), style="dim")
    return text
