"""Two installations without processes: what is backed up, and an empty one to restore into."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest_asyncio
from pydantic import SecretStr
from tracker_core.bus import Bus, connect, ensure_bus, inbound_subject
from tracker_core.inbound import encode, inbound_message, message_id
from tracker_core.settings import NatsSettings

from tests.support.servers import start_nats

SECONDS = 120


@dataclass
class Place:
    """A database, a bus and a folder, as a command finds them."""

    database_url: str
    nats_url: str
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Type a command."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        own = {
            "TRACKER_DATABASE__URL": self.database_url,
            "TRACKER_NATS__URL": self.nats_url,
            "TRACKER_HOME": str(self.home),
            "COLUMNS": "200",
        }
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "tasktracker"), *arguments],
            env=inherited | own | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    async def run(self, *arguments: str) -> Any:
        """Type a command and read its JSON."""
        process = self.start(*arguments, "-o", "json")
        output, errors = await asyncio.to_thread(process.communicate, timeout=SECONDS)
        assert process.returncode == 0, errors
        return json.loads(output)

    async def refused(self, *arguments: str) -> str:
        """Type a command that fails; return what it says."""
        process = self.start(*arguments)
        _, errors = await asyncio.to_thread(process.communicate, timeout=SECONDS)
        assert process.returncode == 1, errors
        assert "Traceback" not in errors
        return errors

    async def killed(self, when: Any, *arguments: str) -> None:
        """Type a command and kill it as soon as `await when()` is true."""
        process = self.start(*arguments)
        try:
            while not await when():
                assert process.poll() is None, process.communicate()
                await asyncio.sleep(0.005)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=SECONDS)

    async def rows(self, *left_out: str) -> dict[str, list[str]]:
        """Return every row of every table as text."""
        connection = await asyncpg.connect(self.database_url, timeout=10)
        try:
            tables = await connection.fetch(
                "select table_name from information_schema.tables where table_schema = 'public'"
            )
            return {
                name: [row[0] for row in await connection.fetch(f'select t::text from "{name}" t order by 1')]
                for (name,) in tables
                if name not in left_out
            }
        finally:
            await connection.close()

    async def execute(self, statement: str, *values: Any) -> Any:
        connection = await asyncpg.connect(self.database_url, timeout=10)
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()


@pytest_asyncio.fixture
async def old(database_url: str, nats_url: str, tmp_path: Path) -> Place:
    """The one that is backed up."""
    return Place(database_url, nats_url, tmp_path / "old")


@pytest_asyncio.fixture
async def new(postgres_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    """An empty one: no tables, and a bus without streams."""
    name = f"new_{uuid4().hex}"
    connection = await asyncpg.connect(postgres_url, timeout=10)
    await connection.execute(f'create database "{name}"')
    (tmp_path / "new").mkdir()
    with start_nats(tmp_path / "new") as server:
        yield Place(f"{postgres_url.rpartition('/')[0]}/{name}", server.url, tmp_path / "new")
    await connection.execute(f'drop database "{name}" with (force)')
    await connection.close()


@pytest_asyncio.fixture
async def bus(old: Place) -> AsyncIterator[Bus]:
    """The bus of the old one."""
    bus = await opened(old)
    await ensure_bus(bus.js)
    yield bus
    await bus.close()


async def opened(place: Place) -> Bus:
    return await connect(NatsSettings(url=SecretStr(place.nats_url)), name="test")


async def accept(bus: Bus, *ids: str) -> None:
    """Publish messages as a channel does."""
    now = datetime.now(UTC)
    for one in ids:
        message = inbound_message(
            source="default/inbox", external_id=one, sent_at=now, received_at=now, text=f"text {one}"
        )
        await bus.js.publish(
            inbound_subject("default/inbox"),
            encode(message),
            headers={"Nats-Msg-Id": message_id("default/inbox", one)},
        )


async def subjects_and_bytes(bus: Bus, stream: str) -> list[tuple[str, bytes, Mapping[str, str]]]:
    """Return what a stream holds."""
    info = await bus.js.stream_info(stream)
    found: list[tuple[str, bytes, Mapping[str, str]]] = []
    for seq in range(info.state.first_seq, info.state.last_seq + 1):
        message = await bus.js.get_msg(stream, seq)
        found.append((message.subject or "", message.data or b"", message.headers or {}))
    return found
