"""Wires the process of one Telegram Source."""

from collections.abc import Sequence

from tracker_core.channels.process import serving
from tracker_core.manifests import SourceKind

from tracker_bot.account import Account
from tracker_bot.buttons import Buttons
from tracker_bot.channel import opened
from tracker_bot.commands import Commands
from tracker_bot.dispatching import Handler
from tracker_bot.menu import offer_commands
from tracker_bot.notifying import Notifying
from tracker_bot.settings import BotSettings


async def run(settings: BotSettings) -> None:
    """Receive and answer until SIGTERM or SIGINT."""
    async with serving(settings, SourceKind.TELEGRAM) as served:

        def handlers(account: Account) -> Sequence[Handler]:
            return Commands(served.bus, served.key, account).take, Buttons(served.bus, served.key, account).take

        async with opened(served, settings.bot, handlers) as channel:
            await served.run(
                *channel.loops,
                offer_commands(channel.account),
                send=channel.sending.send,
                tell=Notifying(channel.account).send,
            )
