"""Answers: in the right chat and topic, as a reply, whole, and never silently lost."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker_bot.splitting import MAX_UNITS, split
from tracker_core.bus import DELIVERIES, Bus, outbound_subject
from tracker_core.channels.answering import answer
from tracker_core.outbound import Delivery, OutboundReply, decode_delivery, encode

from tests.bot.conftest import SOURCE, Start, on_bus
from tests.support.telegram_api import CHANNEL, FORUM, GROUP, PRIVATE, TelegramApi
from tests.support.waiting import eventually


def a_reply(text: str = "We are on it", **fields: Any) -> OutboundReply:
    return OutboundReply(id=uuid4(), attempt=1, source=SOURCE, text=text, **{"conversation": "-1001"} | fields)


async def send(start: Start, reply: OutboundReply) -> Delivery:
    async with start() as running:
        done: Delivery = await running.channel.sending.send(reply)
    return done


async def test_answer_goes_into_the_topic_as_a_reply(telegram: TelegramApi, start: Start) -> None:
    question = telegram.compose(FORUM, None, text="?")
    reply = a_reply(conversation="-1002:3", reply_to=f"-1002:{question['message_id']}#1790000000")
    done = await send(start, reply)
    (call,) = telegram.sent
    assert call.result["reply_to_message"]["text"] == "?"
    assert (call.params["chat_id"], call.params["message_thread_id"], call.params["text"]) == (
        "-1002",
        "3",
        "We are on it",
    )
    assert (done.outcome, done.external_id, done.reply_id) == ("sent", "-1002:2", reply.id)
    assert done.url == "https://t.me/c/2/2"


async def test_answer_to_a_message_that_is_gone_is_sent_all_the_same(telegram: TelegramApi, start: Start) -> None:
    telegram.say("hello", chat=PRIVATE)
    assert (await send(start, a_reply(conversation="7", reply_to="7:99"))).outcome == "sent"
    assert (await send(start, a_reply(conversation="7", reply_to="-1001:1"))).outcome == "sent"
    assert "reply_parameters" not in telegram.sent[1].params


async def test_room_of_the_answered_message_is_taken_where_none_is_named(telegram: TelegramApi, start: Start) -> None:
    telegram.say("hello", chat=CHANNEL)
    done = await send(start, a_reply(conversation="", reply_to="-1003:1"))
    assert (done.external_id, done.url) == ("-1003:2", "https://t.me/news/2")


async def test_long_answer_is_several_messages_and_a_retry_repeats_none(telegram: TelegramApi, start: Start) -> None:
    telegram.say("hello")
    reply = a_reply("\n\n".join(f"Paragraph {n}. " + "All of it counts. " * 40 for n in range(14)))
    telegram.fail("sendMessage", 429, "Too Many Requests: retry after 9", retry_after=9)
    first = await send(start, reply)
    assert (first.outcome, first.retry_after) == ("retry", 9.0)

    async with start() as running:
        await running.reason("")
        sending = running.channel.sending
        original = telegram._sendmessage
        texts: list[str] = []

        async def second_fails(params: dict[str, Any]) -> dict[str, Any]:
            result = await original(params)
            texts.append(params["text"])
            if len(texts) == 1:
                telegram.fail("sendMessage", 500, "Internal Server Error")
            return result

        telegram._sendmessage = second_fails  # type: ignore[method-assign]
        assert (await sending.send(reply)).outcome == "retry"
    done = await send(start, reply)  # by another process
    assert (done.outcome, done.external_id) == ("sent", "-1001:2")
    assert "".join(texts).replace(" ", "").replace("\n", "") == reply.text.replace(" ", "").replace("\n", "")
    assert [text.startswith("Paragraph") for text in texts] == [True] * len(texts)
    assert [bool(call.params.get("reply_parameters")) for call in telegram.sent] == [False] * len(texts)


@pytest.mark.parametrize(
    ("status", "description", "outcome", "words"),
    [
        (403, "Forbidden: bot was blocked by the user", "failed", "unblock the bot"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "failed", "Add the bot to the chat again"),
        (403, "Forbidden: bot can't initiate conversation with a user", "failed", "press Start"),
        (403, "Forbidden: something new", "failed", "another way"),
        (400, "Bad Request: chat not found", "failed", "was deleted"),
        (400, "Bad Request: message thread not found", "failed", "topic"),
        (400, "Bad Request: TOPIC_CLOSED", "failed", "topic"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "failed", "permissions"),
        (400, "Bad Request: something new", "failed", "Change the answer"),
        (401, "Unauthorized", "retry", "@BotFather"),
        (500, "Internal Server Error", "retry", "Internal Server Error"),
        (418, "I'm a teapot", "failed", "refuses"),
    ],
)
async def test_what_telegram_refuses_is_told_with_its_cure(
    telegram: TelegramApi, start: Start, status: int, description: str, *, outcome: str, words: str
) -> None:
    telegram.say("hello")
    telegram.fail("sendMessage", status, description)
    done = await send(start, a_reply())
    assert (done.outcome, words in done.detail) == (outcome, True), done.detail


async def test_telegram_that_is_silent_may_be_asked_again(telegram: TelegramApi, start: Start) -> None:
    telegram.say("hello")
    telegram.slow("sendMessage", 30)
    assert (await send(start, a_reply())).outcome == "retry"


@pytest.mark.parametrize(
    ("fields", "words"), [({"text": " \n"}, "empty"), ({"conversation": "C123"}, "no Telegram chat")]
)
async def test_answer_that_cannot_be_sent_is_told(start: Start, fields: dict[str, str], words: str) -> None:
    done = await send(start, a_reply(**fields))
    assert (done.outcome, words in done.detail) == ("failed", True)


async def test_group_that_has_become_a_supergroup_is_found(telegram: TelegramApi, start: Start) -> None:
    telegram.chats |= {-55: {"id": -55, "type": "group", "title": "g"}, -100: GROUP | {"id": -100}}
    telegram.migrated[-55] = -100
    first = await send(start, a_reply(conversation="-55"))
    again = await send(start, a_reply(conversation="-55"))
    assert (first.external_id, again.external_id) == ("-100:1", "-100:2")
    assert [call["chat_id"] for call in telegram.calls("sendMessage")] == ["-55", "-100", "-100"]


async def test_answers_come_over_the_bus_and_are_reported(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    telegram.say("hello")
    async with start() as running:
        (message,) = await on_bus(bus, 1)
        reply = a_reply(conversation=message.conversation, reply_to=message.external_id)
        for _ in range(2):
            await bus.js.publish(outbound_subject(SOURCE), encode(reply))
        answering = asyncio.create_task(answer(running.served.bus, SOURCE, running.channel.sending.send))

        async def reported() -> bool:
            return (await bus.js.stream_info(DELIVERIES)).state.messages == 2

        await eventually("reports", reported)
        answering.cancel()
        done = decode_delivery((await bus.js.get_msg(DELIVERIES, 2)).data or b"")
    assert (done.outcome, done.external_id) == ("sent", "-1001:2")
    assert len(telegram.sent) == 1


@given(st.text(alphabet=st.sampled_from("ab. \n🖨ü"), max_size=400), st.integers(4, 50))
def test_split_loses_no_character_and_keeps_the_limit(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(len(piece.encode("utf-16-le")) // 2 <= limit and piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_split_cuts_between_sentences() -> None:
    assert split("x" * MAX_UNITS) == ["x" * MAX_UNITS]
    assert split("One sentence. Another one.", 20) == ["One sentence.", "Another one."]
