"""Triage with a language model and real rows: the verdict keeps what it cost, and the budget counts the rows."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from tracker_core.ids import new_id
from tracker_core.repositories import usage
from tracker_worker.models.embedded_provider import EmbeddedProvider
from tracker_worker.models.live_workspace import live_workspace
from tracker_worker.models.llm import chain, connect
from tracker_worker.models.llm_settings import LlmSettings
from tracker_worker.settings import TriageSettings
from tracker_worker.triage import Triage

from tests.support.llm_server import LlmServer, answers, hangs, llm_server, prompt_of
from tests.support.waiting import eventually
from tests.worker.conftest import Parts, a_message
from tests.worker.test_triage import SETTLED, recorded

ALWAYS = 1.0
"""Threshold below which every verdict is."""


@asynccontextmanager
async def triage_with(parts: Parts, server: LlmServer, **fields: Any) -> AsyncIterator[Triage]:
    given = {"name": "local", "kind": "openai", "base_url": server.url, "model": "m", "threshold": ALWAYS, "retries": 0}
    settings = TriageSettings(providers=(LlmSettings(**given | fields),))
    models = [connect(provider) for provider in settings.providers]
    async with chain(EmbeddedProvider.load(), models, settings, live_workspace(parts.engine)) as provider:
        yield Triage(parts.transactions, provider, settings)


async def test_a_verdict_keeps_who_made_it_with_which_prompts_and_what_it_cost(parts: Parts) -> None:
    await parts.execute(
        "insert into member (id, workspace_id, name, role, created_at)"
        " values (:id, :ws, 'Anna Maier', 'member', now())",
        id=new_id(),
        ws=parts.workspace_id,
    )
    (message_id,) = await recorded(parts, a_message("1", "Could Anna look whether the reports can be had as CSV?"))
    async with llm_server() as server, triage_with(parts, server, input_price=2.0, output_price=4.0) as triage:
        server.play(answers(Extraction={"assignee": "Anna Maier"}))
        await triage.triage_message(message_id)
        assert any("Anna Maier" in prompt_of(request) for request in server.requests), "a local model knows the members"
    verdict = await parts.one("select * from verdict")
    assert (verdict["provider"], verdict["model"]) == ("local", "m")
    assert (verdict["tokens_in"], verdict["tokens_out"], verdict["cost_micros"]) == (300, 60, 840)
    assert verdict["prompt_version"].startswith("classification@")
    assert verdict["output"]["analysis"]["next_steps"] == ["Ask for the columns"]
    task = await parts.one("select t.*, m.name as assignee from task t join member m on m.id = t.assignee_id")
    assert (task["assignee"], task["title"]) == ("Anna Maier", "Add an export to CSV")


async def test_a_language_model_that_hangs_delays_a_message_and_nothing_more(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1", "The export has been empty since the update"))
    async with llm_server() as server, triage_with(parts, server, timeout=1) as triage:
        server.play(hangs())
        await triage.triage_message(message_id)
    verdict = await parts.one("select * from verdict")
    assert verdict["provider"] == "embedded"
    assert verdict["reason"].endswith("By the embedded model alone: local did not answer within 1 s")
    assert verdict["output"]["fallback"]["why"] == "timeout"
    assert await parts.one("select state from message") != "waiting"


async def test_the_triage_process_goes_on_with_a_language_model_that_hangs(
    parts: Parts, database_url: str, nats_url: str
) -> None:
    await recorded(parts, *(a_message(str(n), f"Could we have a report on {n}?") for n in range(12)))
    async with llm_server() as server:
        server.play(hangs())
        given = {
            "name": "local",
            "kind": "ollama",
            "base_url": server.url,
            "model": "m",
            "threshold": ALWAYS,
            "timeout": 1,
        }
        environment = {
            "TRACKER_DATABASE__URL": database_url,
            "TRACKER_NATS__URL": nats_url,
            "TRACKER_TRIAGE__PROVIDERS": json.dumps([given]),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tracker_worker", "triage", env=os.environ | environment
        )
        try:
            await eventually("settled messages", lambda: parts.all(SETTLED), seconds=60)
        finally:
            process.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(process.wait(), 30)
    assert code == 0
    reasons = await parts.all("select distinct output->'fallback'->>'why' as why from verdict order by 1")
    # Five in a row that hang open the circuit breaker for the rest.
    assert {row["why"] for row in reasons} <= {"timeout", "resting"}
    assert await parts.one("select count(*) from verdict where provider = 'embedded'") == 12


async def test_the_budget_of_a_source_is_counted_from_the_verdicts_of_the_day(parts: Parts) -> None:
    ids = await recorded(parts, *(a_message(str(n), f"Could we have a report on {n}?") for n in range(2)))
    await parts.execute("""update source set spec = '{"triage": {"dailyTokenBudget": 300, "autonomy": "Auto"}}'""")
    async with llm_server() as server, triage_with(parts, server) as triage:
        for message_id in ids:
            await triage.triage_message(message_id)
    first, second = await parts.all("select * from verdict order by id")
    assert (first["provider"], second["provider"]) == ("local", "embedded")
    assert second["output"]["fallback"]["detail"] == "the Source's 300 tokens of today are spent"
    statuses = [row["status"] for row in await parts.all("select status from task order by number")]
    assert statuses[1:] == ["triage"], "over its budget a Source only suggests"


async def test_tokens_of_yesterday_and_of_other_sources_are_not_counted(parts: Parts) -> None:
    (message_id, other_id) = await recorded(parts, a_message("1"), a_message("2", source="default/other"))
    source_id = await parts.one("select source_id from message where id = :id", id=message_id)
    yesterday = str(new_id())
    shifted = f"{int(yesterday.replace('-', '')[:12], 16) - int(timedelta(days=1).total_seconds() * 1000):012x}"
    yesterday = f"{shifted[:8]}-{shifted[8:]}{yesterday[13:]}"
    for verdict_id, of, tokens in ((new_id(), message_id, 40), (new_id(), other_id, 2), (yesterday, message_id, 1000)):
        await parts.execute(
            "insert into verdict (id, workspace_id, message_id, provider, model, prompt_version, category, priority,"
            " actionable, confidence, language, reason, output, tokens_in, tokens_out, cost_micros, latency_ms,"
            " created_at) values (:id, :ws, :of, 'local', 'm', '', 'bug', 'low', true, 1, 'en', '', '{}', :n, 1, 0, 0,"
            " now())",
            id=verdict_id,
            ws=parts.workspace_id,
            of=of,
            n=tokens,
        )
    async with parts.engine.connect() as connection:
        spent = await usage.tokens_today(connection, parts.workspace_id, source_id)
    assert spent == usage.TokensToday(workspace=44, source=41)


async def test_labels_in_use_are_those_of_the_newest_tasks_most_used_first(parts: Parts) -> None:
    for number, labels in enumerate((["export"], ["billing", "export"], []), start=1):
        await parts.execute(
            "insert into task (id, workspace_id, number, title, description, status, category, priority, labels,"
            " created_at, updated_at, version) values (:id, :ws, :n, 't', '', 'todo', 'task', 'low', :labels, now(),"
            " now(), 1)",
            id=new_id(),
            ws=parts.workspace_id,
            n=number,
            labels=labels,
        )
    async with parts.engine.connect() as connection:
        assert list(await usage.labels_in_use(connection, parts.workspace_id)) == ["export", "billing"]
