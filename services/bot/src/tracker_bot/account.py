"""Who we are at Telegram: the bot of the token, signed in again when the token is replaced.

A wrong token does not end the process: it says so, looks at the Secret each second, and goes on once it is right.
"""

import asyncio
import logging
from time import monotonic

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import User
from tracker_core.channels.condition import Reason
from tracker_core.channels.process import Served
from tracker_core.errors import UnavailableError

from tracker_bot.settings import TelegramSettings
from tracker_bot.troubles import FAILURES, Trouble, diagnose

log = logging.getLogger(__name__)

_LOOK = 1.0
"""Seconds between two looks at a Secret that is wrong or missing."""
_PRIVACY = (
    "Privacy mode is on: in groups the bot sees commands and answers to it only, unless it is an admin there. "
    "Turn it off at @BotFather (/setprivacy), then add the bot to the group anew"
)


class Account:
    """The bot of one Source."""

    def __init__(self, served: Served, settings: TelegramSettings) -> None:
        assert served.source.spec.telegram is not None, "the schema says so for this kind"
        self._served = served
        self._ref = served.source.spec.telegram.token_secret_ref
        self._groups = served.source.spec.telegram.groups
        self._session = AiohttpSession(
            api=TelegramAPIServer.from_base(settings.api_url), timeout=settings.answer_seconds
        )
        self._token = ""
        self._bot: Bot | None = None
        self._me: User | None = None
        self._known = asyncio.Event()

    @property
    def bot(self) -> Bot:
        """The client. Only after `known()`."""
        assert self._bot is not None, "sign_in() comes first"
        return self._bot

    @property
    def me(self) -> User:
        """What getMe says. Only after `known()`."""
        assert self._me is not None, "sign_in() comes first"
        return self._me

    @property
    def is_known(self) -> bool:
        """It has signed in."""
        return self._known.is_set()

    async def known(self) -> None:
        """Wait until the bot has signed in for the first time."""
        await self._known.wait()

    async def sign_in(self) -> None:
        """Try until getMe answers; the condition says meanwhile what is wrong."""
        failures = 0
        while True:
            try:
                self._token = ""
                self._token = self._served.secret(self._ref).strip()
                bot = Bot(self._token, session=self._session)
                self._me = await bot.get_me()
            except UnavailableError as error:
                trouble = Trouble(Reason.SECRET_MISSING, f"Source '{self._served.key}': {error}")
            except FAILURES as error:
                trouble = diagnose(error)
            else:
                self._bot = bot
                self._known.set()
                self.ready()
                if self._groups and not self._me.can_read_all_group_messages:
                    self._served.condition.note(_PRIVACY)
                log.info("Source %s: signed in as @%s", self._served.key, self._me.username)
                return
            failures += 1
            self.tell(trouble)
            await self._wait(trouble.wait(failures))

    def ready(self) -> None:
        """Say that it receives."""
        self._served.condition.ready(f"@{self.me.username}")

    def tell(self, trouble: Trouble) -> None:
        """Say that it does not."""
        self._served.condition.trouble(trouble.reason, trouble.detail)
        log.warning("Source %s: %s", self._served.key, self.redact(trouble.detail))

    def redact(self, text: str) -> str:
        """Take the token out: it is part of each URL, which the HTTP client names in some of its errors."""
        return text.replace(self._token, "<token>") if self._token else text

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _wait(self, seconds: float) -> None:
        """Wait, but not once the Secret says something else."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            await asyncio.sleep(min(_LOOK, left))
            try:
                if self._served.secret(self._ref).strip() != self._token:
                    return
            except UnavailableError:
                continue
