"""`tasktracker up`: everything on one machine, in the foreground, until Ctrl-C."""

import asyncio
import contextlib
import time
from typing import Annotated

import typer
from rich.text import Text
from tracker_core.errors import TrackerError

from tracker_local.cli.demo import play_demo
from tracker_local.cli.edge import sentence
from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Format, say, stdout, write
from tracker_local.cli.progress import Progress
from tracker_local.cli.status import addresses, processes
from tracker_local.cli.welcome import Welcome, gather, program
from tracker_local.home import Home
from tracker_local.runtime import ProcessStatus, Runtime, State


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Also play in some sample messages.")] = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """Start Task Tracker in this folder and keep it running until Ctrl-C.

    Postgres and NATS are started too, unless TRACKER_DATABASE__URL and
    TRACKER_NATS__URL name others. The data stays in .tasktracker, or in the
    folder that TRACKER_HOME names. Where it runs already, this says where.

    [bold]Examples[/]
    $ tasktracker up
    $ tasktracker up --demo
    $ TRACKER_HOME=/srv/tracker tasktracker up
    """
    from tracker_local.supervisor import AlreadyRunningError  # noqa: PLC0415 -- loads what no other command needs

    home = Home.current()
    try:
        asyncio.run(_run(home, demo=demo, output=output))
    except AlreadyRunningError as error:
        if error.runtime is None:
            raise TrackerError(error.detail, cure="It is just starting: look at `tasktracker status`") from None
        _say_what_runs(home, error.runtime, output)
        if demo:
            asyncio.run(play_demo())


class _View:
    """What the supervisor tells, drawn; and the way to know that all is ready."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stopping_since: float | None = None
        self.runtime: asyncio.Future[Runtime] = asyncio.get_running_loop().create_future()

    def changed(self, process: str, status: ProcessStatus) -> None:
        """See `Observer`."""
        if status.state in {State.STOPPING, State.STOPPED}:
            self._stopping()
        elif self._stopping_since is None:
            self._progress.changed(process, status)

    def ready(self, runtime: Runtime) -> None:
        """See `Observer`."""
        if not self.runtime.done():
            self.runtime.set_result(runtime)

    def stopped(self) -> None:
        """Say that it is over."""
        if self._stopping_since is not None:
            say(f"Stopped in {time.monotonic() - self._stopping_since:.1f} s. The data stays.")

    def _stopping(self) -> None:
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()
            self._progress.finish()
            say("Stopping …")


async def _run(home: Home, *, demo: bool, output: Format) -> None:
    from tracker_local.supervisor import run  # noqa: PLC0415 -- as above

    with Progress() as progress:
        view = _View(progress)
        started = time.monotonic()
        greeting = asyncio.create_task(_greet(home, view, progress, started, demo=demo, output=output))
        try:
            await run(home, view)
        finally:
            greeting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await greeting
    view.stopped()


async def _greet(home: Home, view: _View, progress: Progress, started: float, *, demo: bool, output: Format) -> None:
    """Wait until all is ready, then say where it is; nothing in here may end what runs."""
    runtime = await view.runtime
    seconds = time.monotonic() - started
    welcome = await asyncio.to_thread(gather, home, runtime)
    progress.finish()
    if output is Format.TABLE:
        _show(welcome, f"Task Tracker is running, ready in {seconds:.1f} s")
    else:
        write(welcome.document(), output)
    if demo:
        try:
            await play_demo()
        except TrackerError as error:
            say(f"The demo was not played: {sentence(error)}", "yellow")


def _show(welcome: Welcome, headline: str) -> None:
    welcome.show(headline, stop="Ctrl-C   (everything stops, the data stays)")


def _say_what_runs(home: Home, runtime: Runtime, output: Format) -> None:
    welcome = gather(home, runtime)
    if output is not Format.TABLE:
        write(welcome.document(), output)
        return
    stdout.print(
        Text(
            f"Task Tracker runs already in this folder{'' if runtime.ready else ', but not all is ready'}.",
            style="bold",
        )
    )
    stdout.print(addresses(home, runtime))
    if not runtime.ready:
        stdout.print(processes(runtime))
    welcome.show("It can be used at once", stop=f"{program()} down")
