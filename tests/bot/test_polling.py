"""Updates that are fetched: nothing is confirmed before it is safe, and each trouble has its name."""

import json
import re
from pathlib import Path

import pytest
from tracker_bot.dispatching import UPDATES
from tracker_core.bus import Bus
from tracker_core.health import read_heartbeats
from tracker_core.manifests import read_documents

from tests.bot.conftest import SOURCE, Files, Start, all_on_bus, on_bus, until
from tests.support.servers import Server
from tests.support.telegram_api import ANNA, TOKEN, TelegramApi


async def test_updates_become_messages_once_and_are_confirmed_after_the_ack(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    for number in range(5):
        telegram.say(f"number {number}")
    telegram.fail("getUpdates", 502, "Bad Gateway")
    async with start() as running:
        messages = await on_bus(bus, 5)
        await until("confirmation", lambda: not telegram.pending)
        assert running.served.condition.report().state == "ready"
        assert running.served.condition.report().account == "@tracker_bot"
    telegram.push("message", telegram.messages[-1001, 5])  # as after a crash before the confirmation
    telegram.say("number 5")
    async with start():
        messages = await on_bus(bus, 6)
        await until("confirmation", lambda: not telegram.pending)
    assert [(m.source, m.external_id, m.text) for m in messages] == [
        (SOURCE, f"-1001:{number + 1}", f"number {number}") for number in range(6)
    ]
    assert messages[0].sender.name == "Anna Maier"
    assert telegram.allowed == UPDATES


async def test_late_start_fetches_what_was_missed_and_says_how_much_waits(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    for number in range(250):
        telegram.say(f"number {number}", chat={"id": -number % 7 - 7, "type": "group", "title": "g"})
    async with start() as running:
        await until("lag", lambda: running.served.condition.lag > 100)
        messages = await on_bus(bus, 250)
        await until("no lag", lambda: running.served.condition.lag == 0)
    assert len({m.external_id for m in messages}) == 250
    for conversation in {m.conversation for m in messages}:
        ids = [int(m.external_id.rpartition(":")[2]) for m in messages if m.conversation == conversation]
        assert ids == sorted(ids)


async def test_offset_is_forgotten_once_it_has_confirmed(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    async with start():
        telegram.say("one")
        await on_bus(bus, 1)
        await until("quiet polls", lambda: len(telegram.calls("getUpdates")) > 3)
        # After a quiet week ids start anew, perhaps below: an old offset would confirm this unread.
        telegram.push_raw({"update_id": 3, "message": telegram.compose(telegram.chats[-1001], ANNA, text="two")})
        assert (await on_bus(bus, 2))[1].text == "two"


async def test_malformed_update_is_a_dead_letter_and_the_rest_goes_on(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    telegram.say("before")
    telegram.push_raw(
        {"update_id": 2000, "message": {"message_id": 77, "chat": {"id": -5}, "text": "of no known form"}}
    )
    telegram.push_raw({"update_id": 2001, "message": "text"})
    telegram.push_raw("no object at all")
    telegram.push("message", telegram.messages[-1001, 1] | {"message_id": 2, "text": "after"})
    async with start() as running:
        messages = await on_bus(bus, 5)
        await until("the note", lambda: "is a dead letter" in running.served.condition.report().detail)
        assert running.served.condition.report().state == "ready"
    by_id = {message.external_id: message for message in messages}
    assert by_id["-1001:1"].text == "before"
    assert by_id["-1001:2"].text == "after"
    dead = by_id["-5:77"]
    assert "Source 'support/telegram': Telegram's update cannot be read: message." in dead.dead
    assert json.loads(dead.raw)["message"]["text"] == "of no known form"
    assert "cannot be read" in by_id["update:2001"].dead
    assert next(m for key, m in by_id.items() if key.startswith("sha256:")).raw == "no object at all"


async def test_message_of_a_kind_that_is_not_known_yet_is_a_dead_letter(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    telegram.say(hologram={"file_id": "x"})
    async with start():
        (message,) = await on_bus(bus, 1)
    assert "not known yet" in message.dead
    assert "hologram" in message.raw


async def test_wrong_token_is_named_and_the_right_one_is_taken_without_a_restart(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    files.secret("token", "123456:wrong")
    async with start() as running:
        assert "Get it from @BotFather" in await running.reason("InvalidCredentials")
        files.secret("token", "no token at all")
        await until("a look at the new one", lambda: "Token is invalid" in running.served.condition.report().detail)
        telegram.say("waits")
        files.secret("token", TOKEN)
        await on_bus(bus, 1)
        assert running.served.condition.reason == ""


async def test_revoked_token_is_named_and_the_new_one_is_taken(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    async with start() as running:
        telegram.say("one")
        await on_bus(bus, 1)
        telegram.token = "123456:new"
        detail = await running.reason("InvalidCredentials")
        assert "revoked" in detail
        assert TOKEN not in detail
        before = len(telegram.calls("getUpdates"))
        files.secret("token", telegram.token)
        telegram.say("two")
        await on_bus(bus, 2)
        await running.reason("")
    # It may be the token of another bot, whose updates have numbers of their own.
    assert "offset" not in telegram.calls("getUpdates")[before]


async def test_missing_secret_is_named_until_it_is_there(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    (files.secrets / "support/telegram/token").unlink()
    telegram.say("waits")
    async with start() as running:
        detail = await running.reason("SecretMissing")
        assert "Source 'support/telegram': Secret 'support/telegram' has no key 'token'" in detail
        files.secret("token", TOKEN)
        await on_bus(bus, 1)


async def test_another_poller_is_a_conflict_until_it_is_gone(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    async with start() as running, start():
        assert "Stop the other one" in await running.reason("Conflict")
        telegram.say("comes to one of them")
        await on_bus(bus, 1)
    async with start() as running:
        await running.reason("")
        telegram.say("comes to the one")
        assert len(await on_bus(bus, 2)) == 2


async def test_webhook_of_somebody_else_is_a_conflict_and_stays(telegram: TelegramApi, start: Start) -> None:
    await telegram._setwebhook({"url": "https://other.example.org/hook"})
    async with start() as running:
        assert "https://other.example.org/hook" in await running.reason("Conflict")
        assert telegram.calls("deleteWebhook") == []


async def test_rate_limit_is_named_and_its_wait_is_kept(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    telegram.fail("getUpdates", 429, "Too Many Requests: retry after 1", retry_after=1)
    telegram.say("waits")
    async with start() as running:
        assert "429" in await running.reason("RateLimited")
        await on_bus(bus, 1)
        await running.reason("")


async def test_slow_and_garbled_and_absent_telegram_are_named(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    for body in (b"<html>", b"\xff\xfe", b"[]", b'{"ok":true,"result":"x"}'):
        telegram.garbage("getUpdates", body)
        async with start() as running:
            assert "cannot be used" in await running.reason("ProviderError")
    telegram.fail("getUpdates", 500, "Internal Server Error")
    async with start() as running:
        await running.reason("ProviderError")
    telegram.slow("getUpdates", 10)
    async with start() as running:
        await running.reason("Slow")
        telegram.say("goes on")
        await on_bus(bus, 1)
    async with start(api_url="http://127.0.0.1:9") as running:
        assert "TRACKER_BOT__API_URL" in await running.reason("Unreachable")


async def test_token_is_in_no_detail_and_no_log(
    telegram: TelegramApi, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async with start(api_url="ftp://telegram.example") as running:
        detail = await running.reason("Unreachable")
    assert TOKEN not in detail
    assert TOKEN not in caplog.text


async def test_bus_that_is_away_keeps_updates_at_telegram(
    telegram: TelegramApi, start: Start, bus: Bus, nats_server: Server
) -> None:
    async with start() as running:
        await running.reason("")
        nats_server.kill()
        telegram.say("waits")
        await running.reason("BusUnavailable")
        assert len(telegram.pending) == 1
        nats_server.start()
        await on_bus(bus, 1)
        await running.reason("")


async def test_health_key_says_who_it_is(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    async with start() as running:
        await running.reason("")
        telegram.say("hello")
        await on_bus(bus, 1)

        await until("message", lambda: running.served.condition.report().last_message_at)
        beats = await read_heartbeats(bus.js)
    assert "source.support.telegram" in beats
    assert (await all_on_bus(bus))[0].text == "hello"


async def test_privacy_mode_is_told_while_the_source_is_ready(
    telegram: TelegramApi, files: Files, start: Start
) -> None:
    telegram.me["can_read_all_group_messages"] = False
    async with start() as running:
        await until("note", lambda: "/setprivacy" in running.served.condition.report().detail)
        assert running.served.condition.report().state == "ready"
    files.write(telegram={"groups": False})
    async with start() as running:
        await running.reason("")
        assert running.served.condition.report().detail == ""


def test_example_is_valid_in_both_modes() -> None:
    text = (Path(__file__).parents[2] / "crds/examples/telegram.yaml").read_text()
    whole = re.sub(r"^# (?=---|apiVersion|kind|metadata|spec|  )", "", text, flags=re.MULTILINE)
    polling, webhook = read_documents(text), read_documents(whole)
    assert [document.kind for document in polling] == ["Secret", "Source"]
    assert [document.kind for document in webhook] == ["Secret", "Source", "Webhook"]
