"""`logs`: structured and foreign lines, in one order."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.local.cli.conftest import Run

API: list[dict[str, Any]] = [
    {"time": "2026-11-23T10:00:01.000Z", "level": "INFO", "component": "api", "logger": "x", "message": "first"},
    {
        "time": "2026-11-23T10:00:03.000Z",
        "level": "ERROR",
        "component": "api",
        "logger": "x",
        "message": "third",
        "n": 3,
    },
]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], None]:
    """Writes a log."""

    def write(name: str, text: str) -> None:
        logs = tmp_path / "home" / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"{name}.log").write_text(text)

    return write


def test_logs_of_all_processes_are_in_the_order_of_time(alone: Run, write: Callable[[str, str], None]) -> None:
    write("api", "".join(json.dumps(line) + "\n" for line in API))
    write("postgres", "2026-11-23 10:00:02.000 UTC [7] LOG:  second\n\tdetail of the second\n")
    shown = alone("logs").stdout.splitlines()
    assert [line.split()[0] for line in shown] == ["api", "postgres", "postgres", "api"]
    assert shown[0].endswith("first")
    assert shown[-1].endswith("third  n=3")


def test_one_process_and_so_many_lines(alone: Run, write: Callable[[str, str], None]) -> None:
    write("api", "".join(json.dumps(line) + "\n" for line in API))
    (shown,) = alone("logs", "api", "-n", "1").stdout.splitlines()
    assert "third" in shown


def test_json_is_one_object_per_line(alone: Run, write: Callable[[str, str], None]) -> None:
    write("nats", "[7] 2026/11/23 10:00:00.500000 [INF] Server is ready\n")
    (line,) = alone("logs", "-o", "json").stdout.splitlines()
    found = json.loads(line)
    assert found["process"] == "nats"
    assert found["time"] == "2026-11-23T10:00:00.500000+00:00"


def test_exception_is_shown_under_its_line(alone: Run, write: Callable[[str, str], None]) -> None:
    write("api", json.dumps(API[1] | {"exception": "Traceback:\n  boom"}) + "\n")
    assert alone("logs", "api").stdout.splitlines()[1:] == ["    Traceback:", "      boom"]


def test_unknown_process_names_those_that_have_logs(alone: Run, write: Callable[[str, str], None]) -> None:
    write("gateway", "hello\n")
    result = alone("logs", "../secrets/cli-token")
    assert result.exit_code == 1
    assert "There are logs of gateway" in result.stderr


def test_no_logs_at_all_names_the_cure(alone: Run) -> None:
    assert "make up" in alone("logs").stderr
