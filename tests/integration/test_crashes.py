"""kill -9 of every process in turn, while 2,000 messages are imported: each is there once."""

import os
import signal
from pathlib import Path

import pytest

from tests.integration.conftest import Person
from tests.integration.files import write_json_lines
from tests.support.waiting import wait_for


@pytest.mark.parametrize("victim", ["gateway", "api", "recorder", "triage", "nats", "postgres"])
def test_import_survives_the_death_of(victim: str, person: Person, tmp_path: Path) -> None:
    before = person.ledger()["received"]
    export = write_json_lines(tmp_path / "export.jsonl", 2000, victim)
    process = person.start("import", str(export), "--source", "default/crash", "-o", "json")
    wait_for("the import to be under way", lambda: person.ledger()["received"] > before, 60)
    pid = person.installation.runtime.pids[victim]
    os.kill(pid, signal.SIGKILL)
    result = person.result(process)
    assert result["read"] == result["accepted"] + result["duplicates"] == 2000, result
    restarted = person.installation.wait_ready()
    assert restarted[victim] != pid
    ledger = person.recorded(before + 2000)
    assert ledger["balanced"], ledger


@pytest.fixture(scope="module", autouse=True)
def source(person: Person) -> None:
    """Record only: the crash of intake is the subject, and 12,000 verdicts would take minutes."""
    manifest = (
        "apiVersion: tasktracker.dev/v1alpha1\nkind: Source\nmetadata: {name: crash}\n"
        "spec: {type: webhook, triage: {autonomy: Disabled}}\n"
    )
    process = person.start("apply", "-f", "-", "-o", "json", stdin=manifest)
    person.result(process)
