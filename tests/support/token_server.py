"""An OAuth 2 token endpoint for tests (RFC 6749, section 6), over HTTPS."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.support.certificates import Authority


@dataclass
class TokenServer:
    """Change its fields while it runs."""

    port: int = 0
    answer: tuple[int, dict[str, object]] = (200, {})
    """Status and JSON; an empty JSON with 200 gives a new token."""
    life: int = 3600
    given: list[str] = field(default_factory=list)
    """Access tokens that were given."""
    forms: list[dict[str, str]] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    """Where new tokens are made known: `Front.tokens`."""
    rotated: str = ""
    """A refresh token that comes with the next answer."""

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/token"

    def _reply(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.forms.append(form)
        status, answer = self.answer
        if status != 200:
            return status, answer
        token = f"access-{len(self.given) + 1}"
        self.given.append(token)
        self.accepted.add(token)
        fresh: dict[str, object] = {"access_token": token, "expires_in": self.life, "token_type": "Bearer"}
        return 200, fresh | ({"refresh_token": self.rotated} if self.rotated else {}) | answer


@asynccontextmanager
async def token_server(authority: Authority) -> AsyncIterator[TokenServer]:
    """Listen on localhost."""
    tokens = TokenServer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        form = {key: value[0] for key, value in parse_qs((await reader.readexactly(length)).decode()).items()}
        status, answer = tokens._reply(form)
        body = json.dumps(answer).encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=authority.server_context())
    tokens.port = listening.sockets[0].getsockname()[1]
    try:
        yield tokens
    finally:
        listening.close()
