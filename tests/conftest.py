"""Fixtures that every test may use: real servers, and a clean database or bus for each test.

`database_url`  a migrated, empty database of its own on a Postgres that the session shares (about 30 ms)
`nats_url`      a nats-server of its own (about 0.15 s); `nats_server` to kill and restart it
`postgres_url`  the session's Postgres, an empty database without tables
"""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr
from tracker_core.database import make_engine
from tracker_core.migrations.running import migrate
from tracker_core.settings import DatabaseSettings

from tests.support.servers import Server, start_nats, start_postgres

_TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The Postgres that all tests share. Do not kill it: take `start_postgres` for that."""
    with start_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Server) -> str:
    """URL of an empty database that all tests share."""
    return postgres_server.url


@pytest.fixture
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A NATS of this test alone."""
    with start_nats(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture
def nats_url(nats_server: Server) -> str:
    """URL of the NATS of this test alone."""
    return nats_server.url


@pytest_asyncio.fixture(scope="session")
async def migrated_template(postgres_url: str) -> str:
    """Name of a database with all tables and no rows, to be copied."""
    await _execute(postgres_url, f'CREATE DATABASE "{_TEMPLATE}"')
    engine = make_engine(DatabaseSettings(url=SecretStr(_with_database(postgres_url, _TEMPLATE))))
    await migrate(engine)
    await engine.dispose()  # a template is copied only while nobody is connected to it
    return _TEMPLATE


@pytest_asyncio.fixture
async def database_url(postgres_url: str, migrated_template: str) -> AsyncIterator[str]:
    """URL of a migrated, empty database of this test alone."""
    name = f"test_{uuid4().hex}"
    await _execute(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
    yield _with_database(postgres_url, name)
    await _execute(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _with_database(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(statement, timeout=30)
    finally:
        await connection.close()
