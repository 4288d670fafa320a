"""Commands of people to the bot: asked of the API, because this process has no database, and answered in the chat.

Only in a private chat, or as an answer to the bot in a group: what a team works on is not for everybody who reads a
group. Who is no member is told so, and what that person wrote stays a message like any other.
"""

import logging
import re

from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters, Update, User
from tracker_core.asking import Answer, GetStatus, Link, Person, Question, ask
from tracker_core.bus import Bus
from tracker_core.errors import UnavailableError

from tracker_bot import telling
from tracker_bot.account import Account

log = logging.getLogger(__name__)

_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@(\w+))?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Commands:
    """Takes the commands to the bot of one Source."""

    def __init__(self, bus: Bus, source: str, account: Account) -> None:
        self._bus = bus
        self._source = source
        self._account = account

    async def take(self, update: Update) -> bool:
        """Answer a command; say whether it was one, and is done with."""
        message = update.message
        if message is None or message.from_user is None or message.sender_chat is not None:
            return False
        command = parse_command(message.text or "", str(self._account.me.username))
        if command is None or not self._is_for_us(message):
            return False
        name, words = command
        match name:
            case "start" if message.chat.type == "private":
                await self._start(update, message, words)
            case "help":
                await self._say(message, telling.HELP)
            case "status":
                return await self._status(update, message)
            case _:
                return False
        return True

    async def _start(self, update: Update, message: Message, code: str) -> None:
        if not code:
            await self._say(message, telling.WELCOME)
            return
        answer = await self._ask(Link(id=_id(update), source=self._source, person=_person_of(message), code=code))
        linked = answer.outcome == "done"
        await self._say(message, telling.linked(answer.member) if linked else answer.text)

    async def _status(self, update: Update, message: Message) -> bool:
        answer = await self._ask(GetStatus(id=_id(update), source=self._source, person=_person_of(message)))
        if answer.outcome == "done" and answer.report is not None:
            await self._say(message, telling.status(answer.member, answer.report))
            return True
        return await self._refuse(message, answer)

    async def _refuse(self, message: Message, answer: Answer) -> bool:
        """Say why it was not done; what somebody wrote who is no member is a message all the same."""
        await self._say(message, telling.STRANGER if answer.outcome == "unlinked" else answer.text)
        return answer.outcome != "unlinked"

    async def _ask(self, question: Question) -> Answer:
        try:
            return await ask(self._bus, question)
        except UnavailableError as error:
            log.warning("Source %s: %s", self._source, error)
            return Answer(outcome="failed", text=str(error))

    def _is_for_us(self, message: Message) -> bool:
        if message.chat.type == "private":
            return True
        answered = message.reply_to_message
        author = answered.from_user if answered is not None else None
        return author is not None and author.id == self._account.me.id

    async def _say(self, message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        in_group = message.chat.type != "private"
        await self._account.bot.send_message(
            message.chat.id,
            text,
            message_thread_id=message.message_thread_id if message.is_topic_message else None,
            link_preview_options=_NO_PREVIEW,
            reply_markup=keyboard,
            reply_parameters=ReplyParameters(message_id=message.message_id, allow_sending_without_reply=True)
            if in_group
            else None,
        )


def parse_command(text: str, username: str) -> tuple[str, str] | None:
    """Return the command and what follows it; None when it is no command, or one for another bot."""
    match = _COMMAND.fullmatch(text.strip())
    if match is None or (match[2] and match[2].lower() != username.lower()):
        return None
    return match[1].lower(), (match[3] or "").strip()


def _id(update: Update) -> str:
    return f"update:{update.update_id}"


def _person_of(message: Message) -> Person:
    assert message.from_user is not None, "take() looks at it"
    return person(message.from_user)


def person(user: User) -> Person:
    """Return who somebody is, as in the messages of that person."""
    return Person(str(user.id), user.full_name)
