"""What the chaos needs to know of a kind: how people write, what its provider still holds, which processes serve it."""

import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_api.ledger.schemas import Ledger
from tracker_api.ledger.service import balance, prove
from tracker_core.bus import INBOUND, Bus
from tracker_core.database import reading
from tracker_core.repositories.accounts import ensure_default_workspace
from tracker_core.repositories.ledger import count_by_source, count_recorded
from tracker_local.process import Process

from tests.support.servers import Server

SHARE_REPEATED = 10
"""Each how manieth message a provider sends twice."""
RECORD_ONLY = {"autonomy": "Disabled"}
"""`spec.triage`: intake is the subject."""


class Channel(ABC):
    """A Source of one kind, from its provider to its processes."""

    processes: tuple[Server, ...]
    """Killed in turn; started by the test."""

    def __init__(self) -> None:
        self.said: list[str] = []
        """The ids that the messages people wrote must have, in their order."""

    @abstractmethod
    async def say(self, count: int) -> None:
        """Write so many messages, faster than they can be taken, a tenth of them twice."""

    @abstractmethod
    async def taken(self) -> int:
        """Return how many messages, or attempts to send one, the provider is rid of."""

    @abstractmethod
    async def settled(self) -> bool:
        """Say whether the provider has nothing left to give, repeats included."""


@dataclass(frozen=True)
class Stage:
    """The servers and the recorder of one test."""

    folder: Path
    nats: Server
    database: asyncpg.Connection
    engine: AsyncEngine
    bus: Bus

    def process(self, module: str, *arguments: str, **environment: str) -> Server:
        """Describe a process as it is run in production; the test starts, kills and starts it."""
        process = Process(
            name="-".join((module, *arguments)),
            command=(sys.executable, "-m", module, *arguments),
            environment={"TRACKER_NATS__URL": self.nats.url} | environment,
            ready=lambda _: True,
        )
        return Server("", process, self.folder / f"{process.name}.log")

    def gateway(self, port: int, manifests: Path, secrets: Path) -> Server:
        """Describe the gateway; it has a fixed port, which its callers know."""
        return self.process(
            "tracker_ingestion",
            "gateway",
            TRACKER_GATEWAY__PORT=str(port),
            TRACKER_GATEWAY__MANIFESTS_DIR=str(manifests),
            TRACKER_GATEWAY__SECRETS_DIR=str(secrets),
        )

    async def rows(self) -> int:
        """Count the messages in Postgres."""
        return int(await self.database.fetchval("select count(*) from message"))

    async def ids(self) -> list[str]:
        """Return the external id of each row."""
        return [row[0] for row in await self.database.fetch("select external_id from message")]

    async def ledger(self) -> Ledger:
        """Add it up as the API does."""
        info = await self.bus.js.stream_info(INBOUND)
        assert info.created is not None
        last = info.state.last_seq
        async with self.engine.begin() as connection:
            workspace = await ensure_default_workspace(connection)
        async with reading(self.engine) as connection:
            recorded = await count_recorded(connection, epoch=int(info.created.timestamp()), last=last)
            sources = await count_by_source(connection, workspace)
        return balance(sources, prove(last=last, stored=info.state.messages, recorded=recorded), None)


type Opening = Callable[[Stage], AbstractAsyncContextManager[Channel]]
"""Makes a channel on a stage."""
type Opened = AsyncIterator[Channel]
