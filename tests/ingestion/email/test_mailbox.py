"""A mailbox on a real IMAP server, from its mails to the bus."""

import base64
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from tracker_core.bus import FILES_STORE, Bus
from tracker_core.channels.cursors import Cursor

from tests.ingestion.email.conftest import Desk, a_mail, messages, on_bus, reason
from tests.support.imap_servers import USER, ImapServer
from tests.support.waiting import eventually


async def test_mails_become_messages_once_in_their_order_and_are_marked_as_read(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    imap.deliver([a_mail(number) for number in range(5)], desk.mailbox)
    async with desk.running() as served:
        await on_bus(bus, 5)
        await reason(served, "")
        imap.deliver([a_mail("later")], desk.mailbox)  # arrives while the process waits in IDLE
        found = await on_bus(bus, 6)
        assert served.condition.report().account == USER
        await eventually("flags", lambda: seen(imap, desk, 6))
    assert [message.external_id for message in found] == [f"{n}@clinic.example" for n in (*range(5), "later")]
    assert (found[0].sender.name, found[0].subject, found[0].text) == ("Priya N", "Mail 0", "It does not work.")
    assert found[0].raw.startswith("From: Priya N")


async def test_news_that_come_between_the_look_and_idle_are_not_slept_through(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    async with desk.running() as served:
        await reason(served, "")
        for number in range(20):  # one after the other: each falls into another moment of the loop
            imap.deliver([a_mail(number)], desk.mailbox)
        await on_bus(bus, 20)


async def test_keep_changes_nothing_in_the_mailbox(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    desk.spec["email"]["afterFetch"] = "Keep"
    imap.deliver([a_mail(1), a_mail(2)], desk.mailbox)
    async with desk.running() as served:
        await on_bus(bus, 2)
        await reason(served, "")
    assert not await seen(imap, desk, 1)
    assert imap.count(desk.mailbox) == 2


async def test_move_makes_the_folder_and_leaves_the_mailbox_empty(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    done = f"{desk.mailbox}-done"
    desk.spec["email"] |= {"afterFetch": "Move", "moveTo": done}
    imap.deliver([a_mail(1), a_mail(2)], desk.mailbox)
    async with desk.running() as served:
        await reason(served, "")
        await on_bus(bus, 2)
    assert (imap.count(desk.mailbox), imap.count(done)) == (0, 2)


async def test_late_start_fetches_what_was_missed(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    imap.deliver([a_mail(0)], desk.mailbox)
    async with desk.running():
        await on_bus(bus, 1)
    imap.deliver([a_mail(number) for number in range(1, 131)], desk.mailbox)
    async with desk.running() as served:
        await on_bus(bus, 131)
        await reason(served, "")
        assert served.condition.lag == 0
    assert [m.external_id for m in await messages(bus)] == [f"{n}@clinic.example" for n in range(131)]


async def test_first_start_goes_back_as_far_as_the_manifest_says(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    imap.deliver([a_mail("old")], desk.mailbox, arrived=long_ago)
    imap.deliver([a_mail("yesterday")], desk.mailbox, arrived=datetime.now(UTC) - timedelta(days=1))
    async with desk.running() as served:
        await reason(served, "")
        # From then on everything counts, also an old mail that somebody moves here by hand.
        imap.deliver([a_mail("dragged here")], desk.mailbox, arrived=long_ago)
        found = await on_bus(bus, 2)
    assert [m.subject for m in found] == ["Mail yesterday", "Mail dragged here"]


async def test_mailbox_that_was_made_anew_is_read_again_and_nothing_comes_twice(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    imap.deliver([a_mail(number) for number in range(3)], desk.mailbox)
    async with desk.running():
        await on_bus(bus, 3)
    imap.make(desk.mailbox)  # another UIDVALIDITY, and the UIDs begin again
    imap.deliver([a_mail(number) for number in range(4)], desk.mailbox)
    async with desk.running() as served:
        found = await on_bus(bus, 4)
        await reason(served, "")
    assert sorted(m.external_id for m in found) == [f"{n}@clinic.example" for n in range(4)]


async def test_mailbox_that_was_made_anew_during_a_long_absence_loses_nothing(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    imap.deliver([a_mail(1)], desk.mailbox)
    async with desk.running() as served:
        await on_bus(bus, 1)
        place = await served.cursor.load()
        # As a process that was stopped a month ago has left it.
        left = datetime.now(UTC) - timedelta(days=30)
    await Cursor(bus.js, served.key).save(place | {"read_at": left.isoformat()})
    imap.make(desk.mailbox)
    imap.deliver([a_mail(2)], desk.mailbox, arrived=left + timedelta(days=5))
    async with desk.running() as served:
        found = await on_bus(bus, 2)
        await reason(served, "")
    assert [m.external_id for m in found] == ["1@clinic.example", "2@clinic.example"]


async def test_mail_that_cannot_be_parsed_is_a_dead_letter_with_its_bytes_and_the_rest_goes_on(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    broken = b"\r\nno header, \xff\xfe and no charset\r\n"
    imap.deliver([a_mail(1), broken, a_mail(2)], desk.mailbox)
    async with desk.running() as served:
        found = await on_bus(bus, 3)
        await reason(served, "")
    assert [bool(m.dead) for m in found] == [False, True, False]
    assert found[1].dead == "The mail has no header"
    assert base64.b64decode(found[1].raw).strip() == broken.strip()


async def test_what_no_person_wrote_is_there_to_be_seen_and_ignored_with_the_reason(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    own = "tasktracker.01920000-0000-7000-8000-000000000001@example.com"
    mails = [
        a_mail("out of office", Auto_Submitted="auto-replied"),
        a_mail("news", List_Unsubscribe="<https://x.example>"),
        a_mail("sent", Message_ID=f"<{own}>"),
        a_mail("empty", text="", Subject=""),
        a_mail("person"),
    ]
    imap.deliver(mails, desk.mailbox)
    async with desk.running():
        found = await on_bus(bus, 5)
    assert [m.ignored for m in found] == [
        "Automatic mail: an automatic reply",
        "Automatic mail: mass mail (List-Unsubscribe)",
        "An answer that was sent from here",
        "The mail is empty",
        "",
    ]
    assert found[0].text == "It does not work."


async def test_automatic_mail_is_a_message_as_any_other_where_the_manifest_says_so(
    desk: Desk, imap: ImapServer, bus: Bus
) -> None:
    desk.spec["email"]["dropAutoReplies"] = False
    imap.deliver([a_mail("out of office", Auto_Submitted="auto-replied")], desk.mailbox)
    async with desk.running():
        (found,) = await on_bus(bus, 1)
    assert not found.ignored


async def test_files_are_stored_up_to_the_limit_and_referred_to_beyond(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    desk.spec["ingest"] = {"attachments": {"maxBytes": 100_000, "mediaTypes": ["image/*", "text/*"]}}
    photo, film = bytes(range(256)) * 300, b"\x01" * 130_000
    mail = with_files(
        ("photo.png", "image/png", photo), ("film.png", "image/png", film), ("x.zip", "application/zip", b"z")
    )
    imap.deliver([mail], desk.mailbox)
    async with desk.running():
        (found,) = await on_bus(bus, 1)
        store = await bus.js.object_store(FILES_STORE)
        stored = await store.get(found.attachments[0].ref.rpartition("/")[2])
    assert stored.data == photo
    assert [(a.name, a.size) for a in found.attachments] == [("photo.png", 76_800), ("film.png", 130_000), ("x.zip", 1)]
    assert [a.ref.partition(":")[0] for a in found.attachments] == ["object", "imap", "imap"]


async def test_huge_mail_gives_its_text_and_the_names_of_its_files(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    desk.spec["ingest"] = {"maxMessageBytes": 20_000, "attachments": {"maxBytes": 50_000}}
    huge = with_files(("plan.pdf", "application/pdf", b"\x02" * 300_000), ("Звіт.pdf", "application/pdf", b"\x03" * 9))
    imap.deliver([a_mail(1), huge, a_mail(2)], desk.mailbox)
    async with desk.running() as served:
        found = await on_bus(bus, 3)
        await reason(served, "")
    assert [m.subject for m in found] == ["Mail 1", "Files", "Mail 2"]
    assert found[1].text == "See the files."
    assert [a.name for a in found[1].attachments] == ["plan.pdf", "Звіт.pdf"]
    assert 290_000 < found[1].attachments[0].size < 320_000
    assert found[1].attachments[0].ref.endswith("/;SECTION=2")
    assert len(found[1].raw) == 20_000


async def test_thread_is_a_conversation_by_its_root(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    answer = a_mail(
        2,
        text="Still broken.\r\n\r\nOn Mon, Nov 2, 2026 at 9:00 AM Help <help@example.com> wrote:\r\n> Please restart.",
        In_Reply_To="<a@example.com>",
        References="<1@clinic.example> <a@example.com>",
    )
    imap.deliver([a_mail(1), answer], desk.mailbox)
    async with desk.running():
        first, second = await on_bus(bus, 2)
    assert (first.conversation, first.reply_to) == ("1@clinic.example", "")
    assert (second.conversation, second.reply_to) == ("1@clinic.example", "a@example.com")
    assert second.text == "Still broken."
    assert "Please restart." in second.raw


async def test_answers_go_to_reply_to_but_never_back_into_the_mailbox(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    imap.deliver([a_mail("form", Reply_To="Priya <p@home.example>"), a_mail("group", Reply_To=USER)], desk.mailbox)
    async with desk.running():
        form, group = await on_bus(bus, 2)
    assert (form.sender.name, form.sender.address) == ("Priya N", "p@home.example")
    assert group.sender.address == "priya@clinic.example"


async def test_two_copies_of_a_mail_are_one_message(desk: Desk, imap: ImapServer, bus: Bus) -> None:
    imap.deliver([a_mail(1), a_mail(1), a_mail(2)], desk.mailbox)
    async with desk.running() as served:
        await reason(served, "")
        assert [m.subject for m in await messages(bus)] == ["Mail 1", "Mail 2"]


def with_files(*files: tuple[str, str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@x.example", "Files", "<files@x.example>"
    mail.set_content("See the files.")
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


async def seen(imap: ImapServer, desk: Desk, count: int) -> bool:
    return sum("Seen" in flags for flags in imap.flags(desk.mailbox).values()) == count
