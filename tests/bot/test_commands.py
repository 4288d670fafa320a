"""Commands: a member is linked by a code, asks the API over the bus, and nobody else learns anything."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from tracker_bot import cards
from tracker_bot.account import Account
from tracker_bot.buttons import Buttons
from tracker_bot.cards import Press, read_press
from tracker_bot.commands import Commands, parse_command
from tracker_bot.dashboard import Dashboard
from tracker_bot.dispatching import Handler
from tracker_bot.menu import offer
from tracker_core.bus import Bus
from tracker_core.health import ServedSource
from tracker_core.repositories import sources as source_rows
from tracker_core.tables import Category, Priority, Role

from tests.api.conftest import Api, make_settings, make_team, running
from tests.bot.conftest import SOURCE, Running, Start, all_on_bus, on_bus, until
from tests.support.telegram_api import ANNA, GROUP, OLEG, PRIVATE, Json, TelegramApi
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
        return [Commands(bus, SOURCE, account).take, Buttons(bus, SOURCE, account).take]

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


async def linked(telegram: TelegramApi, api: Api, role: Role = Role.MEMBER) -> None:
    """Link Anna, and forget what was said."""
    telegram.say(f"/start {(await code_of(api, role))['code']}", chat=PRIVATE)
    await told(telegram, 1)
    telegram.requests.clear()


async def pressed(telegram: TelegramApi, message: Json, does: str, *, sender: Json = ANNA) -> Json:
    """Press the button that does this, as the message shows it now; return how the press was answered."""
    now = telegram.messages[message["chat"]["id"], message["message_id"]]
    buttons = [button.get("callback_data", "") for row in now["reply_markup"]["inline_keyboard"] for button in row]
    (data,) = [data for data in buttons if data.split(":")[0] == does]
    return await press(telegram, now, data, sender=sender)


async def press(telegram: TelegramApi, message: Json, data: str, *, sender: Json = ANNA) -> Json:
    """Press a button with this data; return how the press was answered, when the message is edited too."""
    query = telegram.press(message, data, sender=sender)

    def answers() -> list[Json]:
        return [call for call in telegram.calls("answerCallbackQuery") if call["callback_query_id"] == query]

    await until("the answer to a press", answers)
    later = telegram.press(message, "x")
    await until("the end of the press", lambda: later in str(telegram.calls("answerCallbackQuery")))
    (answer,) = answers()
    return answer


async def presses(telegram: TelegramApi, count: int) -> None:
    """Wait until so many presses are answered."""
    await until(f"{count} answers", lambda: len(telegram.calls("answerCallbackQuery")) == count)


def shown(telegram: TelegramApi, message: Json) -> str:
    """Return the text of a message as it is now."""
    return str(telegram.messages[message["chat"]["id"], message["message_id"]]["text"])


async def test_a_suggestion_is_accepted_corrected_taken_and_finished_from_the_chat(
    telegram: TelegramApi, bot: Running, api: Api
) -> None:
    assert bot
    await api.add_suggestion(await api.add_source("inbox"))
    await linked(telegram, api)
    telegram.say("/tasks", chat=PRIVATE)
    assert "❔ #1 Export is old ❗" in await told(telegram, 1)
    message = telegram.sent[0].result
    assert (await pressed(telegram, message, "accept"))["text"] == "#1 is to do"
    assert "📌 to do · bug · high · for nobody yet" in shown(telegram, message)
    assert (await pressed(telegram, message, "take"))["text"] == "#1 is yours"
    assert "for Member" in shown(telegram, message)
    await pressed(telegram, message, "correct")
    assert (await press(telegram, message, "category:1:3:question"))["text"] == "#1 is corrected"
    assert await api.value("select count(*) from correction where field = 'category' and after = 'question'") == 1
    await pressed(telegram, message, "done")
    assert "✅ done · question" in shown(telegram, message)
    row = (await api.rows("select status, category, version, assignee_id from task"))[0]
    assert tuple(row) == ("done", "question", 5, api.team.members[Role.MEMBER])
    actors = await api.rows("select distinct actor_name from event where verb = 'task.updated'")
    assert [row.actor_name for row in actors] == ["Member"]
    await pressed(telegram, message, "list")
    assert shown(telegram, message) == "No task is open."


async def test_priority_is_corrected_and_a_task_assigned_to_somebody_else_from_the_chat(
    telegram: TelegramApi, bot: Running, api: Api
) -> None:
    assert bot
    await api.add_suggestion(await api.add_source("inbox"))
    await linked(telegram, api)
    telegram.say("/tasks", chat=PRIVATE)
    await told(telegram, 1)
    message = telegram.sent[0].result
    await pressed(telegram, message, "show")
    await pressed(telegram, message, "correct")
    assert (await press(telegram, message, "priority:1:1:low"))["text"] == "#1 is corrected"
    assert "bug · low · for nobody yet" in shown(telegram, message)
    assert await api.value("select count(*) from correction where field = 'priority' and after = 'low'") == 1
    await pressed(telegram, message, "members")
    buttons = telegram.messages[7, message["message_id"]]["reply_markup"]["inline_keyboard"]
    assert [button["text"] for row in buttons for button in row] == ["Member", "Admin", "Viewer", "« Back"]
    admin = api.team.members[Role.ADMIN].hex
    assert (await press(telegram, message, f"assign:1:2:{admin}"))["text"] == "#1 is assigned"
    assert "for Admin" in shown(telegram, message)
    assert (await press(telegram, message, "assign:1:3:nobody"))["text"] == "#1 is assigned"
    assert "for nobody yet" in shown(telegram, message)
    assert "There is no member" in (await press(telegram, message, "assign:1:4:x"))["text"]
    assert "there is no member" in (await press(telegram, message, f"assign:1:4:{'f' * 32}"))["text"]
    assert "There is no priority 'x'" in (await press(telegram, message, "priority:1:4:x"))["text"]


async def test_who_was_too_late_sees_the_task_as_it_is_and_why(telegram: TelegramApi, bot: Running, api: Api) -> None:
    assert bot
    await api.add_suggestion(await api.add_source("inbox"))
    await linked(telegram, api)
    telegram.say("/tasks", chat=PRIVATE)
    await told(telegram, 1)
    message = telegram.sent[0].result
    async with api.client() as admin:
        edit = {"title": "Export is a day old"}
        assert (await admin.patch("/api/tasks/1", json=edit, headers={"if-match": '"1"'})).status_code == 200
    answer = await pressed(telegram, message, "accept")
    assert "Somebody changed #1 in the meantime" in answer["text"]
    assert answer["show_alert"] in (True, "true")
    assert "#1 Export is a day old\n❔ suggested" in shown(telegram, message)
    assert (await pressed(telegram, message, "decline"))["text"] == "#1 is declined"
    # The same wish of somebody else, from an older message, is fulfilled already.
    assert (await press(telegram, message, "decline:1:1"))["text"] == "#1 is declined"
    assert await api.value("select version from task") == 3


async def test_an_update_that_comes_again_changes_nothing_again(telegram: TelegramApi, bot: Running, api: Api) -> None:
    assert bot
    await linked(telegram, api)
    new = telegram.say("/new Order paper\nA4, two boxes", chat=PRIVATE)
    assert "#1 Order paper\n📌 to do · task · medium · for nobody yet\n\nOrder paper\nA4, two boxes" in (
        await told(telegram, 1)
    )
    telegram.push("message", new)
    await told(telegram, 2)
    assert await api.value("select count(*) from task") == 1
    press_again = {
        "id": "77",
        "from": ANNA,
        "chat_instance": "1",
        "message": telegram.sent[0].result,
        "data": "take:1:1",
    }
    for times in (1, 2):
        telegram.push("callback_query", press_again)
        await presses(telegram, times)
    telegram.say("/mine", chat=PRIVATE)
    assert "#1 Order paper – Member" in await told(telegram, 3)
    assert await api.value("select version from task") == 2
    assert await api.value("select count(*) from event where verb = 'task.updated'") == 1


async def test_done_takes_a_number_and_says_when_there_is_no_such_task(
    telegram: TelegramApi, bot: Running, api: Api, bus: Bus
) -> None:
    assert bot
    await linked(telegram, api)
    for number, (text, expected) in enumerate(
        (
            ("/mine", "Nothing is assigned to you."),
            ("/new", "after the command"),
            ("/new Order paper", "#1 Order paper"),
            ("/done", "number of the task"),
            ("/done 7", "There is no task '7'"),
            ("/done #1", "✅ done"),
            ("/tasks", "No task is open."),
        ),
        start=1,
    ):
        telegram.say(text, chat=PRIVATE)
        assert expected in await told(telegram, number)
    assert await all_on_bus(bus) == []


async def test_a_viewer_reads_and_a_stranger_does_not(telegram: TelegramApi, bot: Running, api: Api, bus: Bus) -> None:
    assert bot
    await api.add_suggestion(await api.add_source("inbox"))
    await linked(telegram, api, Role.VIEWER)
    telegram.say("/tasks", chat=PRIVATE)
    await told(telegram, 1)
    message = telegram.sent[0].result
    assert "needs the role 'member'" in (await pressed(telegram, message, "accept"))["text"]
    assert "members of the team" in (await pressed(telegram, message, "show", sender=OLEG))["text"]
    assert telegram.calls("editMessageText") == []
    telegram.say("/new Order paper", chat=PRIVATE)
    assert "needs the role 'member'" in await told(telegram, 2)
    telegram.say("/new The printer burns", chat=THEIRS, sender=OLEG)
    assert "do not know you" in await told(telegram, 3)
    messages = await on_bus(bus, 2)
    assert [message.text for message in messages] == ["/new Order paper", "/new The printer burns"]
    assert await api.value("select status from task") == "triage"


async def test_the_process_tells_telegram_its_commands_and_where_the_dashboard_is(
    telegram: TelegramApi, start: Start
) -> None:
    async def offered(base: str, *, calls: int, buttons: int) -> None:
        async with start() as running_bot:
            channel = running_bot.channel
            telling = asyncio.create_task(offer(channel.account, channel.place, Dashboard(base, SOURCE)))
            await until("the menu", lambda: len(telegram.calls("setMyCommands")) == calls)
            await until("the button", lambda: len(telegram.calls("setChatMenuButton")) == buttons)
            wanted = Dashboard(base, SOURCE).page()
            await until("the memory of it", lambda: channel.place.memory.menu == wanted)
            telling.cancel()

    telegram.fail("setMyCommands", 500, "Internal Server Error")
    await offered("http://127.0.0.1:8080", calls=2, buttons=0)
    assert {command["command"] for command in telegram.commands} >= {"tasks", "mine", "new", "done", "settings"}
    assert telegram.calls("setChatMenuButton") == []
    await offered("https://tracker.example.org", calls=3, buttons=1)
    button = telegram.calls("setChatMenuButton")[0]["menu_button"]
    assert button["web_app"]["url"] == "https://tracker.example.org/login?telegram=support%2Ftelegram"
    # Only what we have set is taken back.
    await offered("", calls=4, buttons=2)
    await offered("", calls=5, buttons=2)
    assert [call["menu_button"]["type"] for call in telegram.calls("setChatMenuButton")] == ["web_app", "default"]


def test_the_data_of_a_button_fits_and_is_read_as_it_was_written() -> None:
    longest = Press("assign", 2**31 - 1, 999_999_999, "f" * 32)
    assert len(longest.data.encode()) <= 64
    assert read_press(longest.data) == longest
    assert read_press("accept:1") is None
    assert read_press("accept:1:1:x:y") is None
    assert set(cards.CATEGORIES) == set(Category)
    assert list(cards.PRIORITIES) == list(Priority)


def test_commands_to_another_bot_and_other_words_are_none() -> None:
    assert parse_command("/new@tracker_bot a\nb", "Tracker_bot") == ("new", "a\nb")
    assert parse_command("/new@other_bot a", "tracker_bot") is None
    assert parse_command("see /new", "tracker_bot") is None
    assert parse_command("/etc/passwd is empty", "tracker_bot") is None
