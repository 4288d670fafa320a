"""What Telegram offers beside the text field: the commands, and the dashboard. Told once by each process."""

import asyncio
import logging

from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    MenuButtonDefault,
    MenuButtonWebApp,
    WebAppInfo,
)

from tracker_bot.account import Account
from tracker_bot.dashboard import Dashboard
from tracker_bot.place import Place
from tracker_bot.troubles import FAILURES, diagnose

log = logging.getLogger(__name__)

COMMANDS = {
    "tasks": "Open tasks",
    "mine": "My open tasks",
    "new": "Make a task: /new what is to be done",
    "done": "Finish a task: /done 12",
    "status": "How the channels are",
    "settings": "What I tell you, and when",
    "help": "What I can do",
}


async def offer(account: Account, place: Place, dashboard: Dashboard) -> None:
    """Tell Telegram the commands and the menu button, and wait until cancelled."""
    await account.known()
    failures = 0
    while True:
        try:
            await _offer_commands(account)
            await _offer_dashboard(account, place, dashboard.page())
        except FAILURES as error:
            failures += 1
            trouble = diagnose(error)
            log.info("The menu is not told yet: %s", account.redact(trouble.detail))
            await asyncio.sleep(trouble.wait(failures))
        else:
            break
    # A loop that ends would end the process.
    await asyncio.Event().wait()


async def _offer_commands(account: Account) -> None:
    await account.bot.set_my_commands(
        [BotCommand(command=name, description=text) for name, text in COMMANDS.items()],
        # In a group only an answer to the bot is a command.
        scope=BotCommandScopeAllPrivateChats(),
    )


async def _offer_dashboard(account: Account, place: Place, url: str) -> None:
    if not url and not place.memory.menu:
        return
    # Kept before it is told: the button is ours also when the process ends in between.
    if url and place.memory.menu != url:
        place.memory.menu = url
        await place.save()
    await account.bot.set_chat_menu_button(
        menu_button=MenuButtonWebApp(text="Tasks", web_app=WebAppInfo(url=url)) if url else MenuButtonDefault()
    )
    if not url:
        place.memory.menu = ""
        await place.save()
