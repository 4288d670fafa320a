"""Wires the process of one Telegram Source."""

import asyncio
import signal

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from tracker_core.bus import connect, ensure_bus
from tracker_core.errors import ConfigurationError
from tracker_core.health import ServedSource, announce, beating
from tracker_core.manifests import SecretKeyRef, Source, read_documents

from tracker_bot.polling import Polling
from tracker_bot.settings import BotOwnSettings, BotSettings


async def run(settings: BotSettings) -> None:
    """Poll until SIGTERM or SIGINT."""
    source, token = load(settings.bot)
    assert source.spec.telegram is not None, "load() returns telegram Sources only"
    bus = await connect(settings.nats, name=f"source {source.key}")
    session = AiohttpSession(api=TelegramAPIServer.from_base(settings.bot.api_url))
    bot = Bot(token, session=session)
    polling = Polling(bot, bus, source.key, source.spec.telegram, poll_seconds=settings.bot.poll_seconds)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await ensure_bus(bus.js)
        meta = source.metadata
        spec = source.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
        await announce(bus.js, ServedSource(meta.namespace, meta.name, source.spec.type, spec))
        async with (
            beating(bus.js, f"source.{meta.namespace}.{meta.name}", polling.report),
            asyncio.TaskGroup() as group,
        ):
            loop = group.create_task(polling.run())
            await stop.wait()
            loop.cancel()
    finally:
        await session.close()
        await bus.close()


def load(settings: BotOwnSettings) -> tuple[Source, str]:
    """Read the manifest and the bot's token.

    Raises:
        ConfigurationError: the file is not a telegram Source, or its Secret has no such key.
        InvalidManifestError: the manifest breaks its schema.
    """
    sources = [item for item in read_documents(settings.manifest.read_text()) if isinstance(item, Source)]
    if len(sources) != 1 or sources[0].spec.telegram is None:
        raise ConfigurationError(f"{settings.manifest}: there must be exactly one Source of type telegram in it")
    reference: SecretKeyRef = sources[0].spec.telegram.token_secret_ref
    path = settings.secrets_dir / reference.name / reference.key
    try:
        return sources[0], path.read_text().strip()
    except OSError as error:
        raise ConfigurationError(
            f"Source '{sources[0].key}': Secret '{reference.name}' has no key '{reference.key}'",
            cure="Create it, or correct spec.telegram.tokenSecretRef",
        ) from error
