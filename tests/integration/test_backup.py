"""Backup while messages come in, wipe, restore: nothing lost, nothing doubled, and it goes on where it was."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from tracker_core.bus import connect, inbound_subject
from tracker_core.channels.files import Files
from tracker_core.inbound import encode, inbound_message
from tracker_core.settings import NatsSettings
from tracker_local.backup.settings import BackupSettings
from tracker_local.backup.stores import open_stores
from tracker_local.home import Home
from tracker_local.postgres import find_binaries

from tests.integration.conftest import Person
from tests.integration.files import TEXTS
from tests.support.installation import installed
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PICTURE = os.urandom(300_000)
COUNTS = ("received", "tasks", "ignored", "waiting", "dead", "sources", "balanced")


@dataclass
class Sender:
    """Posts one message after the other to the webhook, and remembers which were accepted."""

    home: Home
    webhook: str
    accepted: list[str] = field(default_factory=list)
    _sent: int = 0

    def post(self, external_id: str) -> None:
        token = (self.home.secrets / "default/inbox/token").read_text()
        request = urllib.request.Request(
            f"{self.webhook}/webhook/default/inbox",
            data=json.dumps({"id": external_id, "text": f"{TEXTS[self._sent % len(TEXTS)]} ({external_id})"}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10):
            self.accepted.append(external_id)

    def many(self, count: int) -> None:
        for _ in range(count):
            self._sent += 1
            self.post(f"m-{self._sent}")

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Post until the end of the block."""
        stop = threading.Event()

        def send() -> None:
            while not stop.is_set():
                try:
                    self.many(1)
                except OSError:  # refused, or no answer in time: nothing was promised
                    stop.wait(0.2)
                stop.wait(0.01)

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)


