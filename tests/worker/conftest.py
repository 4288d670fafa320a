"""The parts that the worker's tests stand on: a database, a bus, and what a process wires of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.bus import Bus, connect, ensure_bus, inbound_subject
from tracker_core.database import make_engine
from tracker_core.inbound import InboundMessage, encode, inbound_message, message_id
from tracker_core.jobs import Queue
from tracker_core.publishing import EventPublisher
from tracker_core.queue import JobBroker
from tracker_core.repositories.accounts import ensure_default_workspace
from tracker_core.settings import DatabaseSettings, NatsSettings
from tracker_core.transaction import Transactions
from tracker_worker.record.recorder import Recorder
from tracker_worker.record.sources import Sources

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


def a_message(external_id: str, text: str = "The export is a day old", **fields: Any) -> InboundMessage:
    defaults: dict[str, Any] = {
        "source": "default/inbox",
        "external_id": external_id,
        "sent_at": NOON,
        "received_at": NOON + timedelta(seconds=1),
        "text": text,
    }
    return inbound_message(**defaults | fields)


@dataclass(frozen=True)
class Parts:
    nats: NatsSettings
    engine: AsyncEngine
    bus: Bus
    broker: JobBroker
    publisher: EventPublisher
    workspace_id: UUID

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.engine, self.publisher, self.broker)

    async def publish(self, *messages: InboundMessage) -> None:
        for message in messages:
            headers = {"Nats-Msg-Id": message_id(message.source, message.external_id)}
            await self.bus.js.publish(inbound_subject(message.source), encode(message), headers=headers)

    async def all(self, query: str, **values: Any) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(query), values)).mappings())

    async def one(self, query: str, **values: Any) -> Any:
        (row,) = await self.all(query, **values)
        return next(iter(row.values())) if len(row) == 1 else row

    async def execute(self, query: str, **values: Any) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(query), values)

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[Recorder]:
        sources = Sources(self.bus, self.engine, self.workspace_id)
        recorder = Recorder(
            self.bus,
            self.engine,
            self.publisher,
            self.broker,
            sources,
            workspace_id=self.workspace_id,
            batch=100,
        )
        async with running(recorder.run(), self.publisher.run(), sources.follow()):
            yield recorder


@asynccontextmanager
async def running(*loops: Any) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def parts(database_url: str, nats_url: str) -> AsyncIterator[Parts]:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    settings = NatsSettings(url=SecretStr(nats_url))
    bus = await connect(settings, name="test")
    broker = JobBroker(settings, Queue.TRIAGE, name="test jobs")
    await ensure_bus(bus.js)
    await broker.startup()
    async with engine.begin() as connection:
        workspace_id = await ensure_default_workspace(connection)
    yield Parts(settings, engine, bus, broker, EventPublisher(bus.js, engine), workspace_id)
    await broker.shutdown()
    await bus.close()
    await engine.dispose()
