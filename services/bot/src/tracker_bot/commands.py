"""Commands of people to the bot: asked of the API, because this process has no database, and answered in the chat.

Only in a private chat, or as an answer to the bot in a group: what a team works on is not for everybody who reads a
group. Who is no member is told so, and what that person wrote stays a message like any other.
"""

import logging
import re

from aiogram.types import InlineKeyboardMarkup, Message, ReplyParameters, Update, User
from tracker_core.asking import (
    Answer,
    ChangeSettings,
    ChangeTask,
    GetStatus,
    Link,
    ListTasks,
    MakeTask,
    Person,
    Question,
    ShowSettings,
    ask,
)
from tracker_core.bus import Bus
from tracker_core.errors import UnavailableError

from tracker_bot import cards, preferences, telling
from tracker_bot.account import Account
from tracker_bot.dashboard import Dashboard
from tracker_bot.reading import message_id

log = logging.getLogger(__name__)

_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@(\w+))?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"#?(\d{1,10})", re.ASCII)


class Commands:
    """Takes the commands to the bot of one Source."""

    def __init__(self, bus: Bus, source: str, account: Account, dashboard: Dashboard | None = None) -> None:
        self._bus = bus
        self._source = source
        self._account = account
        self._dashboard = dashboard or Dashboard("", source)

    async def take(self, update: Update) -> bool:  # noqa: PLR0911 -- one for each command
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
                await self._start(message, words)
            case "help":
                await self._say(message, telling.HELP)
            case "status":
                return await self._status(message)
            case "tasks" | "mine":
                return await self._list(message, mine=name == "mine")
            case "settings":
                return await self._settings(message, words)
            case "new":
                return await self._make(message, words)
            case "done":
                return await self._finish(message, words)
            case _:
                return False
        return True

    async def _start(self, message: Message, code: str) -> None:
        if not code:
            await self._say(message, telling.WELCOME, self._dashboard.keyboard())
            return
        answer = await self._ask(
            Link(id=message_id(message), source=self._source, person=_person_of(message), code=code)
        )
        linked = answer.outcome == "done"
        keyboard = self._dashboard.keyboard() if linked else None
        await self._say(message, telling.linked(answer.member) if linked else answer.text, keyboard)

    async def _status(self, message: Message) -> bool:
        answer = await self._ask(GetStatus(id=message_id(message), source=self._source, person=_person_of(message)))
        if answer.outcome == "done" and answer.report is not None:
            await self._say(message, telling.status(answer.member, answer.report))
            return True
        return await self._refuse(message, answer)

    async def _list(self, message: Message, *, mine: bool) -> bool:
        answer = await self._ask(
            ListTasks(id=message_id(message), source=self._source, person=_person_of(message), mine=mine)
        )
        if answer.outcome != "done":
            return await self._refuse(message, answer)
        text = cards.list_text(answer.tasks, more=answer.more, mine=mine)
        await self._say(message, text, cards.list_keyboard(answer.tasks))
        return True

    async def _settings(self, message: Message, words: str) -> bool:
        key, who = message_id(message), _person_of(message)
        name, _, value = words.partition(" ")
        answer = await self._ask(
            ChangeSettings(id=key, source=self._source, person=who, name=name.lower(), value=value)
            if words
            else ShowSettings(id=key, source=self._source, person=who)
        )
        if answer.outcome != "done" or answer.settings is None:
            return await self._refuse(message, answer)
        text, keyboard = preferences.settings_text(answer.settings), preferences.settings_keyboard(answer.settings)
        await self._say(message, text, keyboard)
        return True

    async def _make(self, message: Message, words: str) -> bool:
        if not words:
            await self._say(message, "Write what is to be done after the command: /new The printer is out of paper")
            return True
        answer = await self._ask(
            MakeTask(id=message_id(message), source=self._source, person=_person_of(message), text=words)
        )
        if answer.outcome == "done":
            await self._show_task(message, answer)
            return True
        if answer.outcome == "unlinked":
            return await self._refuse(message, answer)
        # It says something: that must not be lost with the command.
        why = answer.text if answer.outcome == "refused" else "The server does not answer now"
        await self._say(message, f"{why}. {telling.KEPT}")
        return False

    async def _finish(self, message: Message, words: str) -> bool:
        match = _NUMBER.fullmatch(words)
        if match is None:
            await self._say(message, "Write the number of the task after the command: /done 12")
            return True
        answer = await self._ask(
            ChangeTask(
                id=message_id(message),
                source=self._source,
                person=_person_of(message),
                number=int(match[1]),
                wish="done",
            )
        )
        if answer.outcome == "done":
            await self._show_task(message, answer)
            return True
        return await self._refuse(message, answer)

    async def _show_task(self, message: Message, answer: Answer) -> None:
        (card,) = answer.tasks
        await self._say(message, cards.card_text(card), cards.card_keyboard(card))

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
            link_preview_options=telling.NO_PREVIEW,
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


def _person_of(message: Message) -> Person:
    assert message.from_user is not None, "take() looks at it"
    return person(message.from_user)


def person(user: User) -> Person:
    """Return who somebody is, as in the messages of that person."""
    return Person(str(user.id), user.full_name)
