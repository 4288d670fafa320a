"""What a Source has told Telegram is taken back with it, and only that."""

import asyncio

import pytest
from pydantic import SecretStr
from tracker_bot.__main__ import main
from tracker_bot.dashboard import Dashboard
from tracker_bot.main import run
from tracker_bot.menu import offer
from tracker_bot.settings import BotSettings, TelegramSettings
from tracker_bot.unregistering import unregister
from tracker_core.channels.settings import SourceFiles
from tracker_core.errors import UnavailableError
from tracker_core.settings import NatsSettings

from tests.bot.conftest import PATH, PUBLIC, SOURCE, Files, Start, until
from tests.support.telegram_api import TelegramApi


@pytest.fixture
def settings(files: Files, telegram: TelegramApi, nats_url: str) -> BotSettings:
    files.write(mode="webhook")
    return BotSettings(
        nats=NatsSettings(url=SecretStr(nats_url)),
        source=SourceFiles(manifest=files.manifest, secrets_dir=files.secrets),
        bot=TelegramSettings(api_url=telegram.url, answer_seconds=1.0),
    )


async def test_deleted_source_takes_its_address_and_its_button_back_once(
    telegram: TelegramApi, settings: BotSettings, start: Start
) -> None:
    async with start() as running:
        channel = running.channel
        offering = asyncio.create_task(
            offer(channel.account, channel.place, Dashboard("https://tracker.example.org", SOURCE))
        )
        await until("the address", lambda: telegram.hook)
        await until("the button", lambda: telegram.calls("setChatMenuButton"))
        offering.cancel()
    telegram.fail("getWebhookInfo", 500, "Internal Server Error")
    with pytest.raises(UnavailableError, match="Internal Server Error"):
        await unregister(settings)
    assert telegram.hook is not None
    await unregister(settings)
    assert telegram.hook is None
    assert [call["menu_button"]["type"] for call in telegram.calls("setChatMenuButton")] == ["web_app", "default"]
    asked = len(telegram.requests)
    await unregister(settings)
    assert len(telegram.requests) == asked


async def test_address_of_somebody_else_stays_and_a_revoked_token_is_the_end(
    telegram: TelegramApi, settings: BotSettings, start: Start
) -> None:
    async with start():
        await until("the address", lambda: telegram.hook)
    await telegram._setwebhook({"url": "https://other.example.org/hook"})
    await unregister(settings)
    assert telegram.hook is not None
    assert telegram.hook.url == "https://other.example.org/hook"
    await telegram._deletewebhook({})
    async with start():
        await until("the address again", lambda: telegram.hook and telegram.hook.url == PUBLIC + PATH)
    telegram.token = "123456:revoked"
    await unregister(settings)
    assert telegram.calls("deleteWebhook") == []


async def test_suspended_source_leaves_its_messages_with_telegram(
    telegram: TelegramApi, files: Files, settings: BotSettings, start: Start
) -> None:
    async with start():
        await until("the address", lambda: telegram.hook)
    files.write(mode="webhook", suspend=True)
    suspended = asyncio.create_task(run(settings))
    await until("no address", lambda: telegram.hook is None)
    suspended.cancel()
    await asyncio.gather(suspended, return_exceptions=True)


def test_unknown_argument_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leave"]) == 2
    assert capsys.readouterr().err == "usage: python -m tracker_bot [unregister]\n"
