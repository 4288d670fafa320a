"""What `backup` and `restore` share on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tracker_local.backup.index import Index
from tracker_local.cli.output import stderr


class Bars:
    """A bar for each step, on a terminal only."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bar: TaskID | None = None

    def begin(self, what: str, total: int | None = None) -> None:
        """As `Progress` of the package."""
        self.end()
        self._bar = self._progress.add_task(what, total=total)

    def advance(self, amount: int) -> None:
        """As `Progress` of the package."""
        if self._bar is not None:
            self._progress.advance(self._bar, amount)

    def end(self) -> None:
        """The last step is over."""
        if self._bar is not None:
            done = self._progress.tasks[self._bar].completed
            self._progress.update(self._bar, total=done or 1, completed=done or 1)


@contextmanager
def bars() -> Iterator[Bars]:
    """Draw while the block runs."""
    columns = TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=stderr, disable=not stderr.is_terminal) as progress:
        drawn = Bars(progress)
        yield drawn
        drawn.end()


def sums(index: Index) -> dict[str, int]:
    """Return what a backup holds, in figures."""
    return {
        "rows": sum(index.rows.values()),
        "tasks": index.rows.get("task", 0),
        "messages": index.rows.get("message", 0),
        "on_the_bus": index.streams["INBOUND"].messages,
        "attachments": sum(index.attachments.values()),
        "manifests": sum(part.name.startswith("manifests/") for part in index.parts),
        "secrets": sum(part.name.startswith("secrets/") for part in index.parts),
    }
