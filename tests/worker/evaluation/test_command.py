"""`python -m tracker_worker eval`, as the process that people and `tasktracker eval` start."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.llm_server import LlmServer, fails, llm_server

MESSAGES: list[dict[str, Any]] = [
    {"id": "a", "lang": "en", "text": "The printer on the second floor jams on every page", "category": "bug"},
    {"id": "b", "lang": "en", "text": "Thanks everybody, what a lovely evening!", "category": "noise"},
    {"id": "c", "lang": "de", "text": "Der Drucker im zweiten Stock hat bei jeder Seite Papierstau", "category": "bug"},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    MESSAGES[2]["duplicate_of"] = "a"
    file = tmp_path / "labelled.jsonl"
    rest = {"sent_at": "2026-10-05T09:12:00+02:00", "priority": "low"}
    file.write_text("\n".join(json.dumps(message | rest) for message in MESSAGES), encoding="utf-8")
    return file


async def evaluate(*arguments: str, server: LlmServer | None = None) -> tuple[int, str, str]:
    provider = {"name": "local", "kind": "openai", "base_url": server.url, "model": "m"} if server else None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tracker_worker", "eval", *arguments),
        env=os.environ | {"TRACKER_TRIAGE__PROVIDERS": json.dumps([provider] if provider else [])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


async def test_figures_are_one_json_document_and_nothing_else(file: Path) -> None:
    code, out, errors = await evaluate(str(file))
    figures = json.loads(out)
    assert (code, errors) == (0, "")
    assert (figures["n"], figures["tokens"], set(figures["by_lang"])) == (3, 0, {"en", "de"})
    assert figures["by_lang"]["de"]["duplicates"]["recall_at_3"] is not None
    assert 0 < figures["latency_ms"]["p50"] <= figures["latency_ms"]["p95"]


async def test_a_language_model_without_the_embedded_one_is_asked_about_every_message(file: Path) -> None:
    async with llm_server() as server:
        code, out, _ = await evaluate(str(file), "--providers", "local", server=server)
        assert server.asked().count("Classification") == len(MESSAGES) + 1, "the first one twice: to warm up"
    assert code == 0
    assert json.loads(out)["tokens"] >= len(MESSAGES) * 120


async def test_messages_that_fell_back_are_counted(file: Path) -> None:
    async with llm_server() as server:
        server.play(fails(401))
        _, _, errors = await evaluate(str(file), "--providers", "local", server=server)
    assert "3 of 3 messages by the embedded model alone: refused" in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["FILE", "--providers", "embedded,gpu"], "No provider 'gpu' is configured. Choose from embedded"),
        (["none.jsonl"], "none.jsonl: No such file or directory"),
        ([], "usage: python -m tracker_worker eval"),
    ],
)
async def test_what_cannot_be_scored_is_said_with_exit_code_2(file: Path, arguments: list[str], said: str) -> None:
    code, out, errors = await evaluate(*(str(file) if argument == "FILE" else argument for argument in arguments))
    assert (code, out) == (2, "")
    assert said in errors


@pytest.fixture
def broken(file: Path) -> Path:
    file.write_text(file.read_text(encoding="utf-8") + '\n{"text": 3}\n', encoding="utf-8")
    return file


async def test_wrong_line_is_named_before_anything_is_asked(broken: Path) -> None:
    code, _, errors = await evaluate(str(broken))
    assert code == 2
    assert errors.startswith(f"{broken} line 4: ")
    assert errors.count("\n") == 1
