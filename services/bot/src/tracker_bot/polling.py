"""Long polling that loses nothing: an update is confirmed to Telegram only after the bus has acknowledged its message.

aiogram's own dispatcher confirms a batch with the next getUpdates whatever became of its handlers, so the loop is ours.
"""

import asyncio
import logging
from datetime import UTC, datetime

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.types import Update
from nats.errors import Error as NatsError
from tracker_core import telemetry
from tracker_core.bus import Bus, inbound_subject
from tracker_core.health import Heartbeat, heartbeat
from tracker_core.inbound import encode, message_id
from tracker_core.manifests.source import TelegramSpec

from tracker_bot.reading import is_allowed, read_message

log = logging.getLogger(__name__)

UPDATES = ["message", "channel_post"]
MAX_TROUBLE = 1000
"""Characters of an error that are shown; some repeat the whole answer."""
RETRY_LIMIT = 60.0
"""Seconds between tries at most."""


class Polling:
    """The loop of one bot."""

    def __init__(self, bot: Bot, bus: Bus, source: str, spec: TelegramSpec, *, poll_seconds: int) -> None:
        self._bot = bot
        self._bus = bus
        self._source = source
        self._spec = spec
        self._poll_seconds = poll_seconds
        self._trouble = "Not connected to Telegram yet"
        self._last: datetime | None = None

    def report(self) -> Heartbeat:
        """Say how the Source is."""
        return heartbeat("degraded" if self._trouble else "ready", self._trouble, last_message_at=self._last)

    async def run(self) -> None:
        """Poll until cancelled."""
        offset, failures = 0, 0
        while True:
            try:
                updates = await self._bot.get_updates(
                    offset=offset,
                    timeout=self._poll_seconds,
                    allowed_updates=UPDATES,
                    request_timeout=self._poll_seconds + 10,
                )
                for update in updates:
                    await self._publish(update)
                    offset = update.update_id + 1
                self._trouble, failures = "", 0
            except (AiogramError, NatsError, TimeoutError, OSError) as error:
                failures += 1
                # The token is part of the URL, which the HTTP client names in some of its errors.
                self._trouble = f"{type(error).__name__}: {error}".replace(self._bot.token, "<token>")[:MAX_TROUBLE]
                wait = error.retry_after if isinstance(error, TelegramRetryAfter) else min(2.0**failures, RETRY_LIMIT)
                log.warning("Source %s: %s; again in %.0f s", self._source, self._trouble, wait)
                await asyncio.sleep(wait)

    async def _publish(self, update: Update) -> None:
        message = update.message or update.channel_post
        if message is None or not is_allowed(self._spec.chats, message, groups=self._spec.groups):
            return
        now = datetime.now(UTC)
        inbound = read_message(self._source, message, now)
        if inbound is None:
            return
        headers = {
            "Nats-Msg-Id": message_id(self._source, inbound.external_id),
            telemetry.TRACEPARENT: telemetry.new_trace(),
        }
        await self._bus.js.publish(inbound_subject(self._source), encode(inbound), timeout=5, headers=headers)
        self._last = now
