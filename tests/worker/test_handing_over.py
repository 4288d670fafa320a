"""From the triage job to the agents and back, over the real queue, with a model that does what the test says."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from taskiq.api import run_receiver_task
from tracker_core.jobs import JobName, Queue
from tracker_core.queue import JobBroker
from tracker_core.repositories import messages
from tracker_core.repositories import triage as repository
from tracker_worker.jobs import consult_models, triage_message
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.record import scheduler
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.first_look import REST, FirstLook

from tests.support.llm_server import Behaviour, LlmServer, answers, fails, hangs, llm_server, says
from tests.support.waiting import eventually
from tests.worker.conftest import Parts, a_message, running
from tests.worker.test_second_opinions import Roles, a_provider, roles
from tests.worker.test_triage import SETTLED, Scripted, a_judgement, recorded

WISH = "Could we have a report on {}?"


def unsure(_: Question) -> Judgement:
    return a_judgement(confidence=0.4)


def a_first_look(parts: Parts, server: LlmServer | None = None, **settings: Any) -> FirstLook:
    providers = (a_provider(server or LlmServer("http://127.0.0.1:9")),)
    return FirstLook(parts.transactions, Scripted(unsure), TriageSettings(providers=providers, **settings))


@asynccontextmanager
async def receiving(parts: Parts, both: Roles) -> AsyncIterator[None]:
    """Serve both queues, as the two processes do."""
    brokers = [JobBroker(parts.nats, queue, name=queue) for queue in Queue]
    triage_message.register(brokers[0], both.first_look)
    consult_models.register(brokers[1], both.consulting)
    for broker in brokers:
        broker.is_worker_process = True
        await broker.startup()
    async with running(*(run_receiver_task(broker, max_async_tasks=4, validate_params=False) for broker in brokers)):
        yield
    for broker in brokers:
        await broker.shutdown()


async def test_unsure_message_is_handed_over_and_let_go(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    await a_first_look(parts).triage_message(message_id)
    row = await parts.one(
        "select state, attempts, claimed_until, handed_over_at is not null as handed_over,"
        " next_attempt_at - handed_over_at as patience from message"
    )
    assert dict(row) == {
        "state": "waiting",
        "attempts": 0,
        "claimed_until": None,
        "handed_over": True,
        "patience": TriageSettings().llm_deadline,
    }
    wake_up = await parts.bus.js.get_last_msg("AGENTS", "jobs.agents")
    assert str(message_id).encode() in (wake_up.data or b"")


async def test_sure_message_is_settled_at_once(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    sure = Scripted(lambda _: a_judgement(confidence=0.9))
    providers = (a_provider(LlmServer("http://127.0.0.1:9"), threshold=0.8),)
    await FirstLook(parts.transactions, sure, TriageSettings(providers=providers)).triage_message(message_id)
    assert await parts.one("select state from message") == "task"


@pytest.mark.parametrize(
    ("chosen", "why"), [('["embedded"]', None), ('["embedded", "gpu"]', "unknown")], ids=["alone", "unknown"]
)
async def test_source_that_chooses_no_model_there_is_hands_nothing_over(
    parts: Parts, chosen: str, why: str | None
) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    await parts.execute(f"""update source set spec = '{{"triage": {{"providers": {chosen}}}}}'""")
    await a_first_look(parts).triage_message(message_id)
    assert await parts.one("select state from message") == "task"
    assert await parts.one("select output->'fallback'->>'why' as why from verdict") == why


@pytest.mark.parametrize(
    ("behaviour", "provider", "why"),
    [
        (answers(), "local", None),
        (fails(500), "embedded", "failed"),
        (hangs(60), "embedded", "timeout"),
        (says("I would rather chat"), "embedded", "unusable"),
    ],
    ids=["answers", "dead", "slow", "garbage"],
)
async def test_whatever_the_model_does_every_message_is_settled(
    parts: Parts, behaviour: Behaviour, provider: str, why: str | None
) -> None:
    await recorded(parts, *(a_message(str(n), WISH.format(n)) for n in range(3)))
    async with llm_server() as server, roles(parts, server, timeout=1) as both, receiving(parts, both):
        server.play(behaviour)
        await eventually("settled messages", lambda: parts.all(SETTLED), seconds=30)
    rows = await parts.all("select provider, output->'fallback'->>'why' as why, reason from verdict")
    assert [(row["provider"], row["why"]) for row in rows] == [(provider, why)] * 3
    if why:
        assert all("By the embedded model alone: local" in row["reason"] for row in rows)


async def test_over_budget_nobody_is_asked_and_the_verdict_says_so(parts: Parts) -> None:
    await recorded(parts, *(a_message(str(n), WISH.format(n)) for n in range(4)))
    await parts.execute("""update source set spec = '{"triage": {"dailyTokenBudget": 100}}'""")
    await parts.execute(
        "insert into verdict (id, workspace_id, message_id, provider, model, prompt_version, category, priority,"
        " actionable, confidence, language, reason, output, tokens_in, tokens_out, cost_micros, latency_ms, created_at)"
        " select gen_random_uuid(), workspace_id, id, 'local', 'm', '', 'bug', 'low', true, 1, 'en', '', '{}', 0, 0, 0,"
        " 0, now() from message limit 1"
    )
    await parts.execute("update verdict set id = (select max(id::text)::uuid from message), tokens_in = 100")
    async with llm_server() as server, roles(parts, server) as both, receiving(parts, both):
        await eventually("settled messages", lambda: parts.all(SETTLED), seconds=30)
        assert server.requests == []
    rows = await parts.all("select output->'fallback'->>'why' as why from verdict where provider = 'embedded'")
    assert [row["why"] for row in rows] == ["budget"] * 4


async def test_nobody_answers_in_time_and_the_embedded_verdict_stands(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    first_look = a_first_look(parts)
    await first_look.triage_message(message_id)
    assert await scheduler.wake_due(parts.engine, parts.broker) == 0, "its time is not over"
    await first_look.triage_message(message_id)
    assert await parts.one("select state from message") == "waiting"
    await overdue(parts)
    assert await scheduler.wake_due(parts.engine, parts.broker) == 1
    await first_look.triage_message(message_id)
    verdict = await parts.one("select * from verdict")
    assert (verdict["provider"], verdict["output"]["fallback"]["why"]) == ("scripted", "deadline")
    assert verdict["reason"].endswith("the language models did not answer within 45 s")


async def overdue(parts: Parts) -> None:
    await parts.execute("update message set next_attempt_at = now() - interval '1 second' where state = 'waiting'")


async def test_agents_that_are_away_hold_up_one_message_of_a_chat_and_not_each(parts: Parts) -> None:
    ids = await recorded(parts, *(a_message(str(n), conversation="c") for n in range(4)))
    now = 0.0
    settings = TriageSettings(providers=(a_provider(LlmServer("http://127.0.0.1:9")),))
    first_look = FirstLook(parts.transactions, Scripted(unsure), settings, clock=lambda: now)
    await first_look.triage_message(ids[0])
    await first_look.triage_message(ids[1])
    assert await parts.one("select count(*) from verdict") == 0, "the order of the chat is kept"
    await overdue(parts)
    for message_id in ids[:3]:
        await first_look.triage_message(message_id)
    rows = await parts.all("select output->'fallback'->>'why' as why from verdict order by id")
    assert [row["why"] for row in rows] == ["deadline", "away", "away"]
    now += REST
    await first_look.triage_message(ids[3])
    assert await parts.one("select handed_over_at is not null from message where id = :id", id=ids[3])


async def test_the_answer_to_one_message_wakes_the_next_of_its_conversation(parts: Parts) -> None:
    await recorded(parts, *(a_message(str(n), WISH.format(n), conversation="c") for n in range(3)))
    async with llm_server() as server, roles(parts, server) as both, receiving(parts, both):
        await eventually("settled messages", lambda: parts.all(SETTLED), seconds=30)
    rows = await parts.all("select provider, message_id from verdict order by id")
    assert [row["provider"] for row in rows] == ["local"] * 3
    assert [row["message_id"] for row in rows] == sorted(row["message_id"] for row in rows)


async def test_an_answer_that_nobody_waits_for_any_more_is_not_asked_for(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1", WISH.format(1)))
    async with llm_server() as server, roles(parts, server) as both:
        await both.consulting.consult_models(message_id)
        await both.first_look.triage_message(message_id)
        await overdue(parts)
        await both.consulting.consult_models(message_id)
        await both.first_look.triage_message(message_id)
        await both.consulting.consult_models(message_id)
        assert server.requests == []
    assert await parts.one("select count(*) from verdict") == 1


async def test_agent_that_lost_its_claim_settles_nothing(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1", WISH.format(1)))
    async with llm_server() as server, roles(parts, server) as both:
        server.play(hangs(1), answers())
        await both.first_look.triage_message(message_id)
        late = asyncio.create_task(both.consulting.consult_models(message_id))
        await eventually("a request", lambda: asyncio.sleep(0, server.requests))
        await parts.execute("update message set claimed_until = now() - interval '1 second'")
        await overdue(parts)
        await both.first_look.triage_message(message_id)
        await late
    assert [row["provider"] for row in await parts.all("select provider from verdict")] == ["embedded"]


async def test_a_holder_from_before_a_new_triage_cannot_settle_it(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    lease = timedelta(minutes=1)
    async with parts.engine.begin() as connection:
        stale = await repository.claim(connection, message_id, timedelta(seconds=-1))
    await FirstLook(parts.transactions, Scripted(), TriageSettings()).triage_message(message_id)
    async with parts.engine.begin() as connection:
        assert await messages.send_to_triage(connection, message_id)
        again = await repository.claim(connection, message_id, lease)
        assert stale
        assert again
        assert stale.attempt == again.attempt, "tries are counted anew"
        assert not await repository.put_off(connection, stale, lease, "late")


async def test_a_new_triage_may_be_handed_over_again(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    first_look = a_first_look(parts)
    await first_look.triage_message(message_id)
    await overdue(parts)
    await first_look.triage_message(message_id)
    async with parts.engine.begin() as connection:
        await messages.send_to_triage(connection, message_id)
    await a_first_look(parts).triage_message(message_id)
    assert await parts.one("select handed_over_at is not null from message")


async def test_every_job_name_is_registered(parts: Parts) -> None:
    async with llm_server() as server, roles(parts, server) as both:
        triage_message.register(parts.broker, both.first_look)
        consult_models.register(parts.broker, both.consulting)
    assert set(parts.broker.get_all_tasks()) >= set(JobName)


async def test_the_processes_go_on_with_a_language_model_that_hangs(
    parts: Parts, database_url: str, nats_url: str
) -> None:
    await recorded(parts, *(a_message(str(n), WISH.format(n)) for n in range(12)))
    async with llm_server() as server:
        server.play(hangs())
        given = {"name": "local", "kind": "ollama", "base_url": server.url, "model": "m", "threshold": 1, "timeout": 1}
        environment = os.environ | {
            "TRACKER_DATABASE__URL": database_url,
            "TRACKER_NATS__URL": nats_url,
            "TRACKER_TRIAGE__PROVIDERS": json.dumps([given]),
        }
        processes = [
            await asyncio.create_subprocess_exec(sys.executable, "-m", "tracker_worker", role, env=environment)
            for role in ("triage", "agents")
        ]
        try:
            await eventually("settled messages", lambda: parts.all(SETTLED), seconds=60)
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            codes = [await asyncio.wait_for(process.wait(), 30) for process in processes]
    assert codes == [0, 0]
    reasons = await parts.all("select distinct output->'fallback'->>'why' as why from verdict order by 1")
    # Five in a row that hang open the circuit breaker for the rest.
    assert {row["why"] for row in reasons} <= {"timeout", "resting"}
    assert await parts.one("select count(*) from verdict where provider = 'embedded'") == 12
