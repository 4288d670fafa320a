"""How providers call webhooks: several requests at a time, and each again until it was answered with success."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

_SENDERS = 16
_SECONDS = 10.0
_RETRY_SECONDS = 0.05
"""Those of providers are a minute and more."""

type Headers = Callable[[bytes, int], Mapping[str, str]]
"""Headers of a body and of the number of its retry."""


@dataclass
class Requests:
    """What is to be sent to one URL."""

    url: str
    headers: Headers
    answered: int = 0
    added: int = 0
    _waiting: asyncio.Queue[tuple[bytes, Mapping[str, str]]] = field(default_factory=asyncio.Queue)

    def add(self, body: bytes, **headers: str) -> None:
        """Send it when there is a free connection."""
        self.added += 1
        self._waiting.put_nowait((body, headers))

    async def send(self, client: aiohttp.ClientSession) -> None:
        """Send what waits, one after the other, until cancelled."""
        while True:
            body, more = await self._waiting.get()
            retry = 0
            while not await self._post(client, body, {**self.headers(body, retry), **more}):
                retry += 1
                await asyncio.sleep(_RETRY_SECONDS)
            self.answered += 1

    async def _post(self, client: aiohttp.ClientSession, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            async with client.post(self.url, data=body, headers=headers) as response:
                return response.ok
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False


@asynccontextmanager
async def requests(url: str, headers: Headers) -> AsyncIterator[Requests]:
    """Send for as long as the block lasts."""
    sent = Requests(url, headers)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as client:
        senders = [asyncio.create_task(sent.send(client)) for _ in range(_SENDERS)]
        try:
            yield sent
        finally:
            for sender in senders:
                sender.cancel()
            ended = await asyncio.gather(*senders, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended
