"""What the process is made of: built once in the lifespan, frozen, and handed to the endpoints."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection
from tracker_core.bus import Bus, connect, ensure_bus
from tracker_core.channels.files import Files
from tracker_core.database import check, make_engine
from tracker_core.jobs import Queue
from tracker_core.kubernetes.client import Client
from tracker_core.kubernetes.login import Login
from tracker_core.publishing import EventPublisher
from tracker_core.queue import JobBroker
from tracker_core.transaction import Transactions

from tracker_api.limiter import FailureLimiter
from tracker_api.live.feed import Feed
from tracker_api.live.hub import Hub
from tracker_api.manifests.file_store import FileManifestStore
from tracker_api.manifests.kubernetes_store import KubernetesManifestStore
from tracker_api.manifests.store import ManifestStore
from tracker_api.settings import ApiSettings, Settings


@dataclass(frozen=True)
class Context:
    """The open parts."""

    settings: Settings
    engine: AsyncEngine
    bus: Bus
    files: Files
    publisher: EventPublisher
    transactions: Transactions
    manifests: ManifestStore
    hub: Hub
    feed: Feed
    logins: FailureLimiter


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """Connect to Postgres and NATS, and close both at the end.

    Raises:
        UnavailableError: one of them does not answer, or the schema is not this program's.
    """
    engine = make_engine(settings.database)
    try:
        await check(engine)
        bus = await connect(settings.nats, name="api")
        broker = JobBroker(settings.nats, Queue.TRIAGE, name="api jobs")
        try:
            await ensure_bus(bus.js)
            await broker.startup()
            publisher = EventPublisher(bus.js, engine)
            hub = Hub()
            async with _open_manifests(settings.api) as manifests:
                yield Context(
                    settings=settings,
                    engine=engine,
                    bus=bus,
                    files=Files(bus.js, settings.s3),
                    publisher=publisher,
                    transactions=Transactions(engine, publisher, broker),
                    manifests=manifests,
                    hub=hub,
                    feed=Feed(bus, hub),
                    logins=FailureLimiter(),
                )
        finally:
            await broker.shutdown()
            await bus.close()
    finally:
        await engine.dispose()


@asynccontextmanager
async def _open_manifests(settings: ApiSettings) -> AsyncIterator[ManifestStore]:
    if settings.manifests == "folder":
        yield FileManifestStore(settings.manifests_dir, settings.secrets_dir)
        return
    async with Client(Login.find()) as client:
        yield KubernetesManifestStore(client, settings.namespaces)


async def _context(connection: HTTPConnection) -> Context:
    # Asynchronous, though it waits for nothing: FastAPI would send a plain function to a thread, which costs 1 ms.
    context: Context = connection.app.state.context
    return context


Ctx = Annotated[Context, Depends(_context)]
"""The process's parts, as an endpoint's parameter."""
