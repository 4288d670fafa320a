"""Events API mode: the gateway takes Slack's requests, verifies and keeps them; here they are read.

https://docs.slack.dev/apis/events-api. Events come as JSON, shortcuts as a form whose field `payload` is JSON.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec
from nats.errors import Error as NatsError
from tracker_core.bus import Bus
from tracker_core.channels.condition import Condition, Reason
from tracker_core.channels.handover import HandedRequest, handed_over
from tracker_core.errors import UnavailableError

from tracker_ingestion.kinds.slack.backoff import Backoff
from tracker_ingestion.kinds.slack.lanes import Lanes
from tracker_ingestion.kinds.slack.login import Login
from tracker_ingestion.kinds.slack.socket_mode import lane_of
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.taking import Taking

log = logging.getLogger(__name__)


class EventsApi:
    """Takes the requests of one Source from the bus."""

    def __init__(
        self, bus: Bus, source: str, *, login: Login, taking: Taking, standing: Standing, condition: Condition
    ) -> None:
        self._bus = bus
        self._source = source
        self._login = login
        self._taking = taking
        self._standing = standing
        self._condition = condition

    async def run(self) -> None:
        """Receive until cancelled."""
        await self._login.known()
        self._standing.well("connection")
        self._taking.missed.set()
        backoff = Backoff(longest=10.0)
        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group)
            while True:
                try:
                    requests = await handed_over(self._bus, self._source)
                    self._standing.well("events")
                    backoff.reset()
                    async for handed in requests:
                        payload = read_request(handed.request)
                        await lanes.add(lane_of(payload), self._take(payload, handed.traceparent, handed.done, lanes))
                        self._condition.lag = lanes.count
                except (NatsError, TimeoutError, OSError) as error:
                    # What is not confirmed comes again.
                    self._standing.trouble(
                        "events",
                        UnavailableError(f"The message bus does not answer: {type(error).__name__}"),
                        Reason.BUS_UNAVAILABLE,
                    )
                await asyncio.sleep(backoff.pause())

    async def _take(self, payload: Any, traceparent: str, done: Callable[[], Awaitable[None]], lanes: Lanes) -> None:
        await self._taking.take(payload, traceparent)
        self._condition.lag = lanes.count - 1
        try:
            await done()
        except (NatsError, TimeoutError, OSError) as error:
            log.info("A request could not be confirmed and comes again: %s", type(error).__name__)


def read_request(request: HandedRequest) -> Any:
    """Return the payload of a request; its text when there is none in it."""
    text = request.body.decode(errors="replace")
    if request.content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        text = parse_qs(text, max_num_fields=100).get("payload", [text])[0]
    try:
        return msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return text
