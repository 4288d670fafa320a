"""The parts of one Telegram Source, wired: what commands, buttons and notifications build on too."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tracker_core.channels.process import Served

from tracker_bot.account import Account
from tracker_bot.albums import Albums
from tracker_bot.dispatching import Dispatcher, Handler
from tracker_bot.fetching import Fetching
from tracker_bot.place import Place
from tracker_bot.polling import Polling
from tracker_bot.receiving import Receiving
from tracker_bot.registration import Registration, bound_webhook, public_url
from tracker_bot.sending import Sending
from tracker_bot.settings import TelegramSettings
from tracker_bot.taking import Taking


@dataclass(frozen=True)
class Channel:
    """One Source at Telegram."""

    account: Account
    """The signed-in bot, for everything else that talks to Telegram."""
    place: Place
    dispatcher: Dispatcher
    sending: Sending
    loops: tuple[Coroutine[Any, Any, None], ...]
    """To be run for as long as the process lives."""


@asynccontextmanager
async def opened(
    served: Served,
    settings: TelegramSettings,
    handlers: Callable[[Account], Sequence[Handler]] = lambda _: (),
) -> AsyncIterator[Channel]:
    """Wire the parts; close the connections at the end.

    Args:
        served: The Source.
        settings: Of this process.
        handlers: Makes what takes commands and buttons.

    Raises:
        ConfigurationError: the Source is in webhook mode and has no Webhook, or that one no public address.
    """
    assert served.source.spec.telegram is not None, "the schema says so for this kind"
    webhook = bound_webhook(served) if served.source.spec.telegram.mode == "webhook" else None
    url = public_url(webhook, settings) if webhook else ""
    account = Account(served, settings)
    place = Place(served.cursor, served.condition)
    taking = Taking(served, Fetching(served, account))
    albums = Albums(served, place, taking)
    dispatcher = Dispatcher(served, account, place, taking, albums, handlers=handlers(account))
    registration = Registration(served, account, place)
    try:
        await place.load()
        loops: tuple[Coroutine[Any, Any, None], ...]
        if webhook is None:
            polling = Polling(account, served.condition, dispatcher, registration, settings)
            loops = (albums.run(), polling.run())
        else:
            receiving = Receiving(served, account, dispatcher, registration)
            loops = (albums.run(), receiving.run(), registration.keep(webhook, url))
        yield Channel(account, place, dispatcher, Sending(account, place), loops)
    finally:
        await account.close()
