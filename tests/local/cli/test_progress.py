"""The drawing of a start, as a pipe and as a terminal see it."""

from io import StringIO

import pytest
from rich.console import Console
from tracker_local.cli.progress import Progress
from tracker_local.runtime import ProcessStatus, State

CRASHED = ProcessStatus(State.RESTARTING, None, 1, "ended with exit code 1; next start in 0.2 s")


def test_pipe_gets_one_plain_line_per_part(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as drawn:
        drawn.changed("nats", ProcessStatus(State.STARTING))
        drawn.changed("nats", ProcessStatus(State.READY, 7))
        drawn.changed("nats", ProcessStatus(State.READY, 7))
        drawn.changed("api", ProcessStatus(State.STARTING, 8))
        drawn.changed("api", CRASHED)
    captured = capsys.readouterr()
    assert captured.out == ""
    ready, crashed = captured.err.splitlines()
    assert ready.split()[:2] == ["nats", "ready"]
    assert crashed.startswith("api        restarting")
    assert crashed.endswith(CRASHED.detail)


def test_what_happens_after_the_start_is_told_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as drawn:
        drawn.changed("api", ProcessStatus(State.READY, 8))
        drawn.finish()
        drawn.changed("api", CRASHED)
    assert f"api restarting: {CRASHED.detail}" in capsys.readouterr().err


def test_terminal_shows_why_a_part_is_tried_again() -> None:
    sent = StringIO()
    with Progress(Console(file=sent, force_terminal=True, width=80, color_system=None)) as drawn:
        drawn.changed("api", CRASHED)
        drawn.changed("api", ProcessStatus(State.STARTING, 9))
    *_, row, trouble, _ = sent.getvalue().splitlines()
    assert "API and dashboard" in row
    assert trouble.rstrip() == f"api: {CRASHED.detail}"
