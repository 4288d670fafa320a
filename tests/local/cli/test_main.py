"""The command line as a whole: every command helps, and every command speaks JSON."""

import json
from collections.abc import Iterator

import pytest
from tracker_local.main import app
from typer.main import get_command

from tests.local.cli.conftest import Run


def commands() -> Iterator[tuple[str, ...]]:
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        nested = getattr(command, "commands", None)
        yield from [(name, inner) for inner in nested] if nested else [(name,)]


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_explains_itself_and_speaks_json(alone: Run, command: tuple[str, ...]) -> None:
    shown = alone(*command, "--help").stdout
    assert "--output" in shown
    assert command in {("token", "list"), ("version",)} or "$ " in shown


def test_version_as_json(alone: Run) -> None:
    assert set(json.loads(alone("version", "-o", "json").stdout)) == {"version", "python", "system"}


def test_down_where_nothing_runs_is_no_error(alone: Run) -> None:
    result = alone("down")
    assert result.exit_code == 0
    assert "Nothing runs in" in result.stdout


def test_unknown_command_is_a_usage_error(alone: Run) -> None:
    result = alone("lgeder")
    assert result.exit_code == 2
    assert "ledger" in result.stderr
