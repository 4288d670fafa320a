"""The bot against a server that speaks the Bot API on the wire (https://core.telegram.org/bots/api)."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiohttp import web
from pydantic import SecretStr
from tracker_bot.main import load
from tracker_bot.polling import Polling
from tracker_bot.reading import is_allowed, read_message
from tracker_bot.settings import BotOwnSettings
from tracker_core.bus import INBOUND, Bus, connect, ensure_bus
from tracker_core.errors import ConfigurationError
from tracker_core.inbound import decode
from tracker_core.manifests.source import TelegramSpec
from tracker_core.settings import NatsSettings

EXAMPLE = Path(__file__).parents[2] / "crds/examples/telegram.yaml"
TOKEN = "123456:secret"
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "Maier", "username": "anna"}
GROUP = {"id": -100, "type": "supergroup", "title": "Support"}


def a_message(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "message_id": number,
        "date": 1_790_000_000,
        "chat": GROUP,
        "from": ANNA,
        "text": f"number {number}",
    } | fields


class BotApi:
    """getUpdates with its confirmation rule: an offset confirms all lower updates."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.fail_next: dict[str, Any] | None = None

    async def answer(self, request: web.Request) -> web.Response:
        data = await request.post()
        if self.fail_next:
            failure, self.fail_next = self.fail_next, None
            return web.json_response(failure, status=failure["error_code"])
        offset = int(str(data.get("offset", 0)))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates:
            await asyncio.sleep(0.05)
        return web.json_response({"ok": True, "result": self.updates[:100]})


@pytest_asyncio.fixture
async def bot_api() -> AsyncIterator[tuple[BotApi, Bot]]:
    api = BotApi()
    app = web.Application()
    app.router.add_post("/bot{token}/getUpdates", api.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    session = AiohttpSession(api=TelegramAPIServer.from_base(f"http://{host}:{port}"))
    yield api, Bot(TOKEN, session=session)
    await session.close()
    await runner.cleanup()


@pytest_asyncio.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    opened = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(opened.js)
    yield opened
    await opened.close()


async def test_updates_become_messages_once_and_are_confirmed_after_the_ack(
    bot_api: tuple[BotApi, Bot], bus: Bus
) -> None:
    api, bot = bot_api
    api.updates = [{"update_id": n, "message": a_message(n)} for n in range(1, 6)]
    api.fail_next = {"ok": False, "error_code": 502, "description": "Bad Gateway"}
    spec = TelegramSpec.model_validate({"tokenSecretRef": {"name": "t", "key": "k"}})
    polling = Polling(bot, bus, "default/telegram", spec, poll_seconds=1)
    for _ in range(2):  # the second run starts without an offset, as after a crash
        task = asyncio.create_task(polling.run())
        async with asyncio.timeout(10):
            while api.updates:
                await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        api.updates = [{"update_id": 5, "message": a_message(5)}]
    state = (await bus.js.stream_info(INBOUND)).state
    first = decode((await bus.js.get_msg(INBOUND, 1)).data or b"")
    assert state.messages == 5
    assert (first.external_id, first.text, first.sender.name) == ("-100:1", "number 1", "Anna Maier")
    assert polling.report().state == "ready"


async def trouble_of(bot: Bot, bus: Bus) -> str:
    spec = TelegramSpec.model_validate({"tokenSecretRef": {"name": "t", "key": "k"}})
    polling = Polling(bot, bus, "default/telegram", spec, poll_seconds=1)
    first = polling.report().detail
    task = asyncio.create_task(polling.run())
    async with asyncio.timeout(10):
        while polling.report().detail == first and not task.done():
            await asyncio.sleep(0.02)
    assert not task.done(), task.exception()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return polling.report().detail


async def test_answer_that_cannot_be_read_is_trouble_and_confirms_nothing(
    bot_api: tuple[BotApi, Bot], bus: Bus
) -> None:
    api, bot = bot_api
    api.updates = [{"update_id": 1, "message": {"message_id": "of a kind that is not known yet"}}]
    detail = await trouble_of(bot, bus)
    assert detail.startswith("ClientDecodeError")
    assert len(detail) <= 1000
    assert len(api.updates) == 1


async def test_token_is_in_no_error(bus: Bus) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base("ftp://telegram.example"))
    detail = await trouble_of(Bot(TOKEN, session=session), bus)
    await session.close()
    assert "telegram.example/bot<token>" in detail
    assert TOKEN not in detail


def test_message_keeps_topic_reply_and_raw_form() -> None:
    given = a_message(9, message_thread_id=3, is_topic_message=True, reply_to_message=a_message(4))
    read = read_message("a/b", Message.model_validate(given), datetime.now(UTC))
    assert read is not None
    assert (read.conversation, read.reply_to, read.sender.address) == ("-100:3", "-100:4", "@anna")
    assert json.loads(read.raw)["message_id"] == 9


def test_message_without_words_is_none() -> None:
    joined = a_message(1, text=None, new_chat_members=[ANNA])
    assert read_message("a/b", Message.model_validate(joined), datetime.now(UTC)) is None


def test_allow_list_and_groups_decide_which_chats_count() -> None:
    message = Message.model_validate(a_message(1))
    assert is_allowed((), message, groups=True)
    assert not is_allowed((), message, groups=False)
    assert is_allowed(("-100",), message, groups=True)
    assert not is_allowed(("-200",), message, groups=True)


def test_missing_secret_names_the_source_the_key_and_the_cure(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"Source 'default/telegram': Secret 'telegram' has no key 'token'"):
        load(BotOwnSettings(manifest=EXAMPLE, secrets_dir=tmp_path))
    (tmp_path / "telegram").mkdir()
    (tmp_path / "telegram/token").write_text(TOKEN + "\n")
    source, token = load(BotOwnSettings(manifest=EXAMPLE, secrets_dir=tmp_path))
    assert (source.key, token) == ("default/telegram", TOKEN)
