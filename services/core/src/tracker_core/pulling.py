"""Batches from a pull consumer: whatever is waiting, at once, and nothing waits for a batch to fill.

nats-py's `fetch(batch>1)` sends a request that lingers until the batch is full or the time is over, and so delays a
trickle by up to that time (nats-py #986). Here a pull request stands open, messages arrive as they are published, and
the caller takes all that have arrived. The next request goes out when half of one is used up, so that the server never
waits for us while there is work.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator
from time import monotonic

from nats.aio.client import Client
from nats.aio.msg import Msg

log = logging.getLogger(__name__)

EXPIRES = 5.0
"""Seconds that one pull request stands."""
MAX_BYTES = 33 << 20
"""Bytes of one request: above the largest message with its headers and its reply subject, or that message, and all
behind it, would never be delivered. nats-server stores 32 MiB at most (rlBadThresh in server/filestore.go)."""

_PAUSE = 0.5
"""Seconds before the next request when the server refused one."""
_LOOK = 1.0
"""Seconds between two looks at the connection: the longest deafness after it was lost, because a server that restarted
knows nothing of our request."""

# https://github.com/nats-io/nats-server/blob/main/server/consumer.go (JSPullRequestPendingMsgs)
_STATUS, _DESCRIPTION, _UNUSED = "Status", "Description", "Nats-Pending-Messages"


class PullSubscription:
    """Pulls from one durable consumer over an open connection."""

    def __init__(self, nc: Client, stream: str, consumer: str, *, batch: int) -> None:
        self._nc = nc
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._request = json.dumps({"batch": batch, "expires": int(EXPIRES * 1e9), "max_bytes": MAX_BYTES}).encode()
        self._batch = batch
        self._arrived: deque[Msg] = deque()
        self._wake = asyncio.Event()
        self._outstanding = 0
        """Messages that the server may still send without being asked again."""
        self._refused = ""
        self._reconnects = 0
        self.last_request = monotonic()
        """When the server was last asked (monotonic clock): the liveness of the loop."""

    async def batches(self) -> AsyncGenerator[list[Msg]]:
        """Yield non-empty batches in stream order for as long as the connection lives."""
        inbox = self._nc.new_inbox()
        subscription = await self._nc.subscribe(inbox, cb=self._on_message)
        try:
            while not self._nc.is_closed:
                await self._ask(inbox)
                try:
                    async with asyncio.timeout(_LOOK):
                        await self._wake.wait()
                except TimeoutError:
                    continue
                messages = [self._arrived.popleft() for _ in range(min(len(self._arrived), self._batch))]
                if not self._arrived:
                    self._wake.clear()
                if messages:
                    yield messages
        finally:
            if not self._nc.is_closed:
                await subscription.unsubscribe()

    async def _ask(self, inbox: str) -> None:
        if self._refused:
            log.warning("Pull from %s: %s", self._next, self._refused)
            self._refused = ""
            await asyncio.sleep(_PAUSE)
        reconnects = self._nc.stats["reconnects"]
        if reconnects != self._reconnects or monotonic() >= self.last_request + EXPIRES + 1:
            # A request is over by now, whatever became of it.
            self._reconnects, self._outstanding = reconnects, 0
        if self._outstanding <= self._batch // 2:
            await self._nc.publish(self._next, self._request, reply=inbox)
            self.last_request = monotonic()
            self._outstanding += self._batch

    async def _on_message(self, message: Msg) -> None:
        headers = (not message.data and message.headers) or {}
        status = headers.get(_STATUS)
        if status is None:
            self._outstanding -= 1
            self._arrived.append(message)
        elif _UNUSED in headers:
            # A request has ended, by its time or its size. Its messages were counted as they came; a replicated server
            # may send this before them.
            self._outstanding -= int(headers[_UNUSED])
        else:
            # Nobody serves the consumer now (404, 409, 503): every request is gone.
            self._outstanding = 0
            self._refused = f"{status} {headers.get(_DESCRIPTION, '')}"
        self._wake.set()
