"""Wires the process of one Telegram Source."""

from tracker_core.channels.process import serving
from tracker_core.manifests import SourceKind

from tracker_bot.channel import opened
from tracker_bot.commands import Commands
from tracker_bot.settings import BotSettings


async def run(settings: BotSettings) -> None:
    """Receive and answer until SIGTERM or SIGINT."""
    async with (
        serving(settings, SourceKind.TELEGRAM) as served,
        opened(served, settings.bot, lambda account: (Commands(served.bus, served.key, account).take,)) as channel,
    ):
        await served.run(*channel.loops, send=channel.sending.send)
