"""The process as it is run: settings, signals, and Postgres that goes away."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from tracker_api.settings import Settings
from tracker_core.database import make_engine
from tracker_core.migrations.running import migrate
from tracker_core.settings import DatabaseSettings
from tracker_core.tables import Role

from tests.api.conftest import eventually, make_settings, make_team, running
from tests.support.servers import start_postgres


async def test_it_serves_until_it_is_told_to_stop(settings: Settings, unused_tcp_port: int) -> None:
    process = await _start(
        TRACKER_DATABASE__URL=settings.database.url.get_secret_value(),
        TRACKER_NATS__URL=settings.nats.url.get_secret_value(),
        TRACKER_API__PORT=str(unused_tcp_port),
        TRACKER_API__MANIFESTS_DIR=str(settings.api.manifests_dir),
        TRACKER_API__SECRETS_DIR=str(settings.api.secrets_dir),
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{unused_tcp_port}") as client:
        await eventually(lambda: _is_ready(client), within=60)
        answer = await client.get("/api/tasks")
    process.send_signal(signal.SIGTERM)

    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert answer.status_code == 401
    assert "server" not in answer.headers


async def test_settings_that_are_missing_are_named() -> None:
    process = await _start()
    _, said = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 2
    for name in ("TRACKER_DATABASE", "TRACKER_NATS", "TRACKER_API"):
        assert name in said.decode()


@pytest.mark.slow
async def test_requests_wait_out_a_crash_of_postgres(nats_url: str, tmp_path: Path) -> None:
    with start_postgres(tmp_path, settings={}) as postgres:
        engine = make_engine(DatabaseSettings(url=SecretStr(postgres.url)))
        await migrate(engine)
        await engine.dispose()
        async with (
            running(make_settings(postgres.url, nats_url, tmp_path), await make_team(postgres.url)) as api,
            api.client(Role.MEMBER) as client,
        ):
            assert (await client.post("/api/tasks", json={"title": "before"})).status_code == 201
            postgres.kill()
            down = await client.get("/api/tasks")
            health = (await client.get("/api/health")).json()
            postgres.start()
            after = await client.get("/api/tasks")

    assert (down.status_code, down.headers["content-type"]) == (503, "application/problem+json")
    assert down.headers["retry-after"]
    assert [item["status"] for item in health["dependencies"]] == ["down", "ok"]
    assert [task["title"] for task in after.json()["items"]] == ["before"]


async def _start(**environment: str) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tracker_api",
        env=kept | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False
