"""No agent test asks a model over the network: a request that the test did not allow is an error."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.llm_server import LlmServer, llm_server


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "llm: asks a real language model on this machine; skipped where there is none")


@pytest_asyncio.fixture
async def server() -> AsyncIterator[LlmServer]:
    async with llm_server() as running:
        yield running
