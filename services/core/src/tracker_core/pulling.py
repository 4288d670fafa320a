"""Batches from a pull consumer: whatever is waiting, at once, and nothing waits for a batch to fill.

nats-py's `fetch(batch>1)` sends a request that lingers until the batch is full or the time is over, and so delays a
trickle by up to that time (nats-py #986). Here one pull request stands open, messages arrive as they are published, and
the caller takes all that have arrived.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from time import monotonic

from nats.aio.client import Client
from nats.aio.msg import Msg

log = logging.getLogger(__name__)

EXPIRES = 5.0
"""Seconds that one pull request stands; also the longest deafness after a restart of NATS."""
MAX_BYTES = 32 << 20
"""Bytes of one request; above the largest message, or that message would never be delivered."""

_STATUS = "Status"


class PullSubscription:
    """Pulls from one durable consumer over an open connection."""

    def __init__(self, nc: Client, stream: str, consumer: str, *, batch: int) -> None:
        self._nc = nc
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._batch = batch
        self._arrived: deque[Msg] = deque()
        self._wake = asyncio.Event()
        self.last_request = monotonic()
        """When the server was last asked (monotonic clock): the liveness of the loop."""

    async def batches(self) -> AsyncIterator[list[Msg]]:
        """Yield non-empty batches in stream order for as long as the connection lives."""
        inbox = self._nc.new_inbox()
        subscription = await self._nc.subscribe(inbox, cb=self._on_message)
        try:
            outstanding, deadline = 0, 0.0
            while not self._nc.is_closed:
                if outstanding <= 0 or monotonic() >= deadline:
                    request = {"batch": self._batch, "expires": int(EXPIRES * 1e9), "max_bytes": MAX_BYTES}
                    await self._nc.publish(self._next, json.dumps(request).encode(), reply=inbox)
                    self.last_request = monotonic()
                    outstanding, deadline = self._batch, self.last_request + EXPIRES + 1
                try:
                    async with asyncio.timeout(deadline - monotonic()):
                        await self._wake.wait()
                except TimeoutError:
                    continue
                self._wake.clear()
                taken, self._arrived = self._arrived, deque()
                # A status ends the request: its time is over, or the server has something to complain about.
                messages = [message for message in taken if not _status(message)]
                outstanding = 0 if len(messages) < len(taken) else outstanding - len(messages)
                if messages:
                    yield messages
        finally:
            if not self._nc.is_closed:
                await subscription.unsubscribe()

    async def _on_message(self, message: Msg) -> None:
        status = _status(message)
        if status and status not in {"404", "408"}:
            log.warning("Pull from %s: %s %s", self._next, status, (message.headers or {}).get("Description", ""))
            await asyncio.sleep(0.5)
        self._arrived.append(message)
        self._wake.set()


def _status(message: Msg) -> str:
    return (message.headers or {}).get(_STATUS, "") if not message.data else ""
