import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from tracker_core.bus import INBOUND, Bus, connect
from tracker_core.inbound import InboundMessage, decode
from tracker_core.settings import NatsSettings
from tracker_ingestion.kinds.gateway.live import Live
from tracker_ingestion.kinds.gateway.settings import GatewaySettings, Settings

from tests.ingestion.gateway.folders import Folders, make_folders
from tests.support.waiting import eventually


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return make_folders(tmp_path)


@dataclass(frozen=True)
class Running:
    """A gateway in this process, the folders it reads, and a client of it."""

    live: Live
    folders: Folders
    client: httpx.AsyncClient
    bus: Bus

    async def post(self, path: str = "/webhook/default/inbox", **request: Any) -> httpx.Response:
        return await self.client.post(path, **request)

    async def messages(self) -> list[InboundMessage]:
        """What is on the bus."""
        info = await self.bus.js.stream_info(INBOUND)
        found = []
        for seq in range(max(1, info.state.first_seq), info.state.last_seq + 1):
            try:
                message = await self.bus.js.get_msg(INBOUND, seq)
            except NotFoundError:
                continue
            found.append(decode(message.data or b""))
        return found


def make_settings(folders: Folders, nats_url: str, **gateway: Any) -> Settings:
    defaults = {"reload_interval": timedelta(milliseconds=50), "ack_timeout": timedelta(seconds=1)}
    return Settings(
        nats=NatsSettings(url=SecretStr(nats_url)),
        gateway=GatewaySettings(manifests_dir=folders.manifests, secrets_dir=folders.secrets, **(defaults | gateway)),
        instance="test",
    )


@asynccontextmanager
async def serving(live: Live) -> AsyncIterator[None]:
    """Run the ASGI lifespan, as a server does."""
    events: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    answers: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    task = asyncio.create_task(live.app({"type": "lifespan", "state": {}}, events.get, answers.put))  # type: ignore[arg-type]
    await events.put({"type": "lifespan.startup"})
    assert (await answers.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await events.put({"type": "lifespan.shutdown"})
        assert (await answers.get())["type"] == "lifespan.shutdown.complete"
        await task


@asynccontextmanager
async def running(folders: Folders, nats_url: str, **gateway: Any) -> AsyncIterator[Running]:
    settings = make_settings(folders, nats_url, **gateway)
    live = Live(settings)
    async with serving(live):
        await eventually("connection to the bus", lambda: _true(live.app.ready))
        transport = httpx.ASGITransport(live.app, client=("192.0.2.7", 40000))
        bus = await connect(settings.nats, name="test")
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            yield Running(live, folders, client, bus)
        await bus.close()


async def _true(value: bool) -> bool:
    return value


@pytest_asyncio.fixture
async def gateway(folders: Folders, nats_url: str) -> AsyncIterator[Running]:
    """A gateway with Webhook `default/inbox`, on a NATS of this test alone."""
    async with running(folders, nats_url) as gateway:
        yield gateway
