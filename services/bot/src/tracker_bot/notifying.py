"""Notifications to members, in the private chat with the bot: what happened, and the task with its buttons."""

from aiogram.exceptions import TelegramForbiddenError
from tracker_core.notices import Notice
from tracker_core.outbound import Delivery, delivery

from tracker_bot import cards, telling
from tracker_bot.account import Account
from tracker_bot.dashboard import Dashboard
from tracker_bot.sending import failed
from tracker_bot.troubles import FAILURES

_UNTIL_SIGNED_IN = 10.0
"""Seconds until one is tried again that came before the bot has signed in."""


class Notifying:
    """Sends the notifications of one Source."""

    def __init__(self, account: Account, dashboard: Dashboard) -> None:
        self._account = account
        self._dashboard = dashboard

    async def send(self, notice: Notice) -> Delivery:
        """Send one; say what became of it."""
        # Not waited for: what is under way when the process ends counts as sent.
        if not self._account.is_known:
            return delivery(notice, "retry", detail="The bot has not signed in", retry_after=_UNTIL_SIGNED_IN)
        try:
            message = await self._account.bot.send_message(
                # Whoever talks to a bot in private has the chat of their own id.
                int(notice.recipient.id),
                telling.notice(notice, cards.card_text(notice.task)),
                reply_markup=self._dashboard.added_to(cards.card_keyboard(notice.task), notice.task.number),
                link_preview_options=telling.NO_PREVIEW,
            )
        except TelegramForbiddenError as error:
            return delivery(notice, "failed", detail=f"{error.message}. {telling.UNBLOCK}", blocked=True)
        except FAILURES as error:
            return failed(notice, error, self._account.redact)
        return delivery(notice, "sent", external_id=f"{message.chat.id}:{message.message_id}")
