"""A thousand mails, a tenth of them delivered twice, while the process is killed three times and NATS once."""

import asyncio
import os
import random
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from tracker_core.bus import Bus
from tracker_core.health import read_heartbeats
from tracker_local.process import Process

from tests.ingestion.email.conftest import Desk, a_mail
from tests.support.imap_servers import ImapServer
from tests.support.servers import Server
from tests.support.waiting import eventually

MAILS = 1000
KILL_PROCESS_AT = (150, 400, 650)
KILL_NATS_AT = 500
SECONDS = 60.0


@pytest.fixture
def recorder(tmp_path: Path, database_url: str, nats_url: str) -> Iterator[Server]:
    """What makes rows of the messages."""
    process = Process(
        name="recorder",
        command=(sys.executable, "-m", "tracker_worker", "record"),
        environment={"TRACKER_DATABASE__URL": database_url, "TRACKER_NATS__URL": nats_url},
        ready=lambda _: True,
    )
    server = Server("", process, tmp_path / "recorder.log")
    server.start()
    yield server
    server.stop()


@pytest.mark.usefixtures("recorder")
async def test_a_thousand_mails_are_a_thousand_rows_whatever_is_killed(
    desk: Desk, imap: ImapServer, bus: Bus, nats_server: Server, database_url: str
) -> None:
    mails = [a_mail(number) for number in range(MAILS)]
    again = random.Random(4).sample(mails, MAILS // 10)
    desk.spec["triage"] = {"autonomy": "Disabled"}  # record only
    desk.write()
    process = desk.process()
    rows = await asyncpg.connect(database_url)
    imap.deliver(mails[:200], desk.mailbox)
    process.start()
    try:
        arriving = asyncio.create_task(asyncio.to_thread(imap.deliver, [*mails[200:], *again], desk.mailbox))
        for count in sorted((*KILL_PROCESS_AT, KILL_NATS_AT)):
            await eventually(f"{count} rows", partial(at_least, rows, count), SECONDS)
            killed = nats_server if count == KILL_NATS_AT else process
            killed.kill()
            killed.start()
        await arriving
        await eventually("all rows", partial(at_least, rows, MAILS), SECONDS)
        await eventually("flags of every mail", partial(all_seen, imap, desk), SECONDS)
        await eventually("a process that is ready, without lag", partial(ready, bus), SECONDS)
    finally:
        process.stop()
    assert await rows.fetchval("select count(*) from message") == MAILS
    assert await rows.fetchval("select count(distinct external_id) from message") == MAILS
    assert await rows.fetchval("select count(*) from message where state = 'dead'") == 0
    await rows.close()


async def at_least(rows: asyncpg.Connection, count: int) -> bool:
    return bool(await rows.fetchval("select count(*) from message") >= count)


async def ready(bus: Bus) -> bool:
    heartbeat = (await read_heartbeats(bus.js)).get("source.support.mail")
    return heartbeat is not None and (heartbeat.state, heartbeat.lag) == ("ready", 0)


async def all_seen(imap: ImapServer, desk: Desk) -> bool:
    flags = await asyncio.to_thread(imap.flags, desk.mailbox)
    return len(flags) == MAILS * 11 // 10 and all("Seen" in flag for flag in flags.values())


def test_process_refuses_a_manifest_of_another_kind_by_name(desk: Desk) -> None:
    (desk.folder / "source.yaml").write_text(
        "apiVersion: tasktracker.dev/v1alpha1\nkind: Source\nmetadata: {name: a, namespace: b}\nspec: {type: webhook}\n"
    )
    process = desk.process()
    process.start()
    assert process.child is not None
    try:
        assert process.child.wait(30) == os.EX_USAGE - 62
    finally:
        process.stop()
    assert "exactly one Source of type email" in process.log.read_text()
