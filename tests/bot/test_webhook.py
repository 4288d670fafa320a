"""Webhook mode: success is answered when an update is safe, and what is registered is kept, withdrawn and explained."""

import asyncio
from typing import Any

import aiohttp
import pytest
from tracker_bot import registration
from tracker_bot.dispatching import UPDATES
from tracker_bot.receiving import HEADER
from tracker_core.bus import Bus
from tracker_core.errors import ConfigurationError

from tests.bot.conftest import PATH, PUBLIC, SECRET, Files, Running, Start, all_on_bus, on_bus, until
from tests.support.servers import Server
from tests.support.telegram_api import GROUP, Hook, TelegramApi


@pytest.fixture
def files(files: Files) -> Files:
    files.write(mode="webhook")
    return files


async def post(running: Running, body: Any, headers: dict[str, str] | None = None) -> int:
    assert running.channel.receiving is not None
    url = f"http://127.0.0.1:{running.channel.receiving.port}{PATH}"
    data = body if isinstance(body, bytes) else None
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, json=None if data is not None else body, headers=headers) as response,
    ):
        return response.status


def update(telegram: TelegramApi, text: str = "hello") -> dict[str, Any]:
    return {
        "update_id": 5,
        "message": telegram.compose(GROUP, {"id": 7, "is_bot": False, "first_name": "A"}, text=text),
    }


async def test_telegram_is_told_where_to_call_and_its_calls_become_messages(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    telegram.say("before the start")
    async with start() as running:
        telegram.say("one")
        telegram.album(b"one", b"two", caption="photos")
        telegram.say("two")
        messages = await on_bus(bus, 4)
        await until("confirmation", lambda: not telegram.pending)
        assert running.served.condition.report().account == "@tracker_bot"
    assert [m.text for m in messages] == ["before the start", "one", "photos", "two"]
    (told,) = telegram.calls("setWebhook")
    assert (told["url"], told["secret_token"], told["allowed_updates"]) == (PUBLIC + PATH, SECRET, UPDATES)
    assert telegram.hook is not None  # a stop leaves it: Telegram keeps what comes until the next start


async def test_late_start_is_called_for_what_was_missed(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    async with start():
        telegram.say("one")
        await on_bus(bus, 1)
    telegram.say("two")
    await until("a failed call", lambda: telegram.hook and telegram.hook.last_error_message)
    async with start() as running:
        await on_bus(bus, 2)
        await running.reason("")


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {"Authorization": SECRET}])
async def test_who_does_not_know_the_secret_is_refused(
    telegram: TelegramApi, start: Start, bus: Bus, headers: dict[str, str]
) -> None:
    async with start() as running:
        assert await post(running, update(telegram), headers) == 401
        assert await post(running, b"not JSON", headers) == 401
        assert await all_on_bus(bus) == []
        assert await post(running, update(telegram), {HEADER: SECRET}) == 200
        assert len(await all_on_bus(bus)) == 1


