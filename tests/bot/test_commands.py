"""Commands: a member is linked by a code, asks the API over the bus, and nobody else learns anything."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from tracker_bot.account import Account
from tracker_bot.commands import Commands, parse_command
from tracker_bot.dispatching import Handler
from tracker_core.bus import Bus
from tracker_core.health import ServedSource
from tracker_core.repositories import sources as source_rows
from tracker_core.tables import Role

from tests.api.conftest import Api, make_settings, make_team, running
from tests.bot.conftest import SOURCE, Running, Start, all_on_bus, on_bus, until
from tests.support.telegram_api import ANNA, GROUP, OLEG, PRIVATE, TelegramApi
from tests.support.waiting import eventually

THEIRS = {"id": 8, "type": "private", "first_name": "Олег"}


@pytest_asyncio.fixture
async def api(database_url: str, nats_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with running(make_settings(database_url, nats_url, tmp_path / "api"), await make_team(database_url)) as api:
        served = ServedSource("support", "telegram", "telegram", {"type": "telegram"})
        async with api.context.engine.begin() as connection:
            await source_rows.project(connection, api.team.workspace_id, served)
        yield api


@pytest_asyncio.fixture
async def bot(start: Start, bus: Bus, api: Api) -> AsyncIterator[Running]:
    assert api

    def handlers(account: Account) -> list[Handler]:
        return [Commands(bus, SOURCE, account).take]

    async with start(handlers) as running_bot:
        await running_bot.reason("")
        yield running_bot


async def code_of(api: Api, role: Role = Role.MEMBER) -> dict[str, Any]:
    async with api.client(role) as client:
        answer = await client.post("/api/me/identities/codes", json={"kind": "telegram"})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def ready(api: Api) -> None:
    """Wait until the bot's heartbeat says that it receives."""

    async def is_ready() -> bool:
        async with api.client() as client:
            (source,) = (await client.get("/api/sources")).json()["items"]
        return bool(source["health"]["state"] == "ready")

    await eventually("the ready bot", is_ready)


async def told(telegram: TelegramApi, count: int) -> str:
    """Wait until the bot has said so much; return the last of it."""
    await until(f"{count} messages of the bot", lambda: len(telegram.sent) >= count)
    assert len(telegram.sent) == count
    return str(telegram.sent[-1].params["text"])


async def test_a_code_links_once_and_is_kept_as_a_hash(telegram: TelegramApi, bot: Running, api: Api) -> None:
    assert bot
    await ready(api)
    made = await code_of(api)
    assert made["url"] == f"https://t.me/tracker_bot?start={made['code']}"
    assert await api.value("select count(*) from link_code where encode(code_hash, 'escape') = :c", c=made["code"]) == 0
    telegram.say(f"/start {made['code']}", chat=PRIVATE)
    assert "You are Member here" in await told(telegram, 1)
    telegram.say(f"/start {made['code']}", chat=THEIRS, sender=OLEG)
    assert "not valid" in await told(telegram, 2)
    telegram.say(f"/start {made['code']}", chat=PRIVATE)
    assert "You are Member here" in await told(telegram, 3)
    async with api.client(Role.MEMBER) as client:
        (shown,) = (await client.get("/api/me/identities")).json()
        assert (shown["kind"], shown["external_id"], shown["name"]) == ("telegram", "7", "Anna Maier")
        async with api.client() as other:
            assert (await other.delete(f"/api/me/identities/{shown['id']}")).status_code == 404
        assert (await client.delete(f"/api/me/identities/{shown['id']}")).status_code == 204
        assert (await client.get("/api/me/identities")).json() == []
    telegram.say(f"/start {made['code']}", chat=PRIVATE)
    assert "not valid" in await told(telegram, 4)
    verbs = await api.rows("select verb from event where verb like 'identity.%' order by id")
    assert [row.verb for row in verbs] == ["identity.linked", "identity.unlinked"]


async def test_an_expired_code_links_nobody(telegram: TelegramApi, bot: Running, api: Api) -> None:
    assert bot
    made = await code_of(api)
    await api.execute("update link_code set expires_at = now() - interval '1 second'")
    telegram.say(f"/start {made['code']}", chat=PRIVATE)
    assert "10 minutes" in await told(telegram, 1)
    assert await api.value("select count(*) from member_identity") == 0


async def test_status_is_for_members_and_says_how_the_sources_are(
    telegram: TelegramApi, bot: Running, api: Api, bus: Bus
) -> None:
    assert bot
    telegram.say("/status", chat=PRIVATE)
    assert "do not know you" in await told(telegram, 1)
    assert [message.text for message in await on_bus(bus, 1)] == ["/status"]
    telegram.say(f"/start {(await code_of(api, Role.VIEWER))['code']}", chat=PRIVATE)
    await told(telegram, 2)
    await ready(api)
    telegram.say("/status", chat=PRIVATE)
    text = await told(telegram, 3)
    assert "Hello Viewer." in text
    assert "1 received = 0 tasks + 0 ignored + 1 waiting + 0 dead. It balances." in text
    assert "support/telegram: ready" in text


async def test_start_and_help_explain_to_everybody(telegram: TelegramApi, bot: Running, bus: Bus) -> None:
    assert bot
    telegram.say("/start", chat=PRIVATE)
    assert "Are you a member" in await told(telegram, 1)
    telegram.say("/help@Tracker_Bot", chat=PRIVATE)
    assert "/status" in await told(telegram, 2)
    assert await all_on_bus(bus) == []


async def test_in_a_group_only_an_answer_to_the_bot_is_a_command(telegram: TelegramApi, bot: Running, bus: Bus) -> None:
    assert bot
    own = telegram.compose(GROUP, {key: telegram.me[key] for key in ("id", "is_bot", "first_name")}, text="Hello")
    telegram.say("/help", sender=ANNA)
    telegram.say("/help", sender=ANNA, reply_to_message=own)
    telegram.say("/dance", chat=PRIVATE)
    assert "/status" in await told(telegram, 1)
    assert [message.text for message in await on_bus(bus, 2)] == ["/help", "/dance"]


async def test_while_nobody_answers_the_person_is_told_so(telegram: TelegramApi, start: Start, bus: Bus) -> None:
    async with start(lambda account: [Commands(bus, SOURCE, account).take]):
        telegram.say("/status", chat=PRIVATE)
        assert "does not answer. Try again" in await told(telegram, 1)
    assert await all_on_bus(bus) == []


def test_commands_to_another_bot_and_other_words_are_none() -> None:
    assert parse_command("/new@tracker_bot a\nb", "Tracker_bot") == ("new", "a\nb")
    assert parse_command("/new@other_bot a", "tracker_bot") is None
    assert parse_command("see /new", "tracker_bot") is None
    assert parse_command("/etc/passwd is empty", "tracker_bot") is None
