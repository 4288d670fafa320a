"""The dashboard inside Telegram: only who Telegram signed for, just now, and who is a member, gets a session."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiogram.types import InlineKeyboardMarkup
from pydantic import ValidationError
from tracker_api.middleware.security_headers import SecurityHeadersMiddleware
from tracker_api.settings import ApiSettings
from tracker_bot.dashboard import Dashboard
from tracker_bot.webapp import MAX_AGE, MAX_SKEW, verify, vouch

from tests.api.conftest import Api
from tests.bot.conftest import SOURCE, Files, Running
from tests.bot.test_commands import api, bot, linked
from tests.support.telegram_api import OLEG, TOKEN, TelegramApi
from tests.support.waiting import eventually

__all__ = ["api", "bot"]

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PATH = "/api/login/telegram"


def opened(age: timedelta = timedelta(), **fields: Any) -> str:
    return TelegramApi().open_page(at=(NOW - age).timestamp(), **fields)


def test_who_telegram_has_signed_for_is_known() -> None:
    vouched = verify(opened(), TOKEN, NOW)
    assert vouched.person is not None
    assert (vouched.person.id, vouched.person.name) == ("7", "Anna Maier")
    assert verify(opened(start_param="a b&c", signature="x_y"), TOKEN, NOW).person == vouched.person


@pytest.mark.parametrize(
    ("init_data", "token", "words"),
    [
        (opened(), "123456:other", "not signed"),
        (opened().replace("Anna", "Emma"), TOKEN, "not signed"),
        (opened().partition("&hash=")[0], TOKEN, "not signed"),
        (opened().partition("hash=")[0] + "hash=%C3%A4", TOKEN, "not signed"),
        ("", TOKEN, "not signed"),
        ("\ud800", TOKEN, "not signed"),
        (opened(MAX_AGE), TOKEN, ""),
        (opened(MAX_AGE + timedelta(seconds=1)), TOKEN, "more than 5 minutes ago"),
        (opened(-MAX_SKEW), TOKEN, ""),
        (opened(-MAX_SKEW - timedelta(seconds=1)), TOKEN, "in the future"),
        (opened(user="null"), TOKEN, "not signed"),
    ],
)
def test_what_is_forged_old_or_of_the_future_is_refused(init_data: str, token: str, words: str) -> None:
    vouched = verify(init_data, token, NOW)
    assert (words in vouched.refusal, vouched.person is None) == (True, bool(words)), vouched


@pytest_asyncio.fixture
async def vouching(bot: Running) -> AsyncIterator[None]:
    task = asyncio.create_task(vouch(bot.served.bus, SOURCE, bot.channel.account))
    # Subscribed, and known to the server.
    await eventually("the subscription", lambda: _flushed(bot))
    yield
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _flushed(bot: Running) -> bool:
    await bot.served.bus.nc.flush()
    return True


async def sign_in(client: httpx.AsyncClient, init_data: str, **fields: Any) -> httpx.Response:
    return await client.post(PATH, json={"source": SOURCE, "init_data": init_data} | fields)


async def test_a_linked_member_is_signed_in_and_nobody_else(
    telegram: TelegramApi, bot: Running, api: Api, vouching: None
) -> None:
    assert bot
    async with api.client(None) as client:
        stranger = await sign_in(client, telegram.open_page())
        assert (stranger.status_code, "get your link for Telegram there" in stranger.text) == (403, True)
        await linked(telegram, api)
        answer = await sign_in(client, telegram.open_page(), zone="Europe/Berlin")
        assert answer.status_code == 204, answer.text
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=lax" in answer.headers["set-cookie"]
        assert (await client.get("/api/me")).json()["member"]["name"] == "Member"
        assert (await client.get("/api/me/notifications")).json()["zone"] == "Europe/Berlin"
        # A zone that was chosen stays.
        await sign_in(client, telegram.open_page(), zone="Asia/Tokyo")
        assert (await client.get("/api/me/notifications")).json()["zone"] == "Europe/Berlin"
    async with api.client(None) as client:
        for init_data, words in (
            (telegram.open_page(sender=OLEG).replace("+8%2C", "+7%2C"), "not signed"),
            (telegram.open_page(at=time.time() - 301), "Close the page in Telegram and open it again"),
        ):
            refused = await sign_in(client, init_data)
            assert (refused.status_code, words in refused.text) == (401, True), refused.text
        assert (await sign_in(client, telegram.open_page(sender=OLEG))).status_code == 403
        assert (await sign_in(client, telegram.open_page(), source="default/none")).status_code == 401
        assert (await client.get("/api/me")).status_code == 401
        other = await client.post(
            PATH,
            json={"source": SOURCE, "init_data": telegram.open_page()},
            headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        )
        assert other.status_code == 403


async def test_guessing_is_bounded_and_an_absent_bot_is_named(telegram: TelegramApi, bot: Running, api: Api) -> None:
    assert bot
    async with api.client(None) as client:
        answer = await sign_in(client, telegram.open_page())
        assert (answer.status_code, f"The bot of Source '{SOURCE}' does not answer" in answer.text) == (503, True)
        statuses = [(await sign_in(client, "x", source="no/bot")).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


async def test_in_a_frame_the_cookie_is_one_for_frames(
    telegram: TelegramApi, bot: Running, api: Api, vouching: None
) -> None:
    assert bot
    await linked(telegram, api)
    api.context.settings.api.frame_ancestors = "https://web.telegram.org"
    api.context.settings.api.public_url = "https://tracker.test"
    async with api.client(None) as client:
        cookie = (await sign_in(client, telegram.open_page())).headers["set-cookie"]
    assert cookie.endswith("; Partitioned")
    assert "SameSite=none; Secure" in cookie


async def _page_headers(frame_ancestors: str, path: str) -> httpx.Headers:
    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app = SecurityHeadersMiddleware(page, frame_ancestors)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tracker.test") as client:
        return (await client.get(path)).headers


async def test_only_named_origins_may_show_the_dashboard_in_a_frame_and_none_the_api() -> None:
    named = "https://web.telegram.org https://tg.example.org"
    framed = await _page_headers(named, "/inbox")
    assert framed["content-security-policy"].endswith(f"frame-ancestors {named}")
    assert "x-frame-options" not in framed
    for headers in (await _page_headers("", "/inbox"), await _page_headers(named, "/api/me")):
        assert headers["content-security-policy"].endswith("frame-ancestors 'none'")
        assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("value", ["*", "http://a.org", "https://a.org; script-src *", "https://a.org\nx: y", " "])
def test_what_is_no_origin_is_no_setting(value: str, files: Files) -> None:
    folder = files.secrets
    with pytest.raises(ValidationError, match="frame_ancestors"):
        ApiSettings(manifests_dir=folder, secrets_dir=folder, frame_ancestors=value)


def test_the_button_opens_a_page_only_where_it_can_be_opened() -> None:
    empty = InlineKeyboardMarkup(inline_keyboard=[])
    for base in ("", "http://127.0.0.1:8080"):
        assert Dashboard(base, SOURCE).keyboard() is None
        assert Dashboard(base, SOURCE).added_to(empty, 1) == empty
    assert Dashboard("https://t.example/", SOURCE).page() == "https://t.example/login?telegram=support%2Ftelegram"
