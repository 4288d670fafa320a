"""The commands that Telegram offers while somebody types; told once by each process."""

import asyncio
import logging

from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from tracker_bot.account import Account
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


async def offer_commands(account: Account) -> None:
    """Tell Telegram the commands, and wait until cancelled."""
    await account.known()
    failures = 0
    while True:
        try:
            await account.bot.set_my_commands(
                [BotCommand(command=name, description=text) for name, text in COMMANDS.items()],
                # In a group only an answer to the bot is a command.
                scope=BotCommandScopeAllPrivateChats(),
            )
        except FAILURES as error:
            failures += 1
            trouble = diagnose(error)
            log.info("The commands are not told yet: %s", account.redact(trouble.detail))
            await asyncio.sleep(trouble.wait(failures))
        else:
            break
    # A loop that ends would end the process.
    await asyncio.Event().wait()
