"""Webhook mode: the gateway takes Telegram's calls, verifies and keeps them on the bus; here they are read.

Telegram is answered when the bus has its update, so it never waits for a file, and nothing is lost while this process
is away. What was taken from the bus is acknowledged when it is safe.
"""

import asyncio
import json
import logging

from nats.errors import Error as NatsError
from tracker_core.channels.condition import Reason
from tracker_core.channels.handover import Handed, handed_over
from tracker_core.channels.process import Served

from tracker_bot.account import Account
from tracker_bot.dispatching import Dispatcher
from tracker_bot.lanes import Lanes, lane_of
from tracker_bot.registration import Registration
from tracker_bot.troubles import Trouble

log = logging.getLogger(__name__)

_PAUSE = 1.0


class Receiving:
    """Takes the calls of one Source from the bus."""

    def __init__(self, served: Served, account: Account, dispatcher: Dispatcher, registration: Registration) -> None:
        self._served = served
        self._account = account
        self._dispatcher = dispatcher
        self._registration = registration

    async def run(self) -> None:
        """Receive until cancelled."""
        # Our own messages are known by our id.
        await self._account.known()
        is_first = True
        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group)
            while True:
                try:
                    requests = await handed_over(self._served.bus, self._served.key, alone=is_first)
                    is_first = False
                    async for handed in requests:
                        self._registration.last_hit = max(self._registration.last_hit, handed.request.received_at)
                        update = read_update(handed.request.body)
                        await lanes.add(lane_of(update), self._take(update, handed))
                except (NatsError, OSError) as error:
                    detail = f"The message bus does not answer ({type(error).__name__}). It keeps what Telegram sent"
                    self._account.tell(Trouble(Reason.BUS_UNAVAILABLE, detail))
                await asyncio.sleep(_PAUSE)

    async def _take(self, update: object, handed: Handed) -> None:
        await self._dispatcher.take(update, traceparent=handed.traceparent)
        try:
            await handed.done()
        except (NatsError, OSError) as error:
            log.info("An update could not be acknowledged and comes again: %s", type(error).__name__)


def read_update(body: bytes) -> object:
    """Return the update; its text when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
