"""Draws a start: one line per part with its state and its time; live on a terminal, plain lines into a pipe."""

import time
from datetime import datetime
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tracker_local.cli.output import plain, say, stderr
from tracker_local.runtime import ProcessStatus, State

_MARKS = {
    State.READY: ("✓", "green"),
    State.DONE: ("✓", "green"),
    State.EXTERNAL: ("✓", "green"),
    State.RESTARTING: ("↻", "yellow"),
    State.FAILED: ("✗", "bold red"),
    State.STOPPED: ("·", "dim"),
}
_PURPOSES = {
    "postgres": "database",
    "nats": "message bus",
    "migrate": "tables",
    "triage": "reads messages",
    "agents": "asks models",
    "recorder": "records messages",
    "api": "API and dashboard",
    "gateway": "webhooks",
}
_FINAL = {State.READY, State.DONE, State.EXTERNAL, State.FAILED}


class Part:
    """One process as it comes up."""

    def __init__(self) -> None:
        self.status = ProcessStatus(State.STARTING)
        self._since = time.monotonic()
        self.seconds: float | None = None
        """How long it took, once it is ready."""
        self.trouble = ""
        """Why it is not ready yet, as far as it has said; kept while it tries again."""

    def take(self, status: ProcessStatus) -> None:
        """Note a change."""
        self.status = status
        self.trouble = "" if status.state in {State.READY, State.DONE} else status.detail or self.trouble
        if self.seconds is None and status.state in _FINAL:
            self.seconds = time.monotonic() - self._since

    @property
    def elapsed(self) -> float:
        """Seconds since its start, or those that it took."""
        return time.monotonic() - self._since if self.seconds is None else self.seconds


class Progress:
    """The parts of a start; a context manager around it."""

    def __init__(self, console: Console = stderr) -> None:
        self._parts: dict[str, Part] = {}
        self._spinner = Spinner("dots", style="cyan")
        live = Live(console=console, get_renderable=self._draw, refresh_per_second=8)
        self._live = live if console.is_terminal else None
        self._drawing = False

    def __enter__(self) -> Self:
        self._drawing = True
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def finish(self) -> None:
        """Leave what was drawn; what happens from now on is told line by line."""
        if self._live is not None and self._drawing:
            self._live.stop()
        self._drawing = False

    def changed(self, process: str, status: ProcessStatus) -> None:
        """Take note of a change of a process."""
        known = process in self._parts
        part = self._parts.setdefault(process, Part())
        before = part.status
        part.take(status)
        if self._drawing and self._live is not None:
            return
        if not known and status.state is State.STARTING:
            return  # the line comes when there is something to say
        if (before.state, before.detail) != (status.state, status.detail):
            self._tell(process, part)

    def _tell(self, process: str, part: Part) -> None:
        state, detail = part.status.state, part.status.detail
        if state is State.STARTING and not detail:
            return
        if not self._drawing:
            moment = datetime.now().astimezone().strftime("%H:%M:%S")
            say(
                f"{moment} {process} {state}{f': {plain(detail)}' if detail else ''}", _MARKS.get(state, ("", "dim"))[1]
            )
        else:
            say(f"{process:<10} {state:<10} {part.elapsed:5.1f} s{f'  {plain(detail)}' if detail else ''}")

    def _draw(self) -> Group:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=1)
        table.add_column(min_width=8)
        table.add_column(style="dim", min_width=17)
        table.add_column(justify="right", min_width=7)
        troubles = []
        for name, part in list(self._parts.items()):
            mark, style = _MARKS.get(part.status.state, ("", ""))
            sign = Text(mark, style=style) if mark else self._spinner
            table.add_row(sign, name, _PURPOSES.get(name, ""), f"{part.elapsed:.1f} s")
            if part.trouble:
                troubles.append(Text(f"{name}: {plain(part.trouble)}", style="yellow"))
        return Group(table, *troubles)
