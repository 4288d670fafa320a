"""Answers from the dashboard, the API or a command, as messages in the chat that they belong to."""

import logging
from collections.abc import Callable

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import LinkPreviewOptions, Message, ReplyParameters
from tracker_core.notices import Notice
from tracker_core.outbound import Delivery, OutboundReply, delivery

from tracker_bot.account import Account
from tracker_bot.place import Place
from tracker_bot.splitting import split
from tracker_bot.troubles import FAILURES, diagnose

log = logging.getLogger(__name__)

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sending:
    """Sends the answers of one Source."""

    def __init__(self, account: Account, place: Place) -> None:
        self._account = account
        self._place = place

    async def send(self, reply: OutboundReply) -> Delivery:
        """Send one answer; say what became of it."""
        await self._account.known()
        try:
            chat, topic = _room(reply.conversation or reply.reply_to.rpartition(":")[0])
        except ValueError:
            return delivery(reply, "failed", detail=f"'{reply.conversation}' is no Telegram chat")
        pieces = split(reply.text)
        if not pieces:
            return delivery(reply, "failed", detail="The answer is empty. Write something")
        try:
            first, url = await self._send_pieces(reply, pieces, chat, topic)
        except FAILURES as error:
            return failed(reply, error, self._account.redact)
        return delivery(reply, "sent", external_id=first, url=url)

    async def _send_pieces(
        self, reply: OutboundReply, pieces: list[str], chat: int, topic: int | None
    ) -> tuple[str, str]:
        """Send what was not sent by an earlier attempt; return id and address of the first piece."""
        answers, url = self._place.memory.answers, ""
        sent = answers.get(str(reply.id), [])
        for piece in pieces[len(sent) :]:
            message = await self._send_piece(reply, piece, chat, topic, is_first=not sent)
            url = url or message.get_url() or ""
            sent = [*sent, message.message_id]
            if len(pieces) > 1:
                # A retry after the second piece must not repeat the first.
                answers[str(reply.id)] = sent
                await self._place.save()
        return f"{self._moved(chat)}:{sent[0]}", url

    async def _send_piece(
        self, reply: OutboundReply, piece: str, chat: int, topic: int | None, *, is_first: bool
    ) -> Message:
        try:
            return await self._send_message(reply, piece, self._moved(chat), topic, is_first=is_first)
        except TelegramMigrateToChat as error:
            self._place.memory.moved[str(chat)] = error.migrate_to_chat_id
            await self._place.save()
            return await self._send_message(reply, piece, error.migrate_to_chat_id, None, is_first=is_first)

    async def _send_message(
        self, reply: OutboundReply, piece: str, chat: int, topic: int | None, *, is_first: bool
    ) -> Message:
        answered = _message_number(reply.reply_to, chat) if is_first else None
        return await self._account.bot.send_message(
            chat,
            piece,
            message_thread_id=topic,
            link_preview_options=_NO_PREVIEW,
            # Deleted meanwhile: the answer is still worth reading.
            reply_parameters=ReplyParameters(message_id=answered, allow_sending_without_reply=True)
            if answered
            else None,
        )

    def _moved(self, chat: int) -> int:
        return self._place.memory.moved.get(str(chat), chat)


def _room(conversation: str) -> tuple[int, int | None]:
    chat, _, topic = conversation.partition(":")
    return int(chat), int(topic) if topic else None


def _message_number(external_id: str, chat: int) -> int | None:
    room, _, number = external_id.partition("#")[0].rpartition(":")
    return int(number) if room == str(chat) and number.isdecimal() else None


def failed(  # noqa: PLR0911 -- one for each answer
    reply: OutboundReply | Notice, error: Exception, redact: Callable[[str], str]
) -> Delivery:
    """Say what an error of a call means for what was to be sent."""
    match error:
        case TelegramRetryAfter():
            return delivery(reply, "retry", retry_after=float(error.retry_after), detail="Telegram asks to wait (429)")
        case TelegramUnauthorizedError() | TelegramNotFound():
            return delivery(reply, "retry", retry_after=60, detail=redact(diagnose(error).detail))
        case TelegramForbiddenError():
            return delivery(reply, "failed", detail=f"{error.message}. {_forbidden_cure(error.message)}")
        case TelegramBadRequest():
            return delivery(reply, "failed", detail=f"{error.message}. {_refused_cure(error.message)}")
        case TelegramNetworkError() | TelegramServerError():
            return delivery(reply, "retry", detail=redact(diagnose(error).detail))
        case TelegramAPIError():
            return delivery(reply, "failed", detail=f"Telegram refuses the answer: {error.message}")
        case _:
            return delivery(reply, "retry", detail=redact(diagnose(error).detail))


def _forbidden_cure(message: str) -> str:
    if "blocked" in message:
        return "Ask the person to unblock the bot, or answer another way"
    if "kicked" in message or "not a member" in message:
        return "Add the bot to the chat again, or answer another way"
    if "initiate" in message:
        return "Only the person can start the conversation: ask them to open the bot and press Start"
    return "Answer another way"


def _refused_cure(message: str) -> str:
    if "chat not found" in message:
        return "The chat was deleted, or the bot was never in it: answer another way"
    if "thread" in message or "TOPIC" in message:
        return "The topic is closed or deleted: open it again, or answer in another one"
    if "rights" in message or "CHAT_WRITE_FORBIDDEN" in message:
        return "Allow the bot to write in the chat's permissions"
    return "Change the answer, or send it another way"
