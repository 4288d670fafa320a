"""A thousand mails, a tenth of them delivered twice, while the process is killed three times and NATS once."""

import asyncio
import os
import random
from functools import partial

from tracker_core.bus import INBOUND, Bus
from tracker_core.health import read_heartbeats

from tests.ingestion.email.conftest import Desk, a_mail, messages
from tests.support.imap_servers import ImapServer
from tests.support.servers import Server
from tests.support.waiting import eventually

MAILS = 1000
KILL_PROCESS_AT = (150, 400, 650)
KILL_NATS_AT = 500


async def test_every_mail_arrives_once_whatever_is_killed(
    desk: Desk, imap: ImapServer, bus: Bus, nats_server: Server
) -> None:
    mails = [a_mail(number) for number in range(MAILS)]
    again = random.Random(4).sample(mails, MAILS // 10)
    process = desk.process()
    desk.write()
    imap.deliver(mails[:200], desk.mailbox)
    process.start()
    try:
        arriving = asyncio.create_task(asyncio.to_thread(imap.deliver, [*mails[200:], *again], desk.mailbox))
        for count in sorted((*KILL_PROCESS_AT, KILL_NATS_AT)):
            await eventually(f"{count} messages on the bus", partial(at_least, bus, count), 60)
            if count == KILL_NATS_AT:
                nats_server.kill()
                nats_server.start()
            else:
                process.kill()
                process.start()
        await arriving
        await eventually("all messages on the bus", lambda: at_least(bus, MAILS), 60)
        await eventually("an empty lag", lambda: idle(bus), 60)
        await eventually("flags", lambda: all_seen(imap, desk), 60)
    finally:
        process.stop()
    found = await messages(bus)
    assert len(found) == MAILS
    assert {message.external_id for message in found} == {f"{number}@clinic.example" for number in range(MAILS)}
    assert not [message for message in found if message.dead or message.ignored]


async def at_least(bus: Bus, count: int) -> bool:
    try:
        return (await bus.js.stream_info(INBOUND)).state.messages >= count
    except Exception:  # noqa: BLE001 -- NATS is starting
        return False


async def idle(bus: Bus) -> bool:
    heartbeat = (await read_heartbeats(bus.js)).get("source.support.mail")
    return heartbeat is not None and (heartbeat.state, heartbeat.lag) == ("ready", 0)


async def all_seen(imap: ImapServer, desk: Desk) -> bool:
    flags = await asyncio.to_thread(imap.flags, desk.mailbox)
    return len(flags) == MAILS * 11 // 10 and all("Seen" in flag for flag in flags.values())


def test_process_refuses_a_manifest_of_another_kind_by_name(desk: Desk) -> None:
    desk.spec = {"type": "webhook"}
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
