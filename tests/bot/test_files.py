"""Files and albums: the bytes are kept where that is wanted, the name and size always; an album is one message."""

import asyncio
import json
from dataclasses import replace

import pytest
from tracker_bot import albums, fetching
from tracker_core.bus import CURSORS_BUCKET, Bus
from tracker_core.channels.files import Files as Store
from tracker_core.inbound import InboundMessage

from tests.bot.conftest import Files, Start, all_on_bus, on_bus, until
from tests.support.telegram_api import ANNA, GROUP, OLEG, Json, TelegramApi
from tests.support.waiting import eventually


async def one(telegram: TelegramApi, start: Start, bus: Bus) -> InboundMessage:
    async with start():
        (message,) = await on_bus(bus, 1)
        await until("confirmation", lambda: not telegram.pending)
    return message


def document(telegram: TelegramApi, content: bytes, **fields: object) -> Json:
    return telegram.file(content) | {"file_name": "Rechnung.pdf", "mime_type": "application/pdf"} | fields


async def test_photo_is_kept_in_its_largest_size_with_its_caption(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    small, large = telegram.file(b"small"), telegram.file(b"large" * 1000)
    telegram.say(caption="it looks like this", photo=[s | {"width": 1, "height": 1} for s in (small, large)])
    message = await one(telegram, start, bus)
    (photo,) = message.attachments
    assert (message.text, photo.name, photo.media_type) == ("it looks like this", "photo_1.jpg", "image/jpeg")
    assert (photo.size, await Store(bus.js).load(photo.ref)) == (5000, b"large" * 1000)


async def test_every_kind_of_file_is_an_attachment(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    def file() -> Json:
        return telegram.file(b"x")

    telegram.say(document=document(telegram, b"x"))
    telegram.say(voice=file() | {"duration": 3, "mime_type": "audio/ogg"})
    telegram.say(video=file() | {"duration": 3, "width": 1, "height": 1, "mime_type": "video/mp4"})
    telegram.say(video_note=file() | {"duration": 3, "length": 1})
    telegram.say(audio=file() | {"duration": 3, "mime_type": "audio/mpeg", "file_name": "a.mp3"})
    animation = file() | {"duration": 3, "width": 1, "height": 1, "mime_type": "video/mp4", "file_name": "a.gif.mp4"}
    telegram.say(animation=animation, document=animation)
    async with start():
        messages = await on_bus(bus, 6)
    assert [(m.attachments[0].name, m.attachments[0].media_type) for m in messages] == [
        ("Rechnung.pdf", "application/pdf"),
        ("voice_2.ogg", "audio/ogg"),
        ("video_3", "video/mp4"),
        ("video_4.mp4", "video/mp4"),
        ("a.mp3", "audio/mpeg"),
        ("a.gif.mp4", "video/mp4"),
    ]
    assert all(len(m.attachments) == 1 and m.attachments[0].ref.startswith("object://") for m in messages)


@pytest.mark.parametrize(
    ("attachments", "size"),
    [
        ({}, 30_000_000),
        ({"maxBytes": 100_000_000}, 30_000_000),
        ({"maxBytes": 2}, 5),
        ({"mediaTypes": ["image/*"]}, 5),
        ({"policy": "Reference"}, 5),
    ],
)
async def test_file_that_is_not_kept_stays_with_its_name_and_size(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus, *, attachments: dict[str, object], size: int
) -> None:
    files.write(ingest={"attachments": attachments})
    telegram.say(caption="see", document=document(telegram, b"12345", file_size=size))
    message = await one(telegram, start, bus)
    (file,) = message.attachments
    kept = (file.name, file.media_type, file.size, file.ref)
    assert kept == ("Rechnung.pdf", "application/pdf", size, "telegram:file-0")
    assert telegram.calls("getFile") == []


async def test_file_that_is_larger_than_was_said_is_not_kept_and_told_while_the_rest_goes_on(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    telegram.say(document=telegram.file(b"x" * 20_000_001, size=5) | {"file_name": "a.iso"})
    telegram.say("next")
    async with start() as running:
        first, following = await on_bus(bus, 2)
        report = running.served.condition.report()
    (file,) = first.attachments
    assert (file.name, file.ref, following.text) == ("a.iso", "telegram:file-0", "next")
    assert (report.state, "File 'a.iso' stays at Telegram: " in report.detail) == ("ready", True), report


async def test_files_can_be_left_out(telegram: TelegramApi, files: Files, start: Start, bus: Bus) -> None:
    files.write(ingest={"attachments": {"policy": "Drop"}})
    telegram.say(document=document(telegram, b"12345"))
    telegram.say(caption="see", document=document(telegram, b"12345"))
    message = await one(telegram, start, bus)
    assert (message.text, message.attachments) == ("see", ())


async def test_download_that_fails_once_is_tried_again(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    telegram.fail("getFile", 429, "Too Many Requests: retry after 1", retry_after=1)
    telegram.fail("download", 500, "Internal Server Error")
    telegram.say(document=document(telegram, b"12345"))
    (file,) = (await one(telegram, start, bus)).attachments
    assert await Store(bus.js).load(file.ref) == b"12345"


async def test_file_that_does_not_come_stops_nobody(
    telegram: TelegramApi, start: Start, bus: Bus, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fetching, "BUDGET", 1.0)
    telegram.slow("download", 60, times=3)
    telegram.say(caption="slow", document=document(telegram, b"12345"))
    telegram.say("next")
    async with start() as running:
        messages = await on_bus(bus, 2)
        report = running.served.condition.report()
    assert (report.state, "File 'Rechnung.pdf' stays at Telegram" in report.detail) == ("ready", True)
    assert [m.text for m in messages] == ["slow", "next"]
    assert messages[0].attachments[0].ref == "telegram:file-0"
    assert telegram.token not in caplog.text


async def test_store_that_is_full_stops_no_message(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    store = (await bus.js.stream_info("OBJ_files")).config
    await bus.js.update_stream(replace(store, max_bytes=1000))
    telegram.say(caption="see", document=document(telegram, b"x" * 5000))

    async def taken() -> bool:
        return bool(await all_on_bus(bus))

    async with start() as running:
        await eventually("message", taken)
        assert "store of files is full" in running.served.condition.report().detail
    (message,) = await all_on_bus(bus)
    assert message.attachments[0].ref == "telegram:file-0"


async def test_album_is_one_message_with_all_files_and_comes_before_what_follows(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    telegram.album(b"one", b"two", b"three", caption="the printer")
    telegram.say("it burns")
    telegram.say("somebody else", sender=OLEG)
    async with start():
        messages = await on_bus(bus, 3)
        await until("confirmation", lambda: not telegram.pending)
    album = next(m for m in messages if m.attachments)
    assert (album.external_id, album.text, album.sender.id) == ("-1001:1", "the printer", "7")
    assert [a.name for a in album.attachments] == ["photo_1.jpg", "photo_2.jpg", "photo_3.jpg"]
    assert [await Store(bus.js).load(a.ref) for a in album.attachments] == [b"one", b"two", b"three"]
    assert [part["message"]["message_id"] for part in json.loads(album.raw)] == [1, 2, 3]
    by_anna = [m.text for m in messages if m.sender.id == "7"]
    assert by_anna == ["the printer", "it burns"]


async def test_parts_of_an_album_that_come_twice_or_late_lose_and_double_nothing(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    parts = telegram.album(b"one", b"two", caption="the printer")
    async with start():
        await on_bus(bus, 1)
    for part in parts:
        telegram.push("message", part)
    late = telegram.say(
        media_group_id=parts[0]["media_group_id"],
        photo=[telegram.file(b"three") | {"width": 1, "height": 1}],
    )
    telegram.edit(parts[0], caption="the printer burns")
    telegram.say("which one?", sender=OLEG, reply_to_message=parts[1])
    async with start():
        messages = await on_bus(bus, 4)
        await until("confirmation", lambda: not telegram.pending)
    first, *others = messages
    by_id = {m.external_id: m for m in others}
    follow_up = by_id[f"-1001:{late['message_id']}"]
    assert (first.external_id, len(first.attachments)) == ("-1001:1", 2)
    assert (len(follow_up.attachments), follow_up.reply_to) == (1, "-1001:1")
    assert next(m for m in others if m.text == "which one?").reply_to == "-1001:1"
    edit = next(m for key, m in by_id.items() if "#" in key)
    assert (edit.text, edit.reply_to) == ("the printer burns", "-1001:1")


async def test_album_survives_a_crash_between_its_parts(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    parts = telegram.album(b"one", b"two", caption="the printer")
    telegram.edit(parts[0], caption="the big printer")
    async with start() as running:
        # Both are confirmed, and nothing is published yet.
        await until("confirmation", lambda: not telegram.pending)
        assert await all_on_bus(bus) == []
        assert len(running.channel.place.memory.albums) == 1
    async with start() as running:
        (message,) = await on_bus(bus, 1)
        await until("end of the album", lambda: not running.channel.place.memory.albums)
        kept = await (await bus.js.key_value(CURSORS_BUCKET)).get("support.telegram")
    assert (message.text, len(message.attachments)) == ("the big printer", 2)
    assert b"file-0" not in (kept.value or b"")


async def test_part_that_an_outage_holds_up_is_waited_for(
    telegram: TelegramApi, start: Start, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "UNQUIET", 4.0)
    async with start() as running:
        await running.reason("")
        first = telegram.album(b"one", caption="the printer")[0]
        await until("the first part", lambda: running.channel.place.memory.albums)
        telegram.fail("getUpdates", 502, "Bad Gateway", times=2)
        await running.reason("ProviderError")
        await asyncio.sleep(1.5)  # longer than parts are waited for when all is well
        photo = [telegram.file(b"two") | {"width": 1, "height": 1}]
        telegram.say(media_group_id=first["media_group_id"], photo=photo)
        (message,) = await on_bus(bus, 1)
    assert len(message.attachments) == 2


async def test_many_albums_at_once_are_each_one_message(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    answered = telegram.compose(GROUP, ANNA, text="x" * 4000)
    for number in range(45):
        group = str(number)
        for _ in range(2):
            photo = [telegram.file(b"x") | {"width": 1, "height": 1}]
            telegram.say(media_group_id=group, photo=photo, reply_to_message=answered)
    async with start():
        messages = await on_bus(bus, 45, 40)
        await until("confirmation", lambda: not telegram.pending)
    assert len(messages) == 45
    assert all(len(m.attachments) == 2 for m in messages)
