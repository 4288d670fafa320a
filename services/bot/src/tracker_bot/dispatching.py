"""The one place where an update is told apart: for a handler (a command, a button), or a message for the bus.

`take` returns when the update is safe, and only then it may be confirmed to Telegram.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from aiogram.types import Chat, Message, Update
from pydantic import ValidationError
from tracker_core.channels.process import Served
from tracker_core.telemetry import span

from tracker_bot.account import Account
from tracker_bot.admission import is_admitted
from tracker_bot.albums import Albums
from tracker_bot.place import Place
from tracker_bot.taking import Taking, message_of, parse_update

log = logging.getLogger(__name__)

UPDATES = ["message", "edited_message", "channel_post", "edited_channel_post", "callback_query"]
"""Kinds of updates that Telegram sends us (https://core.telegram.org/bots/api#update)."""
_MAX_STRANGERS = 1000

type Handler = Callable[[Update], Awaitable[bool]]
"""Takes an update that is no message for the team, and says whether it was its to take. After a crash an update can
come again: what it does is keyed by `update_id`."""


class Dispatcher:
    """Takes the updates of one Source."""

    def __init__(
        self,
        served: Served,
        account: Account,
        place: Place,
        taking: Taking,
        albums: Albums,
        *,
        handlers: Sequence[Handler] = (),
    ) -> None:
        assert served.source.spec.telegram is not None, "the schema says so for this kind"
        self._key = served.key
        self._spec = served.source.spec.telegram
        self._account = account
        self._place = place
        self._taking = taking
        self._albums = albums
        self._handlers = handlers
        self._strangers: set[int] = set()

    async def take(self, raw: object, traceparent: str = "") -> None:
        """Do what an update asks for; return when nothing of it can be lost any more.

        Args:
            raw: The update as it came; it may be of no known form.
            traceparent: W3C trace context that it came with.
        """
        with span("take", "consumer", parent=traceparent):
            await self._take(raw)

    async def _take(self, raw: object) -> None:
        try:
            update = parse_update(raw)
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"])) or "its form"
            await self._taking.bury(raw, f"Telegram's update cannot be read: {where}: {error.errors()[0]['msg']}")
            return
        message = message_of(update)
        chat = message.chat if message else _chat_of_button(update)
        if chat is not None and not self._admits(chat):
            return
        if await self._handled(update) or message is None or not isinstance(raw, dict):
            return
        await self._take_message(message, raw, edited=bool(update.edited_message or update.edited_channel_post))

    async def _take_message(self, message: Message, raw: dict[str, object], *, edited: bool) -> None:
        author = message.from_user
        if author is not None and author.id == self._account.me.id:
            return
        if message.migrate_to_chat_id is not None:
            self._place.memory.moved[str(message.chat.id)] = message.migrate_to_chat_id
            await self._place.save()
        elif edited:
            await self._take_edit(message, raw)
        elif message.media_group_id:
            await self._albums.hold(message, raw)
        elif not _opens_the_bot(message):
            await self._albums.settle(message)
            await self._taking.publish([message], [raw], reply_to=self._answered_album(message))

    async def _take_edit(self, message: Message, raw: dict[str, object]) -> None:
        # A live location is edited every few seconds, and says nothing new in words.
        if message.edit_date is None or message.location is not None:
            return
        if message.media_group_id and await self._albums.amend(message, raw):
            return
        original = self._albums.id_of(message) or f"{message.chat.id}:{message.message_id}"
        await self._taking.publish([message], [raw], reply_to=original, edited=True)

    def _answered_album(self, message: Message) -> str:
        # Of an album only the first part has a message here.
        answered = message.reply_to_message
        return self._albums.id_of(answered) if answered is not None and answered.media_group_id else ""

    async def _handled(self, update: Update) -> bool:
        for handler in self._handlers:
            try:
                if await handler(update):
                    return True
            except Exception as error:  # noqa: BLE001 -- a command that fails must not stop the messages
                detail = self._account.redact(f"{type(error).__name__}: {error}")
                log.error("Source %s: update %d: %s", self._key, update.update_id, detail)  # noqa: TRY400
                return True
        return False

    def _admits(self, chat: Chat) -> bool:
        if is_admitted(self._spec, chat, self._place.memory.moved):
            return True
        if chat.id not in self._strangers and len(self._strangers) < _MAX_STRANGERS:
            # Once: it is how people find out the id to put into the manifest.
            self._strangers.add(chat.id)
            log.info("Source %s: chat %d (%s) is not in spec.telegram.chats", self._key, chat.id, chat.type)
        return False


def _chat_of_button(update: Update) -> Chat | None:
    query = update.callback_query
    return query.message.chat if query is not None and query.message is not None else None


def _opens_the_bot(message: Message) -> bool:
    # Telegram itself sends it when somebody opens the bot for the first time.
    return message.chat.type == "private" and (message.text or "").partition(" ")[0] == "/start"
