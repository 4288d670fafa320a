"""Buttons under tasks: a press changes the task as it was shown, and the message then shows the task as it is."""

import logging

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Update
from tracker_core.asking import Answer, ChangeSettings, ChangeTask, ListTasks, Question, ShowTask, TaskCard, ask
from tracker_core.bus import Bus
from tracker_core.errors import UnavailableError

from tracker_bot import cards, preferences, telling
from tracker_bot.account import Account
from tracker_bot.cards import Press
from tracker_bot.commands import person

log = logging.getLogger(__name__)

_LONGEST_ALERT = 200
"""Characters (https://core.telegram.org/bots/api#answercallbackquery)."""


class Buttons:
    """Takes the presses of one Source."""

    def __init__(self, bus: Bus, source: str, account: Account) -> None:
        self._bus = bus
        self._source = source
        self._account = account

    async def take(self, update: Update) -> bool:
        """Do what a button says; say whether the update was a press."""
        query = update.callback_query
        if query is None:
            return False
        press = cards.read_press(query.data or "")
        question = self._question(query, press) if press is not None else None
        if press is None or question is None:
            await self._tell(query, "This button is of another version. Use /tasks", alert=True)
            return True
        answer = await self._ask(question)
        done = answer.outcome == "done"
        text = telling.STRANGER_PRESSES if answer.outcome == "unlinked" else answer.text
        await self._tell(query, telling.pressed(press.does, press.number) if done else text, alert=not done)
        if press.does == "list" and done:
            shown = cards.list_text(answer.tasks, more=answer.more, mine=False)
            await self._show(query, shown, cards.list_keyboard(answer.tasks))
        elif answer.settings is not None:
            shown = preferences.settings_text(answer.settings)
            await self._show(query, shown, preferences.settings_keyboard(answer.settings))
        elif answer.tasks:
            (card,) = answer.tasks
            await self._show(query, cards.card_text(card), _keyboard(card, press, answer))
        return True

    def _question(self, query: CallbackQuery, press: Press) -> Question | None:
        key, who = f"press:{query.id}", person(query.from_user)
        match press.does:
            case "list":
                return ListTasks(id=key, source=self._source, person=who, mine=False)
            case "set":
                value = "on" if press.version else "off"
                return ChangeSettings(id=key, source=self._source, person=who, name=press.value, value=value)
            case "show" | "correct" | "members":
                members = press.does == "members"
                return ShowTask(id=key, source=self._source, person=who, number=press.number, members=members)
            case "accept" | "decline" | "done" | "take" | "assign" | "category" | "priority":
                return ChangeTask(
                    id=key,
                    source=self._source,
                    person=who,
                    number=press.number,
                    wish=press.does,
                    value=press.value,
                    version=press.version,
                )
            case _:
                return None

    async def _ask(self, question: Question) -> Answer:
        try:
            return await ask(self._bus, question)
        except UnavailableError as error:
            log.warning("Source %s: %s", self._source, error)
            return Answer(outcome="failed", text=str(error))

    async def _tell(self, query: CallbackQuery, text: str, *, alert: bool) -> None:
        try:
            await self._account.bot.answer_callback_query(
                query.id, telling.shorten(text, _LONGEST_ALERT), show_alert=alert
            )
        except TelegramBadRequest as error:
            # After a crash, or too late: nobody waits for it any more, but the message is still to be edited.
            log.info("Source %s: a press is not answered: %s", self._source, error.message)

    async def _show(self, query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup) -> None:
        if query.message is None:
            return
        try:
            await self._account.bot.edit_message_text(
                text,
                chat_id=query.message.chat.id,
                message_id=query.message.message_id,
                reply_markup=keyboard,
                link_preview_options=telling.NO_PREVIEW,
            )
        except TelegramBadRequest as error:
            # It shows that already, or was deleted.
            log.info("Source %s: a message is not edited: %s", self._source, error.message)


def _keyboard(card: TaskCard, press: Press, answer: Answer) -> InlineKeyboardMarkup:
    if press.does == "correct":
        return cards.correct_keyboard(card)
    return cards.members_keyboard(card, answer.members) if press.does == "members" else cards.card_keyboard(card)
