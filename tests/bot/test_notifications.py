"""Notifications in the chat: with the task's buttons, as the member wants them, and none for who blocks the bot."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from tracker_bot.dashboard import Dashboard
from tracker_bot.notifying import Notifying
from tracker_core.asking import TaskCard
from tracker_core.channels.answering import notify
from tracker_core.ids import new_id
from tracker_core.inbound import Sender
from tracker_core.notices import Notice
from tracker_core.tables import Role
from tracker_worker.record.notices import send_notices
from tracker_worker.record.replies import follow_deliveries

from tests.api.conftest import Api
from tests.bot.conftest import SOURCE, Running, Start
from tests.bot.test_commands import api, bot, linked, press, pressed, shown, told
from tests.support.telegram_api import OLEG, PRIVATE, TelegramApi
from tests.support.waiting import eventually

__all__ = ["api", "bot"]

DASHBOARD = Dashboard("https://tracker.example.org", SOURCE)


@pytest_asyncio.fixture
async def carried(api: Api, bot: Running) -> AsyncIterator[None]:
    """What the recorder and the process of the Source do with notifications."""
    context, served = api.context, bot.served
    loops = (
        send_notices(context.bus, context.engine),
        follow_deliveries(context.bus, context.transactions),
        notify(served.bus, SOURCE, Notifying(bot.channel.account, DASHBOARD).send),
    )
    tasks = [asyncio.create_task(loop) for loop in loops]
    yield
    for task in tasks:
        assert not task.done()
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def awake(telegram: TelegramApi, api: Api) -> None:
    """Link Anna, who never sleeps."""
    await linked(telegram, api)
    telegram.say("/settings quiet off", chat=PRIVATE)
    await told(telegram, 1)
    telegram.requests.clear()


async def assign(api: Api, title: str) -> None:
    async with api.client() as admin:
        task = {"title": title, "assignee_id": str(api.team.members[Role.MEMBER])}
        assert (await admin.post("/api/tasks", json=task)).status_code == 201


async def test_an_assigned_task_is_told_with_its_buttons_and_finished_there(
    telegram: TelegramApi, bot: Running, api: Api, carried: None
) -> None:
    await awake(telegram, api)
    await assign(api, "Order paper")
    assert await told(telegram, 1) == (
        "👉 Admin assigned this to you:\n\n#1 Order paper\n📌 to do · task · medium · for Member"
    )
    message = telegram.sent[0].result
    assert message["chat"]["id"] == PRIVATE["id"]
    (opens,) = message["reply_markup"]["inline_keyboard"][-1]
    url = "https://tracker.example.org/login?telegram=support%2Ftelegram&next=%2Ftasks%2F1"
    assert (opens["text"], opens["web_app"]["url"]) == ("Open", url)
    assert (await pressed(telegram, message, "done"))["text"] == "#1 is done"
    await eventually("the report", lambda: api.rows("select 1 from notification where state = 'sent'"))


async def test_who_blocks_the_bot_is_told_nothing_more_until_that_is_taken_back(
    telegram: TelegramApi, bot: Running, api: Api, carried: None
) -> None:
    await awake(telegram, api)
    telegram.blocked.add(7)
    await assign(api, "Order paper")
    await eventually("the failure", lambda: api.rows("select 1 from notification where state = 'failed'"))
    async with api.client(Role.MEMBER) as member:
        settings = (await member.get("/api/me/notifications")).json()
    assert settings["paused"]
    assert "bot was blocked by the user. Unblock the bot" in settings["paused_reason"]
    await assign(api, "Order ink")
    await eventually("nothing", lambda: api.rows("select 1 from notification where state = 'dropped'"))
    telegram.blocked.clear()
    telegram.requests.clear()
    telegram.say("/settings", chat=PRIVATE)
    assert "⏸ Nothing at present" in await told(telegram, 1)
    await press(telegram, telegram.sent[0].result, "set:0:0:paused")
    await assign(api, "Order pens")
    assert "Order pens" in await told(telegram, 2)
    assert bot.served.condition.reason == ""


async def test_rate_limit_of_a_notification_is_waited_out(
    telegram: TelegramApi, bot: Running, api: Api, carried: None
) -> None:
    assert bot
    await awake(telegram, api)
    telegram.fail("sendMessage", 429, "Too Many Requests: retry after 900", retry_after=900)
    await assign(api, "Order paper")
    await eventually("the wait", lambda: api.rows("select 1 from notification where last_error like '%429%'"))
    assert await api.value("select next_attempt_at > now() + interval '14 minutes' from notification")
    await api.execute("update notification set next_attempt_at = now()")
    assert "Order paper" in await told(telegram, 1)


async def test_settings_are_shown_and_changed_in_the_chat(telegram: TelegramApi, bot: Running, api: Api) -> None:
    assert bot
    await linked(telegram, api)
    telegram.say("/settings", chat=PRIVATE)
    text = await told(telegram, 1)
    assert "🔔 Due and overdue" in text
    assert "Quiet hours: 21:00–08:00 (UTC, as you have not said where you are)" in text
    message = telegram.sent[0].result
    await press(telegram, message, "set:0:0:due")
    assert "🔕 Due and overdue" in shown(telegram, message)
    await press(telegram, message, "set:0:1:due")
    assert "🔔 Due and overdue" in shown(telegram, message)
    for number, (words, expected) in enumerate(
        (
            ("quiet 22-7:30", "22:00–07:30 (UTC"),
            ("zone Europe/Kyiv", "(Europe/Kyiv). "),
            ("quiet off", "Quiet hours: none"),
            ("quiet late", "Write it like 21:00-8:00"),
            ("zone Mars", "Write it like Europe/Berlin"),
            ("volume 11", "There is no setting 'volume 11'"),
        ),
        start=2,
    ):
        telegram.say(f"/settings {words}", chat=PRIVATE)
        assert expected in await told(telegram, number)
    telegram.say("/settings", chat={"id": 8, "type": "private", "first_name": "Олег"}, sender=OLEG)
    assert "do not know you" in await told(telegram, 8)


async def test_before_the_bot_has_signed_in_a_notification_is_put_off(telegram: TelegramApi, start: Start) -> None:
    telegram.slow("getMe", 30)
    card = TaskCard(
        number=1, title="t", description="", status="todo", category="task", priority="low", assignee="", mine=True,
        due_on="", reason="", version=1,
    )  # fmt: skip
    notice = Notice(id=new_id(), attempt=1, source=SOURCE, recipient=Sender(id="7"), kind="due", task=card)
    async with start(answer_seconds=60) as running:
        done = await Notifying(running.channel.account, DASHBOARD).send(notice)
    assert (done.outcome, done.about, telegram.sent) == ("retry", "notice", [])
