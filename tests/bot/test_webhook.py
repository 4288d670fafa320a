"""Webhook mode: Telegram -> gateway -> bus -> the bot; what is registered is kept, withdrawn and explained."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from tracker_bot import registration
from tracker_bot.dispatching import UPDATES
from tracker_core.bus import HANDED, Bus
from tracker_core.errors import ConfigurationError

from tests.bot.conftest import PATH, PUBLIC, SECRET, Files, Start, all_on_bus, on_bus, until
from tests.ingestion.gateway.conftest import Running as Gateway
from tests.ingestion.gateway.conftest import running as gateway_running
from tests.ingestion.gateway.folders import Folders
from tests.support.servers import Server
from tests.support.telegram_api import ANNA, GROUP, Hook, TelegramApi
from tests.support.waiting import eventually

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def files(files: Files) -> Files:
    files.write(mode="webhook")
    return files


@pytest_asyncio.fixture(autouse=True)
async def gateway(files: Files, telegram: TelegramApi, nats_url: str) -> AsyncIterator[Gateway]:
    """A gateway, and the public address that leads to it."""
    async with gateway_running(Folders(files.manifest.parent, files.secrets), nats_url) as gateway:

        async def forward(request: web.Request) -> web.Response:
            answer = await gateway.post(request.path, content=await request.read(), headers=dict(request.headers))
            return web.Response(status=answer.status_code, body=answer.content)

        app = web.Application()
        app.router.add_post("/{path:.*}", forward)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        telegram.routes[PUBLIC] = "http://{}:{}".format(*runner.addresses[0][:2])
        yield gateway
        await telegram.stop()
        await runner.cleanup()


async def post(gateway: Gateway, body: Any, headers: dict[str, str] | None = None) -> int:
    host = {"Host": "bot.example.org"}
    if isinstance(body, bytes):
        return (await gateway.post(PATH, content=body, headers=host | (headers or {}))).status_code
    return (await gateway.post(PATH, json=body, headers=host | (headers or {}))).status_code


def update(telegram: TelegramApi, text: str = "hello") -> dict[str, Any]:
    return {"update_id": 5, "message": telegram.compose(GROUP, ANNA, text=text)}


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


async def test_late_start_reads_what_the_gateway_took_meanwhile(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    async with start():
        telegram.say("one")
        await on_bus(bus, 1)
    telegram.say("two")
    await until("delivery to the gateway", lambda: not telegram.pending)
    async with start() as running:
        await on_bus(bus, 2)
        await running.reason("")

        async def acknowledged() -> bool:
            return (await bus.js.stream_info(HANDED)).state.messages == 0

        await eventually("acknowledgement", acknowledged)


async def test_what_a_crashed_process_had_taken_comes_again_at_once_and_once(
    telegram: TelegramApi, start: Start, bus: Bus
) -> None:
    telegram.slow("download", 60)
    async with start():
        telegram.say(caption="slow", document=telegram.file(b"x") | {"file_name": "a.pdf"})
        telegram.say("next")
        await until("a download", lambda: telegram.calls("getFile"))
    telegram.faults.clear()
    async with start():
        messages = await on_bus(bus, 2)
    assert [m.text for m in messages] == ["slow", "next"]


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {"Authorization": SECRET}])
async def test_who_does_not_know_the_secret_is_refused(
    telegram: TelegramApi, gateway: Gateway, start: Start, bus: Bus, *, headers: dict[str, str]
) -> None:
    async with start():
        assert await post(gateway, update(telegram), headers) == 401
        assert await all_on_bus(bus) == []
        assert await post(gateway, update(telegram), {HEADER: SECRET}) == 202
        assert len(await on_bus(bus, 1)) == 1


async def test_both_secrets_count_while_one_is_replaced(
    telegram: TelegramApi, files: Files, gateway: Gateway, start: Start
) -> None:
    refs = {
        "secretRef": {"name": "telegram", "key": "new"},
        "previousSecretRef": {"name": "telegram", "key": "webhook"},
    }
    async with start():
        await until("the old one", lambda: telegram.hook and telegram.hook.secret_token == SECRET)
    files.secret("new", "the-new-one")
    files.write(mode="webhook", webhook={"verification": {"type": "Token", "token": refs}})

    async def reloaded() -> bool:
        return await post(gateway, update(telegram), {HEADER: "the-new-one"}) == 202

    await eventually("the new secret", reloaded)
    assert await post(gateway, update(telegram), {HEADER: SECRET}) == 202
    async with start():
        await until("the new one", lambda: telegram.hook and telegram.hook.secret_token == "the-new-one")


async def test_bus_that_is_away_keeps_updates_at_telegram(
    telegram: TelegramApi, start: Start, bus: Bus, nats_server: Server
) -> None:
    async with start() as running:
        await until("webhook", lambda: telegram.hook)
        await running.reason("")
        nats_server.kill()
        telegram.say("waits")
        await until("a refused call", lambda: telegram.hook and telegram.hook.last_error_message)
        assert telegram.hook is not None
        assert "503" in str(telegram.hook.last_error_message)
        nats_server.start()
        assert (await on_bus(bus, 1))[0].text == "waits"


async def test_what_cannot_be_read_is_a_dead_letter_and_not_sent_again(
    telegram: TelegramApi, gateway: Gateway, start: Start, bus: Bus
) -> None:
    async with start() as running:
        telegram.push_raw({"update_id": 2, "message": {"text": "x"}})
        telegram.say("after")
        messages = await on_bus(bus, 2)
        await until("confirmation", lambda: not telegram.pending)
        assert "is a dead letter" in running.served.condition.report().detail
        assert running.served.condition.report().state == "ready"
    by_id = {m.external_id: m for m in messages}
    assert "cannot be read" in by_id["update:2"].dead
    assert by_id["-1001:1"].text == "after"


async def test_suspended_webhook_leaves_updates_at_telegram(
    telegram: TelegramApi, files: Files, gateway: Gateway
) -> None:
    files.write(mode="webhook", webhook={"suspend": True})

    async def refused() -> bool:
        return await post(gateway, update(telegram), {HEADER: SECRET}) == 503

    await eventually("refusal", refused)


async def test_mode_may_change_in_both_directions_without_loss(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus
) -> None:
    async with start():
        telegram.say("called")
        await on_bus(bus, 1)
    files.write(mode="polling")
    async with start() as running:
        telegram.say("polled")
        await on_bus(bus, 2)
        await running.reason("")
        assert telegram.hook is None
    telegram.say("between")
    files.write(mode="webhook")
    async with start():
        telegram.say("called again")
        messages = await on_bus(bus, 4)
    assert [m.text for m in messages] == ["called", "polled", "between", "called again"]


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


async def test_wrong_token_is_named_and_calls_wait(
    telegram: TelegramApi, files: Files, start: Start, bus: Bus, gateway: Gateway
) -> None:
    files.secret("token", "123456:wrong")
    async with start() as running:
        await running.reason("InvalidCredentials")
        assert await post(gateway, update(telegram), {HEADER: SECRET}) == 202
        assert await all_on_bus(bus) == []
        files.secret("token", telegram.token)
        await on_bus(bus, 1)


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
