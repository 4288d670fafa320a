"""The main job on one machine: a message becomes a task that a person sees, and two big imports balance."""

import asyncio
import json
import urllib.request
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from tests.integration.conftest import Person
from tests.integration.files import write_mbox, write_telegram
from tests.support.waiting import wait_for


def post(person: Person, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    runtime, home = person.installation.runtime, person.installation.home
    token = (home.secrets / "default/inbox/token").read_text()
    request = urllib.request.Request(
        f"{runtime.webhook}/webhook/default/inbox",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers,
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_webhook_message_becomes_a_task_and_is_announced_live(person: Person) -> None:
    token = person.installation.home.cli_token_file.read_text().strip()
    address = person.installation.runtime.api.replace("http", "ws", 1) + "/ws"

    async def watch() -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []
        async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
            body = {"id": "live-1", "text": "the export button gives me yesterday's numbers again", "sender": "dana"}
            status, answer = await asyncio.to_thread(post, person, json.dumps(body).encode())
            assert (status, answer["duplicate"]) == (202, False)
            async with asyncio.timeout(30):
                while not any(event["verb"] == "message.triaged" for event in seen):
                    frame = json.loads(await socket.recv())
                    seen += frame.get("events", [])
        return seen

    verbs = [event["verb"] for event in asyncio.run(watch())]
    assert verbs == ["message.recorded", "task.created", "message.triaged"]
    (task,) = person.run("get", "tasks")
    assert task["status"] == "triage"
    status, answer = post(person, b'{"id": "live-1", "text": "again"}')
    assert (status, answer["duplicate"]) == (202, True)


def test_bad_input_gets_a_clear_error_and_nothing_is_lost(person: Person) -> None:
    before = person.ledger()["received"]
    cases = [
        (401, b'{"text": "x"}', {"Authorization": "Bearer wrong"}),
        (413, b"x" * 10_000_000, {"Content-Type": "text/plain"}),
        (400, b'{"text": ', {}),
        (400, b'{"text": "\xff"}', {}),
        (422, b'{"number": 1}', {}),
    ]
    for expected, body, headers in cases:
        status, problem = post(person, body, **headers)
        assert status == expected, problem
        assert problem["title"]
        assert problem["detail"]
        assert "Traceback" not in json.dumps(problem)
    assert person.ledger()["received"] == before


def test_torn_zip_and_unknown_source_are_named(person: Person, tmp_path: Path) -> None:
    torn = tmp_path / "slack.zip"
    torn.write_bytes(b"PK\x03\x04" + b"\0" * 100)
    for arguments, word in ((("import", str(torn)), "slack.zip"), (("send", "x", "--source", "a/b"), "a/b")):
        process = person.start(*arguments)
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 1, output
        assert word in errors
        assert "Traceback" not in errors


def test_two_imports_at_once_balance_and_importing_again_adds_nothing(person: Person, tmp_path: Path) -> None:
    mails = write_mbox(tmp_path / "archive.mbox", 2000)
    chat = write_telegram(tmp_path / "result.json", 500)
    before = person.ledger()["received"]
    running = [person.start("import", str(path), "-o", "json") for path in (mails, chat)]
    results = [person.result(process) for process in running]
    assert [(result["read"], result["accepted"], result["rejected"]) for result in results] == [
        (2000, 2000, {}),
        (500, 500, {}),
    ]
    again = [person.run("import", str(path)) for path in (mails, chat)]
    assert [(result["accepted"], result["duplicates"]) for result in again] == [(0, 2000), (0, 500)]
    ledger = person.recorded(before + 2500)
    assert ledger["balanced"], ledger
    assert ledger["bus"]["lost"] == 0
    triaged = wait_for("tasks and ignored messages", lambda: _both_kinds(person), 60)
    assert triaged["received"] == before + 2500
    assert triaged["balanced"], triaged


def _both_kinds(person: Person) -> dict[str, Any] | None:
    ledger = person.ledger()
    return ledger if ledger["tasks"] and ledger["ignored"] else None
