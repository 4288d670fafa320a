"""Long polling that loses nothing: an update is confirmed to Telegram only when it is safe.

aiogram's own dispatcher confirms a batch with the next getUpdates whatever became of its handlers, so the loop is ours.
It reads updates as plain JSON, because one that aiogram cannot read would take its whole batch along.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from time import monotonic
from typing import Any

from aiogram.methods import TelegramMethod
from tracker_core.channels.condition import Condition, Reason

from tracker_bot.account import Account
from tracker_bot.dispatching import UPDATES, Dispatcher
from tracker_bot.lanes import Lanes, lane_of
from tracker_bot.registration import Registration
from tracker_bot.settings import TelegramSettings
from tracker_bot.troubles import FAILURES, Trouble, diagnose

log = logging.getLogger(__name__)

_MAX_UPDATES = 100
"""https://core.telegram.org/bots/api#getupdates"""


class RawUpdates(TelegramMethod[list[Any]]):
    """`getUpdates` without reading what it brings."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int
    allowed_updates: list[str]


class Polling:
    """The loop of one bot."""

    def __init__(
        self,
        account: Account,
        condition: Condition,
        dispatcher: Dispatcher,
        registration: Registration,
        settings: TelegramSettings,
    ) -> None:
        self._account = account
        self._condition = condition
        self._dispatcher = dispatcher
        self._registration = registration
        self._settings = settings
        self._quarrel_until = 0.0

    async def run(self) -> None:
        """Poll until cancelled."""
        await self._account.sign_in()
        offset: int | None = None
        failures = 0
        while True:
            try:
                updates = await self._ask(offset)
            except FAILURES as error:
                failures += 1
                trouble = diagnose(error)
                if trouble.reason == Reason.INVALID_CREDENTIALS:
                    # The next token may be another bot's: our offset would confirm what that one has not given yet.
                    offset = None
                await self._recover(trouble, failures)
                continue
            if monotonic() >= self._quarrel_until:
                self._account.ready()
            await self._take(updates)
            ids = [number for update in updates if (number := _number(update)) is not None]
            if updates and not ids:
                failures += 1
                trouble = Trouble(Reason.PROVIDER_ERROR, "Telegram sends updates without an id; they are dead letters")
                await self._recover(trouble, failures)
                continue
            # An answer without updates has confirmed all before it. The offset is not kept then: after a quiet week
            # the ids start anew at random, perhaps below it.
            offset = max(ids) + 1 if ids else None
            failures = 0

    async def _ask(self, offset: int | None) -> list[Any]:
        method = RawUpdates(offset=offset, timeout=self._settings.poll_seconds, allowed_updates=UPDATES)
        seconds = self._settings.poll_seconds + self._settings.answer_seconds
        async with asyncio.timeout(seconds):
            return await self._account.bot(method, request_timeout=int(seconds) + 1)

    async def _take(self, updates: list[Any]) -> None:
        self._condition.lag = len(updates)
        if len(updates) == _MAX_UPDATES:
            with contextlib.suppress(*FAILURES):
                self._condition.lag = (await self._account.bot.get_webhook_info()).pending_update_count
        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group)
            for update in updates:
                await lanes.add(lane_of(update), self._dispatcher.take(update))
        self._condition.lag = 0

    async def _recover(self, trouble: Trouble, failures: int) -> None:
        if trouble.reason == Reason.CONFLICT:
            if await self._registration.withdraw():
                return
            trouble = await self._registration.explain(trouble)
            # Two who poll get something now and then, and neither is well.
            self._quarrel_until = monotonic() + 2 * self._settings.poll_seconds
        self._account.tell(trouble)
        if trouble.reason == Reason.INVALID_CREDENTIALS:
            await self._account.sign_in()
        else:
            await asyncio.sleep(trouble.wait(failures))


def _number(update: Any) -> int | None:
    found = update.get("update_id") if isinstance(update, Mapping) else None
    return found if isinstance(found, int) else None