def call(person: Person, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Ask the API as a program does."""
    token = person.installation.home.cli_token_file.read_text().strip()
    request = urllib.request.Request(
        f"{person.installation.runtime.api}/api{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers,
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        content = response.read()
    return json.loads(content) if response.headers["Content-Type"].startswith("application/json") else content


def command(home: Path, *arguments: str) -> Any:
    """Type a command where nothing runs."""
    ran = subprocess.run(
        [str(Path(sys.executable).parent / "tasktracker"), *arguments, "-o", "json"],
        env={name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        | {"TRACKER_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def settled(person: Person) -> dict[str, Any]:
    """Wait until everything is recorded and triaged; return the ledger."""

    def ledger() -> dict[str, Any] | None:
        found = person.ledger()
        return found if found["bus"] and not found["bus"]["in_flight"] and not found["waiting"] else None

    return wait_for("an empty bus", ledger, 240)


async def column(home: Home, query: str) -> list[str]:
    """Ask the database of what runs."""
    connection = await asyncpg.connect(home.database_url_file.read_text(), timeout=10)
    try:
        return [str(row[0]) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def external_ids(home: Home) -> list[str]:
    return asyncio.run(column(home, "select external_id from message"))


async def rows(home: Home) -> dict[str, Sequence[str]]:
    """Return every row of every table, of what does not run."""
    async with open_stores(BackupSettings(), home, alone=True) as stores, stores.engine.connect() as connection:
        tables = await connection.scalars(
            text("select table_name from information_schema.tables where table_schema = 'public'")
        )
        return {
            name: (await connection.scalars(text(f'select t::text from "{name}" t order by 1'))).all()
            for name in tables.all()
            if name != "backup"
        }


async def channel_sends(home: Home) -> None:
    """A message with a file, and bytes that are no message."""
    bus = await connect(NatsSettings(url=SecretStr(home.nats_url_file.read_text().strip())), name="test")
    picture = await Files(bus.js).store("screen.png", "image/png", PICTURE)
    now = datetime.now(UTC)
    message = inbound_message(
        source="default/inbox", external_id="with a file", sent_at=now, received_at=now, text="the screen is blank",
        attachments=(picture,),
    )  # fmt: skip
    await bus.js.publish(inbound_subject("default/inbox"), encode(message))
    await bus.js.publish(inbound_subject("default/inbox"), b"{broken")
    await bus.close()


def works(person: Person) -> None:
    """Somebody makes a task, comments on it, snoozes it, and corrects what the model said."""
    task = call(person, "POST", "/tasks", {"title": "Order chairs"})
    call(person, "POST", f"/tasks/{task['number']}/comments", {"body": "blue ones"})
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    call(person, "PATCH", f"/tasks/{task['number']}", {"snoozed_until": until}, **{"If-Match": f'"{task["version"]}"'})
    wait_for("tasks of messages", lambda: call(person, "GET", "/tasks?limit=50")["items"][1:], 60)
    of_message = next(item for item in call(person, "GET", "/tasks?limit=50")["items"] if item["source"])
    other = "question" if of_message["category"] != "question" else "incident"
    version = call(person, "GET", f"/tasks/{of_message['number']}")["version"]
    call(person, "PATCH", f"/tasks/{of_message['number']}", {"category": other}, **{"If-Match": f'"{version}"'})


def pictures(person: Person) -> set[str]:
    """Return the digest of every file that the API hands out."""
    ids = asyncio.run(column(person.installation.home, "select id from attachment"))
    return {hashlib.sha256(call(person, "GET", f"/attachments/{one}")).hexdigest() for one in ids}


def test_backup_under_load_wipe_and_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, backups = tmp_path / "key.txt", tmp_path / "backups"
    public = command(tmp_path, "backup", "--new-key", str(key))["recipient"]
    old, new = Home(tmp_path / "old"), Home(tmp_path / "new")
    (tmp_path / "programs").mkdir()
    programs = holding_dump(tmp_path / "programs")
    with monkeypatch.context() as patch:
        patch.setenv("TRACKER_POSTGRES_BIN", str(programs))  # the commands get it, and what runs does not
        made, before, accepted = backed_up_under_load(old, backups, public, programs)
    assert made["on_the_bus"] >= 40
    assert made["attachments"] == 1
    shutil.rmtree(old.root)
    command(new.root, "restore", made["backup"], "--identity", str(key))
    ledger = goes_on(new, before, accepted)

    quiet = asyncio.run(rows(new))
    filled = {name for name, lines in quiet.items() if lines}
    assert {"correction", "comment", "dead_letter", "lesson", "verdict"} <= filled
    made = command(new.root, "backup", str(backups), "--recipient", public)
    shutil.rmtree(new.root)
    command(new.root, "restore", made["backup"], "--identity", str(key))
    assert asyncio.run(rows(new)) == quiet
    with up(new) as person:
        again = settled(person)
        assert {name: again[name] for name in COUNTS} == {name: ledger[name] for name in COUNTS}
        assert pictures(person) == {hashlib.sha256(PICTURE).hexdigest()}


def holding_dump(folder: Path) -> Path:
    """Return a folder of programs whose `pg_dump` says that it is there, and waits to be let go."""
    real = find_binaries().folder
    (folder / "pg_restore").symlink_to(real / "pg_restore")
    script = folder / "pg_dump"
    script.write_text(
        f"""#!/bin/sh
if [ "$1" != --version ]; then
    touch {folder}/held
    while [ ! -e {folder}/go ]; do sleep 0.05; done
fi
exec {real}/pg_dump "$@"
"""
    )
    script.chmod(0o755)
    return folder


@contextmanager
def up(home: Home) -> Iterator[Person]:
    with installed(home.root) as installation:
        installation.wait_ready()
        person = Person(installation)
        person.run("ledger")  # makes the command's API token
        yield person


def backed_up_under_load(
    home: Home, backups: Path, public: str, programs: Path
) -> tuple[dict[str, Any], list[str], list[str]]:
    """Return what was made, what had been accepted before it began, and all that was."""
    with up(home) as person:
        sender = Sender(home, person.installation.runtime.webhook)
        sender.many(30)
        asyncio.run(channel_sends(home))
        person.recorded(32)
        works(person)
        recorder = person.installation.runtime.pids["recorder"]
        os.kill(recorder, signal.SIGSTOP)  # from now on messages wait on the bus
        sender.many(40)
        before = list(sender.accepted)
        with sender.going_on():
            backup = person.start("backup", str(backups), "--recipient", public, "-o", "json")
            wait_for("the bus to be read", (programs / "held").exists, 60)
            os.kill(recorder, signal.SIGCONT)
            recorded = person.ledger()["bus"]["recorded"]
            wait_for(
                "what was on the bus to be recorded", lambda: person.ledger()["bus"]["recorded"] > recorded + 40, 60
            )
            (programs / "go").touch()
            made = person.result(backup)
        return made, before, sender.accepted


def goes_on(home: Home, before: list[str], accepted: list[str]) -> dict[str, Any]:
    """See that a restored installation holds what it must, and works; return its ledger."""
    with up(home) as person:
        ledger = settled(person)
        assert ledger["balanced"], ledger
        assert ledger["bus"]["lost"] == 0
        ids = external_ids(home)
        assert len(ids) == len(set(ids))
        assert {*before, "with a file"} <= set(ids) <= {*accepted, "with a file"}
        assert ledger["received"] == len(ids) + 1, "the broken one is there once"
        assert pictures(person) == {hashlib.sha256(PICTURE).hexdigest()}

        sender = Sender(home, person.installation.runtime.webhook)
        sender.post("after the restore")
        sender.post(before[0])
        assert person.recorded(ledger["received"] + 1)["balanced"]
        assert external_ids(home).count(before[0]) == 1
        return settled(person)
