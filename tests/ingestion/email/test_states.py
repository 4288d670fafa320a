"""Each trouble of a mailbox has its name in the Source's health, and the rest goes on."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tracker_core.bus import FILES_STORE, Bus, ensure_bus
from tracker_core.health import read_heartbeats

from tests.ingestion.email.conftest import Desk, a_mail, make_desk, on_bus, reason
from tests.ingestion.email.test_mailbox import with_files
from tests.support.certificates import make_authority
from tests.support.imap_front import Front
from tests.support.imap_servers import FULL_USER, PASSWORD, ImapServer
from tests.support.servers import Server
from tests.support.waiting import eventually


@pytest.fixture
def fronted(tmp_path: Path, nats_url: str, pymap: ImapServer, front: Front) -> Desk:
    """A Source of a mailbox at a provider with its ways."""
    return make_desk(tmp_path, nats_url, pymap, front.port, tls="implicit")


async def test_wrong_password_is_named_and_the_right_one_works_without_a_restart(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    desk.secret("password", "wrong")
    imap.deliver([a_mail(1)], desk.mailbox)
    async with desk.running() as served:
        detail = await reason(served, "InvalidCredentials")
        assert "help@example.com" in detail
        assert "wrong" not in detail.replace("wrong, expired", "")
        heartbeat = await eventually("heartbeat", lambda: told(bus, "InvalidCredentials"))
        assert heartbeat
        desk.secret("password", PASSWORD)
        await reason(served, "")
        await on_bus(bus, 1)


async def told(bus: Bus, wanted: str) -> bool:
    heartbeat = (await read_heartbeats(bus.js)).get("source.support.mail")
    return heartbeat is not None and (heartbeat.state, heartbeat.reason) == ("degraded", wanted)


async def test_missing_secret_is_named(desk: Desk) -> None:
    (desk.folder / "secrets/support/mail/password").unlink()
    async with desk.running() as served:
        assert "Secret 'support/mail' has no key 'password'" in await reason(served, "SecretMissing")
        desk.secret("password", PASSWORD)
        await reason(served, "")


async def test_mailbox_that_does_not_exist_is_named(desk: Desk, imap: ImapServer) -> None:
    desk.spec["email"]["mailbox"] = "Nowhere"
    async with desk.running() as served:
        assert "spec.email.mailbox" in await reason(served, "Forbidden")


async def test_certificate_that_nobody_trusts_is_named(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(make_authority(tmp_path / "other").ca))
    async with desk.running() as served:
        assert "is not trusted" in await reason(served, "TLSFailed")


async def test_wrong_way_of_encryption_is_named(desk: Desk) -> None:
    desk.spec["email"]["tls"] = "implicit"  # on the port of STARTTLS
    async with desk.running() as served:
        assert "143 is starttls" in await reason(served, "TLSFailed")


async def test_server_that_is_not_there_is_named(desk: Desk) -> None:
    desk.spec["email"]["port"] = 1
    async with desk.running() as served:
        await reason(served, "Unreachable")


async def test_throttling_is_named_and_passes(fronted: Desk, front: Front, pymap: ImapServer, bus: Bus) -> None:
    front.greeting = "* BYE [UNAVAILABLE] Too many simultaneous connections"
    pymap.deliver([a_mail(1)], fronted.mailbox)
    async with fronted.running() as served:
        assert "it keeps the mails" in await reason(served, "RateLimited")
        front.greeting = ""
        await on_bus(bus, 1)
        await reason(served, "")


async def test_refused_command_is_named_by_the_servers_own_code(
    fronted: Desk, front: Front, pymap: ImapServer, bus: Bus
) -> None:
    front.refuse["UID FETCH"] = "NO [THROTTLED] Request is throttled. Suggested Backoff Time: 300000 milliseconds"
    pymap.deliver([a_mail(1)], fronted.mailbox)
    async with fronted.running() as served:
        await reason(served, "RateLimited")
        front.refuse.clear()
        await on_bus(bus, 1)


async def test_slow_peer_is_named_and_given_up(fronted: Desk, front: Front, pymap: ImapServer, bus: Bus) -> None:
    front.silent = True
    pymap.deliver([a_mail(1)], fronted.mailbox)
    async with fronted.running(answer_timeout=timedelta(seconds=2)) as served:
        await reason(served, "Slow")
        front.silent = False
        await on_bus(bus, 1)
        await reason(served, "")


async def test_peer_that_never_says_hello_is_slow(desk: Desk) -> None:
    with deaf() as port:
        desk.spec["email"] |= {"port": port, "tls": "implicit"}
        async with desk.running(connect_timeout=timedelta(milliseconds=300)) as served:
            await reason(served, "Slow")


@contextmanager
def deaf() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def test_full_folder_is_named_and_new_mails_go_on(
    fronted: Desk, front: Front, pymap: ImapServer, bus: Bus
) -> None:
    done = f"{fronted.mailbox}-done"
    fronted.spec["email"] |= {"afterFetch": "Move", "moveTo": done}
    pymap.make(done)
    front.refuse["UID MOVE"] = "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)"
    pymap.deliver([a_mail(1)], fronted.mailbox)
    async with fronted.running() as served:
        assert f"1 of them cannot be moved to {done}" in await reason(served, "MailboxFull")
        pymap.deliver([a_mail(2)], fronted.mailbox)
        await on_bus(bus, 2)
        front.refuse.clear()
        pymap.deliver([a_mail(3)], fronted.mailbox)
        await reason(served, "")
        await on_bus(bus, 3)
    assert pymap.count(done) == 3


async def test_mails_that_could_not_be_moved_are_moved_after_a_restart(
    fronted: Desk, front: Front, pymap: ImapServer, bus: Bus
) -> None:
    done = f"{fronted.mailbox}-done"
    fronted.spec["email"] |= {"afterFetch": "Move", "moveTo": done}
    front.refuse["UID MOVE"] = "NO [OVERQUOTA] Quota exceeded"
    pymap.deliver([a_mail(1)], fronted.mailbox)
    async with fronted.running() as served:
        await reason(served, "MailboxFull")
    front.refuse.clear()
    async with fronted.running() as served:
        await reason(served, "")
    assert (pymap.count(fronted.mailbox), pymap.count(done)) == (0, 1)


async def test_account_whose_quota_is_used_up_is_named(
    tmp_path: Path, nats_url: str, dovecot: ImapServer, bus: Bus
) -> None:
    dovecot.user = FULL_USER
    try:
        desk = make_desk(tmp_path, nats_url, dovecot)
        desk.spec["email"]["auth"]["username"] = FULL_USER
        dovecot.deliver([a_mail(1, text="x" * 196_500)], desk.mailbox)
        async with desk.running() as served:
            assert "new mails bounce" in await reason(served, "MailboxFull")
            await on_bus(bus, 1)
    finally:
        dovecot.user = "help@example.com"


async def test_connection_that_breaks_comes_back_and_nothing_is_lost(
    fronted: Desk, front: Front, pymap: ImapServer, bus: Bus
) -> None:
    async with fronted.running() as served:
        await reason(served, "")
        for number in range(3):
            front.hang_up()
            pymap.deliver([a_mail(number)], fronted.mailbox)
            await on_bus(bus, number + 1)
        await reason(served, "")


async def test_mail_that_the_server_never_gives_does_not_block_the_mailbox(
    fronted: Desk, front: Front, pymap: ImapServer, bus: Bus
) -> None:
    pymap.deliver([a_mail(1), a_mail("huge", text="x" * 300_000), a_mail(2)], fronted.mailbox)
    front.cut_after = 200_000
    async with fronted.running(tries=2) as served:
        found = await on_bus(bus, 3)
        await reason(served, "")
        assert "among the dead letters" in served.condition.report().detail
    assert [message.external_id for message in (found[0], found[2])] == ["1@clinic.example", "2@clinic.example"]
    assert "does not give mail" in found[1].dead


async def test_mail_that_breaks_the_line_is_taken_by_its_beginning(
    fronted: Desk, front: Front, pymap: ImapServer, bus: Bus
) -> None:
    fronted.spec["ingest"] = {"maxMessageBytes": 20_000}
    pymap.deliver([a_mail("huge", text="begins so " + "x" * 300_000)], fronted.mailbox)
    front.cut_after = 200_000
    async with fronted.running(tries=2):
        (found,) = await on_bus(bus, 1)
    assert found.text.startswith("begins so x")
    assert not found.dead


async def test_server_without_idle_is_asked_again_and_again(
    fronted: Desk, front: Front, pymap: ImapServer, bus: Bus
) -> None:
    front.without = {"IDLE"}
    async with fronted.running(poll=timedelta(milliseconds=100)) as served:
        await reason(served, "")
        pymap.deliver([a_mail(1)], fronted.mailbox)
        await on_bus(bus, 1)
    assert "IDLE" not in front.commands


async def test_idle_is_begun_anew_before_the_server_forgets_us(fronted: Desk, front: Front) -> None:
    async with fronted.running(idle=timedelta(milliseconds=100)):

        async def again() -> bool:
            return front.commands.count("IDLE") > 3

        await eventually("another IDLE", again)
    assert front.logins == 1


async def test_bus_that_is_away_is_named_and_the_mails_wait(
    desk: Desk, imap: ImapServer, bus: Bus, nats_server: Server
) -> None:
    async with desk.running() as served:
        await reason(served, "")
        nats_server.kill()
        imap.deliver([a_mail(1)], desk.mailbox)
        await reason(served, "BusUnavailable")
        nats_server.start()
        await on_bus(bus, 1)
        await reason(served, "")


async def test_store_of_files_that_is_away_is_named_and_the_mail_waits_for_it(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    async with desk.running() as served:
        await reason(served, "")
        await bus.js.delete_object_store(FILES_STORE)
        imap.deliver([with_files(("photo.png", "image/png", b"\x01" * 9))], desk.mailbox)
        assert "it is not there" in await reason(served, "FilesUnavailable")
        await ensure_bus(bus.js)
        (found,) = await on_bus(bus, 1)
        await reason(served, "")
    assert found.attachments[0].ref.startswith("object:")


async def test_end_comes_at_once_while_the_process_waits_for_mail(desk: Desk) -> None:
    async with asyncio.timeout(5):
        async with desk.running(idle=timedelta(minutes=9)) as served:
            await reason(served, "")
