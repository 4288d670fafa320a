"""Who opened the dashboard inside Telegram: verified here, because only this process has the bot's token.

https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
"""

import logging
from datetime import UTC, datetime, timedelta

import msgspec
from aiogram.utils.web_app import WebAppInitData, safe_parse_webapp_init_data
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from tracker_core.asking import Person
from tracker_core.bus import Bus
from tracker_core.vouching import Vouched, VouchFor, decode_question, encode, vouch_subject

from tracker_bot.account import Account

log = logging.getLogger(__name__)

MAX_AGE = timedelta(minutes=5)
"""The signature alone is good for ever: whoever finds an old link in a log would be let in."""
MAX_SKEW = timedelta(seconds=30)
"""By which Telegram's clock may be ahead of ours."""
_WAITING = 1000
"""Questions that may wait; those above are dropped, and the one who asks is told by the timeout."""

_FORGED = "Telegram has not signed this for this bot"
_REOPEN = "Close the page in Telegram and open it again"


def verify(init_data: str, token: str, now: datetime) -> Vouched:
    """Say who opened the Mini App.

    Args:
        init_data: `tgWebAppData` as the page got it.
        token: Of the bot.
        now: The time, aware.
    """
    try:
        opened = safe_parse_webapp_init_data(token, init_data)
    except (ValueError, TypeError):  # the latter: a hash that is not ASCII
        return Vouched(refusal=f"{_FORGED}. {_REOPEN}")
    age = now - opened.auth_date.astimezone(UTC)
    if age > MAX_AGE:
        return Vouched(refusal=f"This page was opened more than {MAX_AGE.seconds // 60} minutes ago. {_REOPEN}")
    if age < -MAX_SKEW:
        return Vouched(refusal="This page was opened in the future: the clock of the server is wrong. Set it right")
    return Vouched(person=_person(opened)) if opened.user else Vouched(refusal=f"Nobody opened this page. {_REOPEN}")


def _person(opened: WebAppInitData) -> Person:
    assert opened.user is not None, "verify() looks at it"
    name = " ".join(filter(None, (opened.user.first_name, opened.user.last_name)))
    return Person(str(opened.user.id), name)


async def vouch(bus: Bus, source: str, account: Account) -> None:
    """Answer who opened the dashboard, until cancelled. The subscription survives an outage of NATS by itself."""
    await account.known()
    subscription = await bus.nc.subscribe(vouch_subject(source), queue="bot", pending_msgs_limit=_WAITING)
    async for message in subscription.messages:
        try:
            await message.respond(encode(_answer(message, source, account)))
        except NatsError as error:
            log.info("Source %s: an answer is lost: %s", source, type(error).__name__)


def _answer(message: Msg, source: str, account: Account) -> Vouched:
    try:
        question: VouchFor = decode_question(message.data)
    except msgspec.MsgspecError as error:
        log.error("Source %s: a question that is none: %s", source, error)  # noqa: TRY400 -- says it all
        return Vouched(refusal="The server asks what this bot does not know. Update it")
    return verify(question.init_data, account.bot.token, datetime.now(UTC))
