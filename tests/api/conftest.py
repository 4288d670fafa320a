"""The API as it runs: real Postgres and NATS, the application with its lifespan, and clients of each role."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from tracker_api.context import Context
from tracker_api.main import create_app
from tracker_api.secret_tokens import hash_secret, issue_login_link, new_secret
from tracker_api.settings import ApiSettings, Settings
from tracker_core.database import make_engine
from tracker_core.health import ServedSource
from tracker_core.ids import new_id
from tracker_core.repositories import accounts, credentials
from tracker_core.repositories import sources as source_rows
from tracker_core.settings import DatabaseSettings, NatsSettings
from tracker_core.tables import Role

from tests.support.servers import start_nats

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Team:
    """A workspace with a member and an API token of each role."""

    workspace_id: UUID
    members: dict[Role, UUID]
    tokens: dict[Role, str]


@dataclass(frozen=True)
class Api:
    """The running application."""

    app: FastAPI
    team: Team

    @property
    def context(self) -> Context:
        context: Context = self.app.state.context
        return context

    def client(self, role: Role | None = Role.ADMIN, **headers: str) -> httpx.AsyncClient:
        """A client with the token of a role, or with none."""
        if role is not None:
            headers["authorization"] = f"Bearer {self.team.tokens[role]}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://tracker.test", headers=headers)

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.context.engine.connect() as connection:
            return list(await connection.execute(text(query), values))

    async def value(self, query: str, **values: Any) -> Any:
        ((value,),) = await self.rows(query, **values)
        return value

    async def execute(self, query: str, **values: Any) -> None:
        async with self.context.engine.begin() as connection:
            await connection.execute(text(query), values)

    async def login_token(self, role: Role = Role.ADMIN) -> str:
        async with self.context.engine.begin() as connection:
            return await issue_login_link(connection, self.team.workspace_id, self.team.members[role])

    async def add_source(self, name: str = "inbox", *, kind: str = "webhook", **spec: Any) -> UUID:
        served = ServedSource("default", name, kind, {"type": kind} | spec, f"/webhook/default/{name}")
        async with self.context.engine.begin() as connection:
            return await source_rows.project(connection, self.team.workspace_id, served)

    async def add_message(self, source_id: UUID, external_id: str, **fields: Any) -> UUID:
        """A recorded message; `fields` are columns."""
        row: dict[str, Any] = {
            "id": new_id(),
            "workspace_id": self.team.workspace_id,
            "source_id": source_id,
            "external_id": external_id,
            "reply_to": "",
            "sender_id": "",
            "sender_name": "Ann",
            "sender_address": "ann@example.org",
            "subject": "",
            "text": "The export is a day old",
            "url": "",
            "sent_at": NOON,
            "sent_offset": 7200,
            "received_at": NOON,
            "recorded_at": NOON,
            "state": "ignored",
            "state_reason": "",
            "attempts": 0,
            "last_error": "",
            "trace_id": "",
            "raw": "raw form",
            "raw_encoding": "text",
        } | fields
        await self.insert("message", row)
        return UUID(str(row["id"]))

    async def add_suggestion(self, source_id: UUID, external_id: str = "m1", **fields: Any) -> tuple[UUID, UUID]:
        """A message that triage made a suggestion of; returns the task's id and the message's."""
        message_id = await self.add_message(source_id, external_id, state="task")
        verdict = {
            "id": new_id(),
            "workspace_id": self.team.workspace_id,
            "message_id": message_id,
            "provider": "embedded",
            "model": "test-1",
            "prompt_version": "",
            "category": "bug",
            "priority": "high",
            "actionable": True,
            "confidence": 0.9,
            "language": "en",
            "reason": "It says that something is wrong",
            "tokens_in": 0,
            "tokens_out": 0,
            "cost_micros": 0,
            "latency_ms": 12.0,
            "created_at": NOON,
        }
        await self.insert("verdict", verdict, output="{}")
        task = {
            "id": new_id(),
            "workspace_id": self.team.workspace_id,
            "title": "Export is old",
            "description": "",
            "status": "triage",
            "category": "bug",
            "priority": "high",
            "labels": ["export"],
            "source_id": source_id,
            "verdict_id": verdict["id"],
            "confidence": 0.9,
            "created_at": NOON,
            "updated_at": NOON,
            "version": 1,
        } | fields
        number = await self.value(
            "with taken as (select next_task_number as n from workspace where id = :id) select n from taken",
            id=self.team.workspace_id,
        )
        await self.execute("update workspace set next_task_number = next_task_number + 1")
        await self.insert("task", task | {"number": number})
        await self.insert(
            "task_message", {"task_id": task["id"], "message_id": message_id, "workspace_id": self.team.workspace_id}
        )
        return UUID(str(task["id"])), message_id

    async def insert(self, table: str, row: dict[str, Any], **json: str) -> None:
        columns = [*row, *json]
        values = [f":{name}" for name in row] + [f"cast(:{name} as jsonb)" for name in json]
        await self.execute(f"insert into {table} ({', '.join(columns)}) values ({', '.join(values)})", **row, **json)


def make_settings(database_url: str, nats_url: str, folder: Path) -> Settings:
    return Settings(
        database=DatabaseSettings(url=SecretStr(database_url)),
        nats=NatsSettings(url=SecretStr(nats_url)),
        api=ApiSettings(
            port=0,
            manifests_dir=folder / "manifests",
            secrets_dir=folder / "secrets",
            gateway_url="http://hooks.test",
            crds_dir=Path(__file__).parents[2] / "crds",
        ),
    )


async def make_team(database_url: str) -> Team:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    members, tokens = {}, {}
    async with engine.begin() as connection:
        workspace_id = await accounts.ensure_default_workspace(connection)
        for role in Role:
            row = await accounts.insert_member(
                connection, workspace_id, name=role.capitalize(), email=f"{role}@example.org", role=role
            )
            members[role], tokens[role] = row.id, new_secret()
            await credentials.insert_token(
                connection, workspace_id, row.id, name="test", role=role, token_hash=hash_secret(tokens[role])
            )
    await engine.dispose()
    return Team(workspace_id, members, tokens)


@pytest.fixture
def settings(database_url: str, nats_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url, nats_url, tmp_path)


@pytest_asyncio.fixture
async def team(database_url: str) -> Team:
    return await make_team(database_url)


@pytest_asyncio.fixture
async def api(settings: Settings, team: Team) -> AsyncIterator[Api]:
    async with running(settings, team) as started:
        yield started


@pytest_asyncio.fixture(scope="module")
async def shared_api(
    postgres_url: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    """One application for many questions that leave no trace that matters to the next one."""
    folder = tmp_path_factory.mktemp("shared")
    async with copied_database(postgres_url, migrated_template) as url:
        with start_nats(folder) as nats_server:
            async with running(make_settings(url, nats_server.url, folder), await make_team(url)) as started:
                yield started


@pytest_asyncio.fixture
async def admin(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client


@asynccontextmanager
async def copied_database(postgres_url: str, template: str) -> AsyncIterator[str]:
    name = f"shared_{new_id().hex}"
    connection = await asyncpg.connect(postgres_url, timeout=10)
    try:
        await connection.execute(f'create database "{name}" template "{template}"', timeout=30)
        yield f"{postgres_url.rpartition('/')[0]}/{name}"
        await connection.execute(f'drop database "{name}" with (force)', timeout=30)
    finally:
        await connection.close()


@asynccontextmanager
async def running(settings: Settings, team: Team) -> AsyncIterator[Api]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield Api(app, team)


@dataclass(frozen=True)
class Served(Api):
    """The application behind a real server."""

    port: int

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.team.tokens[Role.VIEWER]}"}


@asynccontextmanager
async def serving(settings: Settings, team: Team) -> AsyncIterator[Served]:
    app = create_app(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server._serve([listening]))
        await eventually(lambda: _is_started(server, task))
        try:
            yield Served(app, team, listening.getsockname()[1])
        finally:
            server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait_for(task, 10)


async def _is_started(server: uvicorn.Server, task: "asyncio.Task[None]") -> bool:
    assert not task.done(), task.exception()
    return server.started


@pytest_asyncio.fixture
async def served(settings: Settings, team: Team) -> AsyncIterator[Served]:
    async with serving(settings, team) as started:
        yield started


async def eventually(condition: Callable[[], Awaitable[Any]], *, within: float = 10) -> Any:
    """Wait until the condition gives something true, and return that."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        result = await condition()
        if result:
            return result
        assert asyncio.get_running_loop().time() < deadline, f"not within {within} s: {condition}"
        await asyncio.sleep(0.02)
