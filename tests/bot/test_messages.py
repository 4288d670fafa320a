"""What is taken from a chat: every kind of message, from whom it is, what it answers and where it stands."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram.types import Message, Update
from tracker_bot.dispatching import Handler
from tracker_bot.reading import read_message
from tracker_bot.wording import words
from tracker_core.bus import Bus
from tracker_core.inbound import InboundMessage

from tests.bot.conftest import Files, Start, on_bus, until
from tests.support.telegram_api import ANNA, BOT, CHANNEL, FORUM, GROUP, OLEG, PRIVATE, TelegramApi


def a_message(**fields: Any) -> Message:
    return Message.model_validate({"message_id": 9, "date": 1_790_000_000, "chat": GROUP, "from": ANNA} | fields)


def read(message: Message, **more: Any) -> InboundMessage:
    return read_message("a/b", [message], "{}", datetime.now(UTC), **more)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "plain"}, "plain"),
        ({"caption": "under a photo"}, "under a photo"),
        (
            {
                "text": "see 🖨️ the docs and https://a.example/",
                "entities": [
                    {"type": "text_link", "offset": 12, "length": 4, "url": "https://docs.example/"},
                    {"type": "text_link", "offset": 21, "length": 18, "url": "https://a.example"},
                    {"type": "bold", "offset": 0, "length": 3},
                ],
            },
            "see 🖨️ the docs (https://docs.example/) and https://a.example/",
        ),
        (
            {
                "text": "it fails",
                "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Someone"},
            },
            "Forwarded from Someone:\nit fails",
        ),
        (
            {"text": "it fails", "forward_origin": {"type": "user", "date": 1, "sender_user": OLEG}},
            "Forwarded from Олег:\nit fails",
        ),
        (
            {"text": "news", "forward_origin": {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}},
            "Forwarded from News:\nnews",
        ),
        (
            {
                "poll": {
                    "id": "1",
                    "question": "Friday?",
                    "options": [
                        {"persistent_id": "1", "text": "yes", "voter_count": 0},
                        {"persistent_id": "2", "text": "no", "voter_count": 0},
                    ],
                    "total_voter_count": 0,
                    "is_closed": False,
                    "is_anonymous": True,
                    "type": "regular",
                    "allows_multiple_answers": False,
                    "allows_revoting": True,
                    "members_only": False,
                }
            },
            "Poll: Friday?\n- yes\n- no",
        ),
        (
            {"location": {"latitude": 52.5, "longitude": 13.4}},
            "Location: https://www.openstreetmap.org/?mlat=52.5&mlon=13.4",
        ),
        (
            {
                "location": {"latitude": 52.5, "longitude": 13.4},
                "venue": {"location": {"latitude": 52.5, "longitude": 13.4}, "title": "Office", "address": "Main 1"},
            },
            "Place: Office, Main 1 (https://www.openstreetmap.org/?mlat=52.5&mlon=13.4)",
        ),
        (
            {"contact": {"phone_number": "+49 30 1", "first_name": "Eva", "last_name": "B"}},
            "Contact: Eva B, +49 30 1",
        ),
        (
            {"voice": {"file_id": "1", "file_unique_id": "1", "duration": 12}},
            "Voice message of 12 s",
        ),
        (
            {
                "sticker": {
                    "file_id": "1",
                    "file_unique_id": "1",
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                    "emoji": "👍",
                }
            },
            "Sticker 👍",
        ),
        (
            {"checklist": {"title": "Release", "tasks": [{"id": 1, "text": "tag it"}]}},
            "Release\n- tag it",
        ),
        (
            {
                "rich_message": {
                    "blocks": [
                        {"type": "paragraph", "text": ["The ", {"type": "bold", "text": "printer"}, " burns"]},
                        {"type": "paragraph", "text": "Hurry"},
                    ]
                }
            },
            "The printer burns\nHurry",
        ),
        ({"new_chat_members": [ANNA]}, ""),
        ({"dice": {"emoji": "🎲", "value": 3}}, ""),
    ],
)
def test_message_says_in_words_what_it_means(fields: dict[str, Any], expected: str) -> None:
    assert words(a_message(**fields)) == expected


def test_message_keeps_sender_room_and_link() -> None:
    found = read(a_message(text="hello", date=1_790_000_000))
    assert (found.external_id, found.conversation, found.reply_to) == ("-1001:9", "-1001", "")
    assert (found.sender.id, found.sender.name, found.sender.address) == ("7", "Anna Maier", "@anna")
    assert found.sent_at == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert read(a_message(text="x", chat=CHANNEL | {"id": -1001678901234})).url == "https://t.me/news/9"
    supergroup = GROUP | {"id": -1001678901234}
    assert read(a_message(text="x", chat=supergroup)).url == "https://t.me/c/1678901234/9"


def test_reply_is_kept_and_what_only_stands_in_a_topic_answers_nothing() -> None:
    answered = {"message_id": 4, "date": 1, "chat": FORUM, "text": "x"}
    topic = {"chat": FORUM, "message_thread_id": 3, "is_topic_message": True}
    found = read(a_message(text="yes", reply_to_message=answered, **topic))
    assert (found.conversation, found.reply_to) == ("-1002:3", "-1002:4")
    opened = read(a_message(text="new", reply_to_message=answered | {"message_id": 3}, **topic))
    assert (opened.conversation, opened.reply_to) == ("-1002:3", "")
    # A thread of answers in a group without topics is no room of its own.
    assert read(a_message(text="x", message_thread_id=3)).conversation == "-1001"


def test_who_writes_in_the_name_of_a_chat_is_that_chat() -> None:
    post = read(a_message(text="news", chat=CHANNEL, sender_chat=CHANNEL, author_signature="Eva", **{"from": None}))
    assert (post.sender.id, post.sender.name, post.sender.address) == ("-1003", "News (Eva)", "@news")
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    admin = read(a_message(text="x", sender_chat=GROUP, **{"from": anonymous}))
    assert (admin.sender.id, admin.sender.name) == ("-1001", "Support")


def test_post_that_a_channel_copies_into_its_group_belongs_to_the_post() -> None:
    origin = {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}
    found = read(a_message(text="news", forward_origin=origin, is_automatic_forward=True, sender_chat=CHANNEL))
    assert (found.text, found.reply_to) == ("news", "-1003:3")


async def test_edit_is_a_message_that_belongs_to_the_first(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    message = telegram.say("the printer is borken")
    post = telegram.say("news", chat=CHANNEL)
    edited = telegram.edit(message, text="the printer is broken")
    telegram.edit(post, text="better news")
    telegram.push("edited_message", edited)
    live = telegram.say(chat=GROUP, location={"latitude": 1, "longitude": 2, "live_period": 900})
    telegram.edit(live, location={"latitude": 3, "longitude": 2, "live_period": 900})
    telegram.push("edited_message", message | {"text": "an edit without its date"})
    telegram.say("last")
    async with start():
        messages = await on_bus(bus, 6)
        await until("confirmation", lambda: not telegram.pending)
    by_id = {found.external_id: found for found in messages}
    stamp = edited["edit_date"]
    found = by_id[f"-1001:1#{stamp}"]
    assert (found.text, found.reply_to, found.conversation) == ("the printer is broken", "-1001:1", "-1001")
    assert found.sent_at == datetime.fromtimestamp(stamp, UTC)
    assert json.loads(found.raw)["edited_message"]["edit_date"] == stamp
    assert any(key.startswith("-1003:1#") and m.reply_to == "-1003:1" for key, m in by_id.items())
    assert len(by_id) == 6


async def test_service_messages_and_our_own_are_not_messages(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    telegram.say(new_chat_members=[OLEG])
    telegram.say(pinned_message={"message_id": 1, "date": 1, "chat": GROUP, "text": "x"})
    telegram.say(forum_topic_created={"name": "x", "icon_color": 1}, chat=FORUM)
    telegram.say("written by us", sender=BOT)
    telegram.say("/start", chat=PRIVATE)
    telegram.say("/start abc", chat=PRIVATE)
    telegram.say("last")
    async with start():
        await until("confirmation", lambda: not telegram.pending)
        (message,) = await on_bus(bus, 1)
    assert message.text == "last"


async def test_only_listed_chats_count(telegram: TelegramApi, files: Files, start: Start, bus: Bus) -> None:
    files.write(telegram={"chats": ["-1001", "@News", "7"]})
    telegram.say("listed")
    telegram.say("not listed", chat=FORUM)
    telegram.say("by name", chat=CHANNEL)
    telegram.say("to the bot", chat=PRIVATE)
    telegram.say("to the bot", chat={"id": 8, "type": "private", "first_name": "Олег"}, sender=OLEG)
    telegram.push_raw({"update_id": 9000, "my_chat_member": {}})
    async with start():
        await until("confirmation", lambda: not telegram.pending)
        messages = await on_bus(bus, 3)
    assert {m.conversation for m in messages if not m.dead} == {"-1001", "-1003", "7"}


async def test_groups_can_be_left_out(telegram: TelegramApi, files: Files, start: Start, bus: Bus) -> None:
    files.write(telegram={"groups": False})
    telegram.say("in the group")
    telegram.say("to the bot", chat=PRIVATE)
    async with start():
        await until("confirmation", lambda: not telegram.pending)
        (message,) = await on_bus(bus, 1)
    assert message.conversation == "7"


async def test_group_that_becomes_a_supergroup_stays_listed(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    files.write(telegram={"chats": ["-55"]})
    old, new = {"id": -55, "type": "group", "title": "g"}, {"id": -10055, "type": "supergroup", "title": "g"}
    telegram.say("before", chat=old)
    telegram.say(chat=old, migrate_to_chat_id=-10055)
    async with start():
        await until("confirmation", lambda: not telegram.pending)
    telegram.say(chat=new, migrate_from_chat_id=-55)
    telegram.say("after", chat=new)
    async with start():
        messages = await on_bus(bus, 2)
    assert [(m.external_id, m.text) for m in messages] == [("-55:1", "before"), ("-10055:2", "after")]


async def test_handlers_take_commands_and_buttons_before_they_become_messages(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    taken: list[str] = []

    async def commands(update: Update) -> bool:
        if update.message is None or not (update.message.text or "").startswith("/"):
            return False
        taken.append(update.message.text or "")
        if update.message.text == "/fails":
            raise ZeroDivisionError
        return True

    async def buttons(update: Update) -> bool:
        if update.callback_query is None:
            return False
        taken.append(update.callback_query.data or "")
        return True

    def handlers(_: object) -> list[Handler]:
        return [commands, buttons]

    files.write(telegram={"chats": ["-1001"]})
    telegram.say("/status")
    telegram.say("/fails")
    telegram.say("/status", chat=FORUM)
    telegram.press(telegram.compose(GROUP, BOT, text="a task"), "done:1")
    telegram.press(telegram.compose(FORUM, BOT, text="a task"), "done:2")
    telegram.say("words")
    async with start(handlers):
        await until("confirmation", lambda: not telegram.pending)
        (message,) = await on_bus(bus, 1)
    assert message.text == "words"
    assert taken == ["/status", "/fails", "done:1"]


async def test_command_that_nobody_takes_is_a_message(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    telegram.say("/bug the printer is broken")
    async with start():
        assert (await on_bus(bus, 1))[0].text == "/bug the printer is broken"
