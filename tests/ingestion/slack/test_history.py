"""A late start, and what is fetched then."""

import asyncio
from datetime import timedelta

import pytest
from tracker_core.channels.cursors import Cursor

from tests.ingestion.slack.conftest import SOURCE, Running, Start
from tests.support.slack_api import BOT, BOT_USER, Fault, SlackApi
from tests.support.waiting import eventually

DAY = 24 * 3600.0


async def test_process_that_starts_a_day_late_fetches_what_it_missed_in_order(slack: SlackApi, start: Start) -> None:
    slack.say("C1", "four days ago", age=4 * DAY, live=False)
    root = slack.say("C1", "a day ago", age=DAY, live=False)
    slack.say("C1", "yesterday's answer", user="U2", thread=root, age=DAY - 60, live=False)
    slack.say("C1", "<@U1> has joined the channel", subtype="channel_join", age=DAY - 90, live=False)
    slack.say("C1", "my own", user=BOT_USER, bot_id=BOT, age=DAY - 100, live=False)
    slack.say("C1", "an hour ago", age=3500, live=False)
    slack.say("C2", "elsewhere", age=3400, live=False)
    async with start() as app:
        messages = await app.messages(4)
        texts = [message.text for message in messages]
        assert texts == ["a day ago", "yesterday's answer", "an hour ago", "elsewhere"]
        assert messages[1].reply_to == messages[0].external_id
        assert messages[0].external_id == f"T1:C1:{root}"


async def test_second_start_asks_for_nothing_twice_and_finds_answers_in_old_threads(
    slack: SlackApi, start: Start
) -> None:
    root = slack.say("C1", "a day ago", age=DAY, live=False)
    async with start() as app:
        await app.messages(1)
        await swept(app, "C1", root)
    await asyncio.sleep(0)
    slack.say("C1", "late answer", thread=root, age=30, live=False)
    slack.say("C1", "late root", age=20, live=False)
    slack.edit("C1", root, "a day ago, put right", live=False)
    slack.channels["C1"].messages[0]["edited"]["ts"] = slack.moment(age=10)
    async with start() as app:
        texts = {message.text for message in await app.messages(4)}
        assert texts == {"a day ago", "late answer", "late root", "a day ago, put right"}
        edit = await app.message("a day ago, put right")
        assert edit.reply_to == f"T1:C1:{root}"
        await app.told("")
        assert (await app.bus.js.stream_info("INBOUND")).state.last_seq == 4


async def test_history_of_many_pages_is_read_whole(slack: SlackApi, start: Start) -> None:
    for number in range(450):
        slack.say("C1", f"number {number}", age=DAY - number, live=False)
    async with start() as app:
        assert [m.text for m in await app.messages(450)] == [f"number {n}" for n in range(450)]
    assert len(slack.calls["conversations.history"]) >= 3
    assert len(slack.calls["users.info"]) == 1, "a name is asked for once"


async def test_rate_limit_is_waited_for_and_told_while_live_messages_go_on(slack: SlackApi, start: Start) -> None:
    slack.say("C1", "missed", age=60, live=False)
    slack.fail("conversations.history", "ratelimited", retry_after=2)
    async with start(wait=False) as app:
        detail = await app.told("RateLimited", "conversations.history")
        assert "wait 2 s" in detail
        slack.say("C2", "live")
        await app.message("live")
        assert app.condition.report().reason == "RateLimited"
        await app.message("missed")
        await app.told("")


async def test_channel_that_is_closed_to_us_does_not_close_the_others(slack: SlackApi, start: Start) -> None:
    slack.say("C2", "open", age=60, live=False)
    slack._faults["conversations.history"].append(Fault("not_in_channel"))
    async with start() as app:
        await app.message("open")
        assert app.condition.report().state == "ready"


async def test_history_that_may_not_be_read_names_the_scope_and_live_messages_go_on(
    slack: SlackApi, start: Start
) -> None:
    slack.fail("conversations.history", "missing_scope", times=-1, needed="channels:history")
    async with start(wait=False) as app:
        assert "channels:history" in await app.told("Forbidden")
        slack.say("C1", "live")
        await app.message("live")


async def test_channel_that_the_app_is_invited_to_is_read(app: Running) -> None:
    app.slack.channels["C5"] = type(app.slack.channels["C1"])("new")
    app.slack.say("C5", "before you came", age=100, live=False)
    app.slack.send_event({"type": "member_joined_channel", "user": BOT_USER, "channel": "C5"})
    await app.message("before you came")


async def test_regular_look_finds_what_slack_did_not_deliver(start: Start) -> None:
    async with start(own={"catch_up_interval": timedelta(seconds=0.3)}) as app:
        app.slack.say("C1", "delivered")
        await app.message("delivered")
        app.slack.say("C1", "not delivered", live=False)
        await app.message("not delivered")
        await app.settled()
        assert len(await app.messages()) == 2


async def test_events_that_slack_holds_back_are_told_and_fetched(app: Running) -> None:
    app.slack.say("C1", "held back", live=False)
    limited = {"type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1518467820, "api_app_id": "A1"}
    app.slack.send("events_api", limited)
    await app.told("RateLimited", "holds events back")
    await app.message("held back")


@pytest.mark.parametrize("backfill", ["0s", "30m"])
async def test_nothing_older_than_the_backfill_is_fetched(slack: SlackApi, start: Start, backfill: str) -> None:
    slack.say("C1", "too old", age=3600, live=False)
    async with start(ingest={"backfill": backfill}) as app:
        slack.say("C1", "live", live=True, age=1)
        await app.message("live")
        await app.settled()
        assert [message.text for message in await app.messages()] == ["live"]


async def swept(app: Running, channel: str, ts: str) -> None:
    async def saved() -> bool:
        return (await Cursor(app.bus.js, SOURCE).load()).get(channel) == ts

    await eventually("the cursor", saved)


async def test_entry_that_cannot_be_read_is_a_dead_letter_once(slack: SlackApi, start: Start) -> None:
    slack.say("C1", "odd", age=100, live=False, bot_id=7)
    slack.say("C1", "fine", age=90, live=False)
    async with start(own={"catch_up_interval": timedelta(seconds=0.2)}) as app:
        await app.message("fine")
        slack.say("C1", "found by a later look", age=10, live=False)
        await app.message("found by a later look")
        dead = [message for message in await app.messages() if message.dead]
        assert len(dead) == 1
        assert "`$.bot_id`" in dead[0].dead
        assert (await app.bus.js.stream_info("INBOUND")).state.last_seq == 3
