"""Reads request bodies, never holding more than a Webhook's limit of one, nor more than a total of all."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tracker_core.errors import MalformedError, TooLargeError, UnavailableError

from tracker_ingestion.kinds.gateway.problems import BodyTimeoutError

MAX_DISCARDED = 64 << 20
"""Bytes of an oversize body that are read and thrown away, so that the sender gets to read the answer."""

DISCARD_SECONDS = 5.0
"""How long that may take where the connection is closed afterwards."""

type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGoneError(Exception):
    """The client closed the connection; there is nobody to answer."""


class Lingering:
    """Receives for a client that closes after this request, and knows what of the body is still to come.

    The server discards the rest of a refused body by itself while the connection lives on. When it is to be closed, the
    rest must be read first, or the kernel resets the connection and the client never sees the answer.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._more = True

    async def __call__(self) -> MutableMapping[str, Any]:
        """Receive."""
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def discard(self) -> None:
        """Read the rest and throw it away, up to a bound of bytes and time."""
        size = 0
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                while self._more and size < MAX_DISCARDED:
                    size += len((await self()).get("body", b""))
        except TimeoutError:
            return


class Budget:
    """Bytes of bodies in memory, over all requests."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.used = 0

    def take(self, size: int) -> None:
        """Charge bytes.

        Raises:
            UnavailableError: there is no room for them now.
        """
        if self.used + size > self._limit:
            raise UnavailableError("The gateway is busy with other bodies", cure="Send again later", retry_after=2)
        self.used += size

    def give(self, size: int) -> None:
        """Return bytes."""
        self.used -= size


class Body:
    """The body of one request; its bytes are charged until `release`."""

    def __init__(self, receive: Receive, budget: Budget, *, limit: int, timeout_seconds: float) -> None:
        self._receive = receive
        self._budget = budget
        self._limit = limit
        self._timeout = timeout_seconds
        self._charged = 0

    async def read(self, declared: bytes | None) -> bytes:
        """Return the whole body.

        Args:
            declared: Content-Length, if there is one.

        Raises:
            TooLargeError: it is over the limit; what is left of it was read and thrown away, up to a bound.
            BodyTimeoutError: the sender is too slow.
            UnavailableError: there is no memory for it now.
            ClientGoneError: the client has gone.
        """
        if declared is not None and self._declared_size(declared) > self._limit:
            # Answered at once: the server itself discards what still comes, and a client that waits for 100-continue
            # does not send at all.
            raise self._too_large()
        try:
            async with asyncio.timeout(self._timeout):
                return await self._read()
        except TimeoutError:
            raise BodyTimeoutError(
                f"The body did not arrive within {self._timeout:.0f} s", cure="Send it again, faster"
            ) from None

    def release(self) -> None:
        """Give the memory back; the answer is ready."""
        self._budget.give(self._charged)
        self._charged = 0

    async def _read(self) -> bytes:
        chunk, more = await self._next()
        self._charge(len(chunk))
        if not more:
            self._check(len(chunk))
            return chunk
        chunks, size = [chunk], len(chunk)
        while more and size <= self._limit:
            chunk, more = await self._next()
            self._charge(len(chunk))
            chunks.append(chunk)
            size += len(chunk)
        if size > self._limit:
            chunks.clear()
            self.release()
            while more and size < MAX_DISCARDED:
                chunk, more = await self._next()
                size += len(chunk)
        self._check(size)
        return b"".join(chunks)

    async def _next(self) -> tuple[bytes, bool]:
        message = await self._receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        return message.get("body", b""), message.get("more_body", False)

    def _charge(self, size: int) -> None:
        self._budget.take(size)
        self._charged += size

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise self._too_large()

    def _too_large(self) -> TooLargeError:
        return TooLargeError(
            f"The body is over {self._limit} bytes",
            cure="Send less, or raise spec.limits.maxBodyBytes of the Webhook",
        )

    @staticmethod
    def _declared_size(declared: bytes) -> int:
        try:
            return int(declared[:20])
        except ValueError:
            raise MalformedError("Content-Length is not a number", cure="Send its length in bytes") from None
