"""A whole installation, and the `tasktracker` command against it, as a person uses both."""

import json
import os
import subprocess
import sys
import urllib.request
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

    def recorded(self, count: int, within: float = 60) -> dict[str, Any]:
        """Wait until `count` messages were received and all that the bus took is in the database; return the ledger."""

        def ledger() -> dict[str, Any] | None:
            found = self.ledger()
            return found if found["received"] == count and not found["bus"]["in_flight"] else None

        return wait_for(f"{count} recorded messages", ledger, within)

    def ledger(self) -> dict[str, Any]:
        """Ask the API; the command would cost more than the answer in a loop."""
        token = self.installation.home.cli_token_file.read_text().strip()
        request = urllib.request.Request(
            f"{self.installation.runtime.api}/api/ledger", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            found: dict[str, Any] = json.loads(response.read())
        return found


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with installed(tmp_path_factory.mktemp("installation")) as installation:
        installation.wait_ready()
        somebody = Person(installation)
        somebody.run("ledger")  # makes the command's API token
        yield somebody
