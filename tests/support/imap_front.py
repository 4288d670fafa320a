"""What large providers put in front of an IMAP server: implicit TLS, tokens, limits, bad days.

A real server does the IMAP behind it; the front passes lines on, and misbehaves as a test tells it to.
"""

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.support.imap_servers import PASSWORD, ImapServer

_LINE = 1 << 20


@dataclass
class Front:
    """Change its fields while it runs."""

    port: int = 0
    refuse: dict[str, str] = field(default_factory=dict)
    """Answer of a command in place of the server's: `{"UID MOVE": "NO [OVERQUOTA] full"}`."""
    greeting: str = ""
    """In place of the server's, after which the connection is closed: `* BYE [LIMIT] Too many connections`."""
    silent: bool = False
    """Takes everything and answers nothing."""
    tokens: set[str] = field(default_factory=set)
    """Access tokens that log in."""
    cut_after: int = 0
    """Close the connection after so many bytes of the server; 0 for never."""
    without: set[str] = field(default_factory=set)
    """Capabilities that are not told."""
    logins: int = 0
    commands: list[str] = field(default_factory=list)
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def hang_up(self) -> None:
        """Close all connections, as a restart of the provider does."""
        for writer in list(self._connections):
            writer.transport.abort()


@asynccontextmanager
async def imap_front(server: ImapServer) -> AsyncIterator[Front]:
    """Listen with implicit TLS in front of a server."""
    front = Front()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        front._connections.add(writer)
        try:
            await _serve(front, server, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            front._connections.discard(writer)
            writer.transport.abort()

    listening = await asyncio.start_server(
        serve, "127.0.0.1", 0, ssl=server.authority.server_context(), limit=_LINE, ssl_shutdown_timeout=1
    )
    front.port = listening.sockets[0].getsockname()[1]
    try:
        yield front
    finally:
        front.hang_up()
        listening.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(listening.wait_closed(), 5)


async def _serve(front: Front, server: ImapServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if front.greeting:
        writer.write(f"{front.greeting}\r\n".encode())
        await writer.drain()
        return
    behind_reader, behind = await asyncio.open_connection("127.0.0.1", server.port, limit=_LINE)
    try:
        greeting = await behind_reader.readline()
        await _secure(behind_reader, behind, server)
        writer.write(greeting)
        async with asyncio.TaskGroup() as group:
            answers = group.create_task(_answers(front, behind_reader, writer))
            await _commands(front, reader, writer, behind)
            answers.cancel()
    except* (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        behind.transport.abort()


async def _secure(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: ImapServer) -> None:
    writer.write(b"f0 STARTTLS\r\n")
    while not (await reader.readline()).startswith(b"f0 "):
        pass
    await writer.start_tls(ssl.create_default_context(cafile=str(server.authority.ca)), server_hostname="localhost")


async def _answers(front: Front, behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    passed = 0
    while data := await behind.read(65536):
        while front.silent:
            await asyncio.sleep(0.05)
        for name in front.without:
            data = data.replace(b" " + name.encode(), b"")
        if front.cut_after and passed + len(data) > front.cut_after:
            writer.write(data[: max(0, front.cut_after - passed)])
            await writer.drain()
            break
        passed += len(data)
        writer.write(data)
        await writer.drain()
    writer.transport.abort()


async def _commands(
    front: Front, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: asyncio.StreamWriter
) -> None:
    while line := await reader.readline():
        tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
        verb = re.sub(r"^((?:UID )?\S+).*", r"\1", command).upper()
        if verb not in {"", "LOGIN", "AUTHENTICATE"}:
            front.commands.append(command)
        if refusal := front.refuse.get(verb):
            writer.write(f"{tag} {refusal}\r\n".encode())
        elif command.upper().startswith("AUTHENTICATE XOAUTH2"):
            front.logins += 1
            await _token_login(front, tag, reader, writer, behind)
        else:
            front.logins += verb in {"LOGIN", "AUTHENTICATE"}
            behind.write(line)
        await writer.drain()


async def _token_login(
    front: Front, tag: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: asyncio.StreamWriter
) -> None:
    """As Gmail: a token that is not accepted gets a JSON of the reason, and after an empty line the NO."""
    writer.write(b"+ \r\n")
    shown = base64.b64decode(await reader.readline()).decode()
    user, _, rest = shown.removeprefix("user=").partition("\1auth=Bearer ")
    if rest.rstrip("\1") not in front.tokens:
        writer.write(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        await reader.readline()
        writer.write(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n".encode())
        return
    behind.write(f"{tag} LOGIN {user} {{{len(PASSWORD.encode())}+}}\r\n{PASSWORD}\r\n".encode())
