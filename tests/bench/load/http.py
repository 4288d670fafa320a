"""A keep-alive HTTP/1.1 client that costs as little as Python can: it shares two cores with what it measures."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from typing import cast

from tests.bench.load.job import Target

type OnAnswer = Callable[["Connection", int, str], None]
"""Called with the number of the message and the status of its answer, or `lost`."""

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_TEXT = (
    "The monthly export has failed with a timeout since this morning, for the whole accounting team. "
    "It worked last week; nothing was changed on our side. Could somebody look at it before Thursday?"
)


def text(number: int) -> str:
    """Return the text of a message; its number at the front is how its event is recognised."""
    return f"#{number:09d}# {_TEXT}"


class Requests:
    """Makes the request of each message: a webhook body of 300 bytes as a real sender signs it."""

    def __init__(self, target: Target) -> None:
        self._head = f"POST {target.path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n".encode()
        self._keyed = hmac.new(target.secret.encode(), digestmod=hashlib.sha256) if target.secret else None

    def make(self, number: int) -> bytes:
        body = b'{"id":"bench-%d","text":"%s","sender":{"name":"Ann Example","email":"ann@example.org"}}' % (
            number,
            text(number).encode(),
        )
        signature = b""
        if self._keyed is not None:
            state = self._keyed.copy()
            state.update(body)
            signature = b"x-signature: %s\r\n" % state.hexdigest().encode()
        return b"%s%scontent-length: %d\r\n\r\n%s" % (self._head, signature, len(body), body)


class Connection(asyncio.Protocol):
    """One connection with at most one request in flight."""

    def __init__(self, on_answer: OnAnswer) -> None:
        self._on_answer = on_answer
        self._transport: asyncio.WriteTransport | None = None
        self._received = b""
        self._number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def send(self, number: int, request: bytes) -> None:
        assert self._transport is not None
        self._number = number
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_HEAD_END)
        if end < 0 or len(self._received) < end + len(_HEAD_END) + _body_length(self._received[:end]):
            return
        status = self._received[9:12].decode()
        self._received = b""
        self._answer(status)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._number >= 0:
            self._answer("lost")

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _answer(self, status: str) -> None:
        number, self._number = self._number, -1
        self._on_answer(self, number, status)


def _body_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(_LENGTH)
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def connect(target: Target, count: int, on_answer: OnAnswer) -> list[Connection]:
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(count):
        _, connection = await loop.create_connection(lambda: Connection(on_answer), "127.0.0.1", target.port)
        connections.append(connection)
    return connections
