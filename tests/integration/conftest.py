"""A whole installation, and the `tasktracker` command against it, as a person uses both."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import Installation, installed
from tests.support.waiting import wait_for

COMMAND_SECONDS = 300


@dataclass(frozen=True)
class Person:
    """Somebody at a terminal."""

    installation: Installation

    def start(self, *arguments: str, stdin: str | None = None) -> subprocess.Popen[str]:
        """Type a `tasktracker` command and do not wait for it."""
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "tasktracker"), *arguments],
            env=os.environ | {"TRACKER_HOME": str(self.installation.home.root), "COLUMNS": "100"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if stdin is not None:
            assert process.stdin is not None
            process.stdin.write(stdin)
        return process

    def result(self, process: subprocess.Popen[str]) -> Any:
        """Wait for a command that was started with `-o json`, and return what it printed."""
        output, errors = process.communicate(timeout=COMMAND_SECONDS)
        assert process.returncode == 0, f"{process.args!r}: {output}{errors}"
        return json.loads(output)

    def run(self, *arguments: str) -> Any:
        """Type a command and read its JSON."""
        return self.result(self.start(*arguments, "-o", "json"))

    def settled(self, count: int, within: float = 240) -> dict[str, Any]:
        """Wait until `count` messages were received and none waits; return the ledger."""

        def ledger() -> dict[str, Any] | None:
            found: dict[str, Any] = self.run("ledger")
            return found if found["received"] >= count and found["waiting"] == 0 else None

        return wait_for(f"{count} settled messages", ledger, within)


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with installed(tmp_path_factory.mktemp("installation")) as installation:
        installation.wait_ready()
        yield Person(installation)
