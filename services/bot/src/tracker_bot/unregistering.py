"""Takes back what Telegram was told, when a Source is deleted or suspended: the webhook's address and the menu button.

`python -m tracker_bot unregister` does it after the process has ended: the local runtime when a manifest was deleted,
and a finalizer in a cluster. It needs what the process needs, and announces nothing.
"""

import logging

import msgspec
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import MenuButtonDefault
from nats.errors import Error as NatsError
from tracker_core.bus import connect, ensure_bus
from tracker_core.channels.condition import Reason
from tracker_core.channels.cursors import Cursor
from tracker_core.channels.process import load_source
from tracker_core.channels.secret_files import read_secret
from tracker_core.errors import UnavailableError
from tracker_core.manifests import Source
from tracker_core.manifests.source import SourceKind

from tracker_bot.place import Memory
from tracker_bot.settings import BotSettings
from tracker_bot.troubles import FAILURES, diagnose

log = logging.getLogger(__name__)


async def unregister(settings: BotSettings) -> None:
    """Take back what the process of the Source has told Telegram; nothing where that is nothing.

    Raises:
        ConfigurationError: the manifest cannot be used.
        UnavailableError: the bus, the Secret or Telegram does not answer; do it again.
    """
    source, _ = load_source(settings.source, SourceKind.TELEGRAM)
    bus = await connect(settings.nats, name=f"unregister {source.key}")
    try:
        await ensure_bus(bus.js)
        await withdraw(source, Cursor(bus.js, source.key), settings)
    finally:
        await bus.close()


async def withdraw(source: Source, cursor: Cursor, settings: BotSettings) -> None:
    """Do it over a connection that is open; raises as `unregister` does."""
    assert source.spec.telegram is not None, "the schema says so for this kind"
    try:
        memory = msgspec.convert(await cursor.load(), Memory)
        if not (memory.webhook or memory.menu):
            return
        ref = source.spec.telegram.token_secret_ref
        token = read_secret(settings.source.secrets_dir, source.metadata.namespace, ref).decode(errors="replace")
        await _withdraw(source.key, memory, token.strip(), settings)
        memory.webhook = memory.menu = ""
        await cursor.save(msgspec.to_builtins(memory))
    except NatsError as error:
        raise UnavailableError("The message bus does not answer", cure="Do it again") from error


async def _withdraw(key: str, memory: Memory, token: str, settings: BotSettings) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(settings.bot.api_url), timeout=settings.bot.answer_seconds)
    try:
        bot = Bot(token, session=session)
        # Another address may be another installation with the same token.
        if memory.webhook and (await bot.get_webhook_info()).url == memory.webhook:
            # What waits there stays, for whoever uses the bot next.
            await bot.delete_webhook(drop_pending_updates=False)
            log.info("Source %s: Telegram calls %s no more", key, memory.webhook)
        if memory.menu:
            await bot.set_chat_menu_button(menu_button=MenuButtonDefault())
    except FAILURES as error:
        trouble = diagnose(error)
        if trouble.reason == Reason.INVALID_CREDENTIALS:
            # A bot that was deleted, or its token revoked: nothing can be taken back any more.
            log.warning("Source %s: %s", key, trouble.detail.replace(token, "<token>"))
            return
        raise UnavailableError(
            f"Source '{key}': {trouble.detail.replace(token, '<token>')}", cure="Do it again, or call deleteWebhook"
        ) from error
    finally:
        await session.close()
