"""Asks: the embedded model first, a language model where it is unsure, the embedded model again when that fails.

A message never waits for a model longer than the deadline, and never fails because of one. See docs/triage.md and
docs/adr/0004-a-second-opinion-not-a-second-judge.md.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from prometheus_client import Histogram
from tracker_core import telemetry
from tracker_core.metrics import SECONDS

from tracker_worker.models.breaker import Breaker
from tracker_worker.models.consultant import Answer, Consultant, ConsultError, Spent, Why, Workspace
from tracker_worker.models.llm_settings import LlmSettings
from tracker_worker.models.provider import Judgement, Provider, Question
from tracker_worker.models.routing import Attempt, described, fall_back, route
from tracker_worker.models.second_opinion import charge, combine

log = logging.getLogger(__name__)

_SECONDS = Histogram(
    "tracker_model_seconds", "How long a language model was asked", ["provider", "outcome"], buckets=SECONDS
)

_FIRST_WAIT = 0.5
"""Seconds before the second attempt at most; doubles with each further one."""


@dataclass(frozen=True)
class Link:
    """A language model's place in the chain."""

    consultant: Consultant
    breaker: Breaker
    settings: LlmSettings

    @property
    def timeout(self) -> float:
        """Seconds for all attempts together."""
        return self.settings.timeout.total_seconds()


class Chain:
    """A provider that asks others.

    Args:
        embedded: Judges first, and its judgement is the one to fall back to.
        links: In the order in which they are asked where the Source does not say.
        read: Reads the live workspace of a question; only called when a language model is going to be asked.
        deadline: Seconds for all language models together.
        daily_token_budget: Tokens of one workspace and UTC day; None for no limit.
    """

    def __init__(
        self,
        embedded: Provider,
        links: Sequence[Link],
        read: Callable[[Question, Judgement], Awaitable[Workspace]],
        *,
        deadline: float,
        daily_token_budget: int | None = None,
    ) -> None:
        self._embedded = embedded
        self._links = {link.settings.name: link for link in links}
        self._providers = [link.settings for link in links]
        self._read = read
        self._deadline = deadline
        self._budget = daily_token_budget

    async def judge(self, question: Question, within: float | None = None) -> Judgement:
        """Judge one message; whatever the language models do, there is a judgement.

        Args:
            question: What is asked.
            within: Seconds that the queue has left of the deadline; None for all of it. With less than half of it
                nobody is asked: a queue that is too long would else give every message too little time, and all that
                is paid for would come too late.
        """
        own = await self._embedded.judge(question)
        way = route(own, question, self._providers)
        if not way.ask:
            return way.judgement
        left = self._deadline if within is None else within
        if left < self._deadline / 2:
            return fall_back(own, Why.DEADLINE, "no language model was free in time", way.tried)
        spent, tried = Spent(), list(way.tried)
        why, detail = Why.DEADLINE, f"the language models did not answer within {self._deadline:g} s"
        try:
            async with asyncio.timeout(left):
                workspace = await self._read(question, own)
                self._check_budget(question, workspace)
                for name in way.ask:
                    link, started = self._links[name], perf_counter()
                    try:
                        answer = await _consult(link, question, workspace, spent)
                    except ConsultError as error:
                        tried.append(Attempt(name, error.why, error.detail))
                        continue
                    judgement = _combined(own, answer, question, link, latency=perf_counter() - started)
                    return charge(_noting(judgement, tried), spent)
                why, detail = tried[-1].why, tried[-1].detail
        except ConsultError as error:
            why, detail = error.why, error.detail
        except TimeoutError:
            pass
        return charge(fall_back(own, why, detail, tried), spent)

    def _check_budget(self, question: Question, workspace: Workspace) -> None:
        budget = int(question.policy.get("dailyTokenBudget") or 0)
        if budget and workspace.source_tokens_today >= budget:
            raise ConsultError(Why.BUDGET, f"the Source's {budget} tokens of today are spent")
        if self._budget and workspace.tokens_today >= self._budget:
            raise ConsultError(Why.BUDGET, f"the workspace's {self._budget} tokens of today are spent")


async def _consult(link: Link, question: Question, workspace: Workspace, spent: Spent) -> Answer:
    started, outcome = perf_counter(), "ok"
    try:
        with telemetry.span("consult", "client", provider=link.consultant.name, model=link.consultant.model):
            return await _ask(link, question, workspace, spent)
    except ConsultError as error:
        outcome = error.why
        raise
    except asyncio.CancelledError:
        outcome = Why.DEADLINE
        raise
    finally:
        _SECONDS.labels(link.consultant.name, outcome).observe(perf_counter() - started)


async def _ask(link: Link, question: Question, workspace: Workspace, spent: Spent) -> Answer:
    name = link.consultant.name
    if not link.breaker.allow():
        raise ConsultError(Why.RESTING, f"{name} failed {link.breaker.failed} times in a row and is left alone for now")
    started = perf_counter()
    try:
        async with asyncio.timeout(link.timeout):
            answer = await _with_retries(link, question, workspace, spent)
    except TimeoutError:
        error = ConsultError(Why.TIMEOUT, f"{name} did not answer within {link.timeout:g} s")
    except ConsultError as refusal:
        error = refusal
    except asyncio.CancelledError:
        # The deadline of the chain. Whether this one was too slow as well depends on what the queue had left of it.
        if perf_counter() - started > link.timeout / 2:
            link.breaker.fail()
        else:
            link.breaker.withdraw()
        raise
    except Exception as unforeseen:  # noqa: BLE001 -- whatever a provider's library raises, the message is triaged
        # Not its text, nor the traceback: both may hold the message.
        error = ConsultError(Why.FAILED, f"{name} failed with {type(unforeseen).__name__}")
    else:
        link.breaker.succeed()
        return answer
    link.breaker.fail(error.retry_after)
    log.warning("Language model %s", error.detail, extra={"provider": name, "why": error.why})
    raise error


async def _with_retries(link: Link, question: Question, workspace: Workspace, spent: Spent) -> Answer:
    for attempt in range(link.settings.retries):
        try:
            return await link.consultant.consult(question, workspace, spent)
        except ConsultError as error:
            if not error.retryable or (error.retry_after or 0.0) >= link.timeout:
                raise
            # Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): the messages of
            # a burst do not come back as a burst.
            wait = random.uniform(0, _FIRST_WAIT * 2**attempt)  # noqa: S311 -- spreads load, keeps no secret
            await asyncio.sleep(max(wait, error.retry_after or 0.0))
    return await link.consultant.consult(question, workspace, spent)


def _combined(own: Judgement, answer: Answer, question: Question, link: Link, *, latency: float) -> Judgement:
    weights = {"accuracy": link.settings.accuracy, "priority_accuracy": link.settings.priority_accuracy}
    both = combine(own, answer, question, **weights)
    return replace(
        both,
        provider=link.consultant.name,
        model=link.consultant.model,
        prompt_version=link.consultant.prompt_version,
        output=both.output | {"answer": both.output["answer"] | {"latency_ms": round(latency * 1000, 1)}},
    )


def _noting(judgement: Judgement, tried: Sequence[Attempt]) -> Judgement:
    return replace(judgement, output=judgement.output | {"tried": described(tried)}) if tried else judgement
