"""Wires the roles that judge: `triage` with the embedded model, `agents` with language models where that one is unsure.

Importing it loads the embedded model's libraries, which no other role needs.
"""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any

from taskiq.api import run_receiver_task
from tracker_core.health import Heartbeat, beating, heartbeat
from tracker_core.jobs import Queue
from tracker_core.queue import FETCH_TIMEOUT

from tracker_worker.answering import answer_about_models
from tracker_worker.jobs import consult_models, triage_message
from tracker_worker.models.embedded_provider import EmbeddedProvider
from tracker_worker.models.live_workspace import live_workspace
from tracker_worker.models.llm import chain, connect_all
from tracker_worker.models.recall import recall_lessons
from tracker_worker.models.relearning import keep_learnt
from tracker_worker.parts import Parts, open_parts, run_all
from tracker_worker.settings import WorkerSettings
from tracker_worker.triage.consulting import Consulting
from tracker_worker.triage.first_look import FirstLook
from tracker_worker.triage.handling import Handling


async def triage(settings: WorkerSettings) -> None:
    """Run the triage jobs."""
    embedded = await asyncio.to_thread(EmbeddedProvider.load)
    async with open_parts(settings, "triage", Queue.TRIAGE) as parts:
        embedded = embedded.remembering(recall_lessons(parts.engine))
        first_look = FirstLook(parts.transactions, embedded, settings.triage)
        triage_message.register(parts.broker, first_look)
        await _receive(
            parts,
            f"triage.{settings.instance}",
            first_look,
            keep_learnt(parts.engine, embedded),
            answer_about_models(parts.bus, settings.triage, embedded.version),
            at_a_time=settings.triage.concurrency,
        )


async def agents(settings: WorkerSettings) -> None:
    """Run the jobs that ask language models."""
    embedded = await asyncio.to_thread(EmbeddedProvider.load)
    models = await asyncio.to_thread(connect_all, settings.triage.providers)
    async with (
        open_parts(settings, "agents", Queue.AGENTS) as parts,
        chain(
            embedded.remembering(recall_lessons(parts.engine)),
            models,
            settings.triage,
            live_workspace(parts.engine),
        ) as provider,
    ):
        consulting = Consulting(parts.transactions, provider, settings.triage)
        consult_models.register(parts.broker, consulting)
        await _receive(parts, f"agents.{settings.instance}", consulting, at_a_time=settings.triage.llm_concurrency)


async def _receive(
    parts: Parts, name: str, service: Handling, *beside: Coroutine[Any, Any, None], at_a_time: int
) -> None:
    """Run the jobs of a queue, and what goes on beside them."""
    broker = parts.broker

    def report() -> Heartbeat:
        deaf = monotonic() - broker.last_fetch > 6 * FETCH_TIMEOUT and not broker.running
        return heartbeat("degraded", "The job queue does not answer") if deaf else heartbeat("ready")

    async with beating(parts.bus.js, name, report):
        await run_all(
            run_receiver_task(broker, max_async_tasks=at_a_time, validate_params=False),
            service.claims.renew(),
            parts.publisher.run(),
            *beside,
        )