async def test_both_secrets_count_while_one_is_replaced(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    refs = {
        "secretRef": {"name": "telegram", "key": "new"},
        "previousSecretRef": {"name": "telegram", "key": "webhook"},
    }
    files.write(mode="webhook", webhook={"verification": {"type": "Token", "token": refs}})
    files.secret("new", "the-new-one")
    async with start() as running:
        assert await post(running, update(telegram), {HEADER: SECRET}) == 200
        assert await post(running, update(telegram), {HEADER: "the-new-one"}) == 200
        (files.secrets / "support/telegram/webhook").unlink()
        assert await post(running, update(telegram), {HEADER: SECRET}) == 401
        assert await post(running, update(telegram), {HEADER: "the-new-one"}) == 200
        (files.secrets / "support/telegram/new").unlink()
        assert await post(running, update(telegram), {HEADER: "the-new-one"}) == 503


async def test_success_is_answered_after_the_ack_and_not_before(
    telegram: TelegramApi, start: Start, bus: Bus, nats_server: Server
) -> None:
    async with start() as running:
        await running.reason("")
        nats_server.kill()
        calling = asyncio.create_task(post(running, update(telegram), {HEADER: SECRET}))
        await running.reason("BusUnavailable")
        assert not calling.done()
        nats_server.start()
        assert await calling == 200
        assert len(await on_bus(bus, 1)) == 1


async def test_what_cannot_be_read_is_a_dead_letter_and_not_sent_again(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    async with start() as running:
        assert await post(running, b'{"update_id": 1', {HEADER: SECRET}) == 200
        assert await post(running, {"update_id": 2, "message": {"text": "x"}}, {HEADER: SECRET}) == 200
        assert await post(running, update(telegram), {HEADER: SECRET}) == 200
        messages = await on_bus(bus, 3)
    assert [bool(m.dead) for m in messages] == [True, True, False]
    assert messages[0].raw == '{"update_id": 1'


async def test_suspended_webhook_leaves_updates_at_telegram(telegram: TelegramApi, files: Files, start: Start) -> None:
    files.write(mode="webhook", webhook={"suspend": True})
    async with start() as running:
        assert await post(running, update(telegram), {HEADER: SECRET}) == 503


async def test_mode_may_change_in_both_directions_without_loss(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    async with start():
        telegram.say("called")
        await on_bus(bus, 1)
    telegram.say("between")
    files.write(mode="polling")
    async with start() as running:
        telegram.say("polled")
        await on_bus(bus, 3)
        await running.reason("")
        assert telegram.hook is None
    telegram.say("between again")
    files.write(mode="webhook")
    async with start():
        telegram.say("called again")
        messages = await on_bus(bus, 5)
    assert [m.text for m in messages] == ["called", "between", "polled", "between again", "called again"]


async def test_address_that_has_moved_is_told_anew(telegram: TelegramApi, files: Files, start: Start, bus: Bus) -> None:
    async with start():
        await until("webhook", lambda: telegram.hook)
    files.write(mode="webhook", webhook={"path": "/webhook/elsewhere"})
    async with start(public_url=PUBLIC + "/prefix/"):
        await until("address", lambda: telegram.hook and telegram.hook.url == PUBLIC + "/prefix/webhook/elsewhere")


async def test_address_of_somebody_else_is_a_conflict_and_stays(telegram: TelegramApi, start: Start) -> None:
    telegram.hook = Hook("https://other.example.org/hook", "", 40)
    async with start() as running:
        assert "https://other.example.org/hook" in await running.reason("Conflict")
        assert telegram.hook.url == "https://other.example.org/hook"


async def test_address_that_telegram_cannot_reach_is_named(
    telegram: TelegramApi, start: Start, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registration, "CHECK", 0.3)
    async with start() as running:
        await until("webhook", lambda: telegram.hook)
        right, telegram.routes[PUBLIC] = telegram.routes[PUBLIC], "http://127.0.0.1:9"
        await asyncio.sleep(1)  # Telegram's clock has whole seconds
        telegram.say("does not arrive")
        detail = await running.reason("Unreachable")
        assert detail.startswith(f"Telegram cannot deliver to {PUBLIC}{PATH}: Connection refused")
        assert running.served.condition.lag == 1
        telegram.routes[PUBLIC] = right
        await on_bus(bus, 1)
        await running.reason("")


async def test_rate_limit_at_registration_is_named_and_passes(telegram: TelegramApi, start: Start) -> None:
    telegram.fail("setWebhook", 429, "Too Many Requests: retry after 1", retry_after=1)
    async with start() as running:
        await running.reason("RateLimited")
        await until("webhook", lambda: telegram.hook)
        await running.reason("")


async def test_without_auto_register_telegram_is_told_nothing(
    telegram: TelegramApi, files: Files, start: Start
) -> None:
    files.write(mode="webhook", webhook={"autoRegister": False})
    async with start() as running:
        assert "spec.autoRegister" in await running.reason("Forbidden")
    await telegram._setwebhook({"url": PUBLIC + PATH, "secret_token": SECRET})
    async with start() as running:
        await running.reason("")
    assert telegram.calls("setWebhook") == []


async def test_secret_that_telegram_does_not_take_is_named(telegram: TelegramApi, files: Files, start: Start) -> None:
    files.secret("webhook", "with spaces and ü")
    async with start() as running:
        assert "A-Z a-z 0-9 _" in await running.reason("SecretMissing")
    assert telegram.calls("setWebhook") == []


async def test_wrong_token_is_named_and_the_server_waits(telegram: TelegramApi, files: Files, start: Start) -> None:
    files.secret("token", "123456:wrong")
    async with start() as running:
        await running.reason("InvalidCredentials")
        calling = asyncio.create_task(post(running, update(telegram), {HEADER: SECRET}))
        files.secret("token", telegram.token)
        assert await calling == 200


@pytest.mark.parametrize(
    ("webhook", "words"),
    [({"host": None}, "only https:// addresses"), ({"provider": "generic"}, "one Webhook with provider telegram")],
)
async def test_source_without_a_usable_webhook_does_not_start(
    files: Files, start: Start, webhook: dict[str, Any], words: str
) -> None:
    files.write(mode="webhook", webhook={"autoRegister": False} | webhook)
    with pytest.raises(ConfigurationError, match=words):
        async with start():
            pass


async def test_probes_say_how_it_is(files: Files, start: Start) -> None:
    files.secret("token", "123456:wrong")
    async with start() as running:
        await running.reason("InvalidCredentials")
        assert running.channel.receiving is not None
        base = f"http://127.0.0.1:{running.channel.receiving.port}"
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{base}/healthz") as response:
                assert response.status == 200
            async with session.get(f"{base}/readyz") as response:
                assert response.status == 503
