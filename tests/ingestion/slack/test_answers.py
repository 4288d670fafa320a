"""Answers into the thread: sent once, shown as written, and a refusal names its cure."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tracker_core.bus import DELIVERIES, outbound_subject
from tracker_core.outbound import Delivery, OutboundReply, decode_delivery, encode
from tracker_ingestion.kinds.slack.answers import place_of

from tests.ingestion.slack.conftest import SOURCE, Running, Start
from tests.support.waiting import eventually


@pytest_asyncio.fixture
async def app(start: Start) -> AsyncIterator[Running]:
    async with start(reply={"enabled": True}) as source:
        yield source


def a_reply(conversation: str, reply_to: str, text: str = "on it", author: str = "") -> OutboundReply:
    return OutboundReply(
        id=uuid4(), attempt=1, source=SOURCE, text=text, conversation=conversation, reply_to=reply_to, author=author
    )


async def deliver(app: Running, reply: OutboundReply) -> Delivery:
    """Put the answer on the bus; return what became of it."""
    before = (await app.bus.js.stream_info(DELIVERIES)).state.last_seq
    await app.bus.js.publish(outbound_subject(SOURCE), encode(reply))

    async def told() -> bool:
        return (await app.bus.js.stream_info(DELIVERIES)).state.last_seq > before

    await eventually("delivery", told)
    return decode_delivery((await app.bus.js.get_msg(DELIVERIES, before + 1)).data or b"")


async def test_answer_goes_into_the_thread_and_is_shown_as_it_was_written(app: Running) -> None:
    root = app.slack.say("C1", "it is broken")
    text = "<!channel> is *not* called; a < b & c > d"
    done = await deliver(app, a_reply("C1", f"T1:C1:{root}", text, author="Anna"))
    (posted,) = app.slack.calls["chat.postMessage"]
    assert (posted["channel"], posted["thread_ts"], posted["mrkdwn"]) == ("C1", root, "false")
    assert posted["text"] == "&lt;!channel&gt; is *not* called; a &lt; b &amp; c &gt; d\n— Anna"
    assert done.outcome == "sent"
    ts = app.slack.channels["C1"].messages[-1]["ts"]
    assert done.external_id == f"T1:C1:{ts}"
    assert done.url == f"https://acme.slack.com/archives/C1/p{ts.replace('.', '')}?thread_ts={root}&cid=C1"


def test_answer_finds_its_place() -> None:
    assert place_of(a_reply("C1", "T1:C1:5.1")) == ("C1", "5.1")
    assert place_of(a_reply("C1:4.1", "T1:C1:5.1")) == ("C1", "4.1")
    assert place_of(a_reply("C1", "T1:C1:5.1#task")) == ("C1", "5.1")
    assert place_of(a_reply("", "T1:C1:5.1")) == ("C1", "5.1")
    assert place_of(a_reply("C1", "")) == ("C1", "")


async def test_answer_whose_confirmation_was_lost_is_not_posted_twice(app: Running) -> None:
    root = app.slack.say("C1", "it is broken")
    reply = a_reply("C1", f"T1:C1:{root}")
    app.slack.fail("chat.postMessage", body="gateway timeout", status=504, after=True)
    first = await deliver(app, reply)
    second = await deliver(
        app, OutboundReply(**{f: getattr(reply, f) for f in reply.__struct_fields__} | {"attempt": 2})
    )
    assert (first.outcome, second.outcome, second.attempt) == ("retry", "sent", 2)
    assert sum(message["text"] == "on it" for message in app.slack.channels["C1"].messages) == 1
    assert UUID(app.slack.channels["C1"].messages[-1]["metadata"]["event_payload"]["reply_id"]) == reply.id


async def test_rate_limit_is_a_retry_at_its_time(app: Running) -> None:
    root = app.slack.say("C1", "it is broken")
    app.slack.fail("chat.postMessage", "ratelimited", retry_after=17)
    done = await deliver(app, a_reply("C1", f"T1:C1:{root}"))
    assert (done.outcome, done.retry_after) == ("retry", 17)


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        ("channel_not_found", "/invite"),
        ("not_in_channel", "/invite"),
        ("account_inactive", "Install the app again"),
        ("token_revoked", "Install the app to the workspace again"),
        ("is_archived", "Unarchive"),
        ("restricted_action", "admin"),
        ("something_new", "docs.slack.dev/reference/methods/chat.postMessage"),
    ],
)
async def test_refusal_is_final_and_names_its_cure(app: Running, error: str, cure: str) -> None:
    root = app.slack.say("C1", "it is broken")
    app.slack.fail("chat.postMessage", error)
    done = await deliver(app, a_reply("C1", f"T1:C1:{root}"))
    assert done.outcome == "failed"
    assert error in done.detail
    assert cure in done.detail


async def test_missing_scope_is_final_and_named(app: Running) -> None:
    root = app.slack.say("C1", "it is broken")
    app.slack.fail("chat.postMessage", "missing_scope", needed="chat:write")
    done = await deliver(app, a_reply("C1", f"T1:C1:{root}"))
    assert (done.outcome, "chat:write" in done.detail) == ("failed", True)


async def test_answer_that_slack_would_cut_is_refused(app: Running) -> None:
    done = await deliver(app, a_reply("C1", "T1:C1:1.1", "x" * 39_001))
    assert (done.outcome, app.slack.calls["chat.postMessage"]) == ("failed", [])
    assert "Shorten" in done.detail


async def test_own_answer_does_not_come_back_as_a_message(app: Running) -> None:
    root = app.slack.say("C1", "it is broken")
    await deliver(app, a_reply("C1", f"T1:C1:{root}"))
    posted = app.slack.channels["C1"].messages[-1]
    app.slack.send_event(posted | {"channel": "C1"})
    await app.settled()
    assert [message.text for message in await app.messages(1)] == ["it is broken"]
