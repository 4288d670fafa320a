"""The connection itself: confirmations, redelivery, and every way in which a connection ends."""

import asyncio

from tests.ingestion.slack.conftest import Running, Start
from tests.support.servers import Server
from tests.support.slack_api import SlackApi
from tests.support.waiting import eventually


async def test_envelope_is_confirmed_only_after_the_bus_has_its_message(app: Running, nats_server: Server) -> None:
    app.slack.say("C1", "before")
    await app.settled()
    nats_server.kill()
    app.slack.say("C1", "while the bus is away")
    await app.told("BusUnavailable", "stays at the provider")
    assert app.slack.unconfirmed
    nats_server.start()
    await app.settled()
    assert [message.text for message in await app.messages(2)] == ["before", "while the bus is away"]
    await app.told("")


async def test_what_comes_again_is_confirmed_and_counts_once(app: Running) -> None:
    event = {"type": "message", "channel": "C1", "user": "U1", "text": "once", "ts": app.slack.moment()}
    payload = app.slack.event(event)
    for retry in range(3):
        app.slack.send("events_api", payload, retry=retry)
    app.slack.send("events_api", app.slack.event(event | {"type": "app_mention"}))
    await app.settled()
    assert len(app.slack.confirmed) == 4
    assert [message.text for message in await app.messages(1)] == ["once"]


async def test_announced_end_opens_the_next_connection_before_the_old_one_is_left(app: Running) -> None:
    for reason in ("warning", "refresh_requested"):
        before = app.slack.opened
        old = app.slack.sockets[-1]
        app.slack.disconnect(reason)

        async def both(before: int = before) -> bool:
            return app.slack.opened > before

        await eventually("a second connection", both)
        app.slack.sockets.append(app.slack.sockets.pop(app.slack.sockets.index(old)))
        app.slack.say("C1", f"on the old one, {reason}")
        await app.message(f"on the old one, {reason}")
        await app.settled()
        await old.close()
        app.slack.say("C1", f"on the new one, {reason}")
        await app.message(f"on the new one, {reason}")
        await app.settled()
    assert app.condition.report().state == "ready"


async def test_lost_connection_is_opened_again_and_what_was_missed_is_fetched(app: Running) -> None:
    app.slack.say("C1", "first")
    await app.settled()
    await app.slack.drop()
    app.slack.say("C1", "said to nobody", live=False)
    await app.message("said to nobody")
    await app.told("")
    app.slack.say("C1", "last")
    assert [message.text for message in await app.messages(3)] == ["first", "said to nobody", "last"]


async def test_order_within_a_channel_holds_while_a_file_is_fetched(app: Running) -> None:
    app.slack.file_infos["F1"] = {"id": "F1", "name": "x"}
    app.slack.fail("files.info", "file_not_found", delay=0.5)
    app.slack.say("C1", "with a file", subtype="file_share", files=[{"id": "F1", "file_access": "check_file_info"}])
    app.slack.say("C1", "after it")
    app.slack.say("C2", "elsewhere")
    texts = [message.text for message in await app.messages(3)]
    assert texts == ["elsewhere", "with a file", "after it"]


async def test_socket_mode_that_is_turned_off_is_a_named_state_until_it_is_on_again(app: Running) -> None:
    app.slack.disconnect("link_disabled")
    detail = await app.told("Forbidden", "Socket Mode is turned off")
    assert "spec.slack.mode" in detail


async def test_too_many_connections_are_a_conflict(app: Running) -> None:
    app.slack.disconnect("too_many_websockets")
    assert "replicas" in await app.told("Conflict")


async def test_connection_without_a_greeting_is_slow(slack: SlackApi, start: Start, monkeypatch) -> None:
    monkeypatch.setattr("tracker_ingestion.kinds.slack.socket_mode.HELLO_SECONDS", 0.3)
    slack.hello = False
    async with start(wait=False) as app:
        await app.told("Slow", "no hello")
        slack.hello = True
        await app.told("")


async def test_connection_that_has_gone_deaf_is_left(slack: SlackApi, start: Start, monkeypatch) -> None:
    monkeypatch.setattr("tracker_ingestion.kinds.slack.socket_mode.HEARTBEAT_SECONDS", 1.0)
    slack.deaf = True
    async with start(wait=False) as app:
        await app.told("Unreachable", "connection was closed")
        slack.deaf = False
        slack.say("C1", "meanwhile", live=False)
        await app.message("meanwhile")
        await app.told("")


async def test_two_processes_of_one_source_share_the_events(slack: SlackApi, start: Start) -> None:
    async with start(replicas=2) as one, start(replicas=2):
        async with asyncio.timeout(10):
            while len(slack.sockets) < 2:
                await asyncio.sleep(0.02)
        for number in range(20):
            slack.say("C1", f"number {number}")
            slack.sockets.reverse()
        await one.settled()
        assert len(await one.messages(20)) == 20
