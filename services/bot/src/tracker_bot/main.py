"""Wires the process of one Telegram Source."""

import logging
from collections.abc import Sequence

from tracker_core.channels.process import Served, serving
from tracker_core.errors import UnavailableError
from tracker_core.manifests import SourceKind

from tracker_bot.account import Account
from tracker_bot.buttons import Buttons
from tracker_bot.channel import opened
from tracker_bot.commands import Commands
from tracker_bot.dashboard import Dashboard
from tracker_bot.dispatching import Handler
from tracker_bot.menu import offer
from tracker_bot.notifying import Notifying
from tracker_bot.settings import BotSettings
from tracker_bot.unregistering import withdraw
from tracker_bot.webapp import vouch

log = logging.getLogger(__name__)


async def run(settings: BotSettings) -> None:
    """Receive and answer until SIGTERM or SIGINT."""
    async with serving(settings, SourceKind.TELEGRAM) as served:
        dashboard = Dashboard(settings.bot.dashboard_url, served.key)
        if served.source.spec.suspend:
            await _withdraw(served, settings)

        def handlers(account: Account) -> Sequence[Handler]:
            commands = Commands(served.bus, served.key, account, dashboard)
            return commands.take, Buttons(served.bus, served.key, account).take

        async with opened(served, settings.bot, handlers) as channel:
            await served.run(
                *channel.loops,
                offer(channel.account, channel.place, dashboard),
                vouch(served.bus, served.key, channel.account),
                send=channel.sending.send,
                tell=Notifying(channel.account, dashboard).send,
            )


async def _withdraw(served: Served, settings: BotSettings) -> None:
    """Let Telegram keep what comes while the Source is suspended, for a day; it is registered again afterwards."""
    try:
        await withdraw(served.source, served.cursor, settings)
    except UnavailableError as error:
        log.warning("Suspended, and what Telegram was told stays: %s", error)
