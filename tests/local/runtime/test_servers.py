"""The launchers: what is acknowledged is there after kill -9, at the same address."""

import asyncio
import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import nats as nats_client
import psutil
import pytest
from tracker_local.identity import as_user

from tests.support.servers import Server, start_postgres


async def test_postgres_keeps_committed_rows_through_kill_9(tmp_path: Path) -> None:
    with start_postgres(tmp_path, settings={}) as server:
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("SHOW fsync") == "on"
        await connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 20000) AS n")
        server.kill()
        connection.terminate()
        server.start()
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 20000
        await connection.close()


async def test_postgres_asks_for_the_password(postgres_server: Server) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres_server.url.replace("pass%2Fword", "wrong"))


async def test_postgres_folds_case_and_finds_trigrams_in_cyrillic(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("CREATE EXTENSION pg_trgm")
    assert await connection.fetchval("SELECT lower('ЖИЗНЬ')") == "жизнь"
    assert await connection.fetchval("SELECT similarity('Привет', 'ПРИВЕТ')") == 1
    await connection.close()


async def test_nats_keeps_its_streams_and_port_through_kill_9(nats_server: Server) -> None:
    client = await nats_client.connect(nats_server.url)
    await client.jetstream().add_stream(name="KEPT", subjects=["kept.>"])
    for n in range(500):
        await client.jetstream().publish("kept.x", str(n).encode())
    nats_server.kill()
    nats_server.start()
    second = await nats_client.connect(nats_server.url)
    info = await second.jetstream().stream_info("KEPT")
    assert info.state.messages == 500
    await second.close()
    await client.close()


async def test_nats_refuses_a_wrong_token(nats_server: Server) -> None:
    # By hand: nats-py leaves the socket of a refused connection open, which is a warning and so an error here.
    address = urlsplit(nats_server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    assert b'"auth_required":true' in await reader.readline()
    writer.write(b'CONNECT {"auth_token":"wrong","verbose":false}\r\nPING\r\n')
    assert b"Authorization Violation" in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
async def test_postgres_runs_as_another_user_where_namespaces_are_forbidden(open_folder: Path) -> None:
    with start_postgres(open_folder, identity=as_user("nobody")) as server:
        assert psutil.Process(server.pid).uids().effective == pwd.getpwnam("nobody").pw_uid
        connection = await asyncpg.connect(server.url)
        await connection.close()
