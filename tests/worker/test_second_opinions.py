"""Triage with a language model and real rows: the verdict keeps what it cost, and the budget counts the rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tracker_core.ids import new_id
from tracker_core.repositories import usage
from tracker_worker.models.embedded_provider import EmbeddedProvider
from tracker_worker.models.live_workspace import live_workspace
from tracker_worker.models.llm import chain, connect_all
from tracker_worker.models.llm_settings import LlmSettings
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.consulting import Consulting
from tracker_worker.triage.first_look import FirstLook

from tests.support.llm_server import LlmServer, answers, llm_server, prompt_of
from tests.worker.conftest import Parts, a_message
from tests.worker.test_triage import recorded

ALWAYS = 1.0
"""Threshold below which every verdict is."""


@dataclass(frozen=True)
class Roles:
    """The two jobs, wired as in their processes."""

    first_look: FirstLook
    consulting: Consulting

    async def triage(self, message_id: UUID) -> None:
        """Let a message go through both, without the queue between them."""
        await self.first_look.triage_message(message_id)
        await self.consulting.consult_models(message_id)


def a_provider(server: LlmServer, **fields: Any) -> LlmSettings:
    given = {"name": "local", "kind": "openai", "base_url": server.url, "model": "m", "threshold": ALWAYS, "retries": 0}
    return LlmSettings(**given | fields)


@asynccontextmanager
async def roles(parts: Parts, server: LlmServer, **fields: Any) -> AsyncIterator[Roles]:
    settings = TriageSettings(providers=(a_provider(server, **fields),))
    embedded = EmbeddedProvider.load()
    async with chain(embedded, connect_all(settings.providers), settings, live_workspace(parts.engine)) as provider:
        yield Roles(
            FirstLook(parts.transactions, embedded, settings), Consulting(parts.transactions, provider, settings)
        )


async def test_a_verdict_keeps_who_made_it_with_which_prompts_and_what_it_cost(parts: Parts) -> None:
    await parts.execute(
        "insert into member (id, workspace_id, name, role, created_at)"
        " values (:id, :ws, 'Anna Maier', 'member', now())",
        id=new_id(),
        ws=parts.workspace_id,
    )
    (message_id,) = await recorded(parts, a_message("1", "Could Anna look whether the reports can be had as CSV?"))
    async with llm_server() as server, roles(parts, server, input_price=2.0, output_price=4.0) as both:
        server.play(answers(Extraction={"assignee": "Anna Maier"}))
        await both.triage(message_id)
        assert any("Anna Maier" in prompt_of(request) for request in server.requests), "a local model knows the members"
    verdict = await parts.one("select * from verdict")
    assert (verdict["provider"], verdict["model"]) == ("local", "m")
    assert (verdict["tokens_in"], verdict["tokens_out"], verdict["cost_micros"]) == (300, 60, 840)
    assert verdict["prompt_version"].startswith("classification@")
    assert verdict["output"]["analysis"]["next_steps"] == ["Ask for the columns"]
    task = await parts.one("select t.*, m.name as assignee from task t join member m on m.id = t.assignee_id")
    assert (task["assignee"], task["title"]) == ("Anna Maier", "Add an export to CSV")


async def test_the_budget_of_a_source_is_counted_from_the_verdicts_of_the_day(parts: Parts) -> None:
    ids = await recorded(parts, *(a_message(str(n), f"Could we have a report on {n}?") for n in range(2)))
    await parts.execute("""update source set spec = '{"triage": {"dailyTokenBudget": 300, "autonomy": "Auto"}}'""")
    async with llm_server() as server, roles(parts, server) as both:
        for message_id in ids:
            await both.triage(message_id)
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
