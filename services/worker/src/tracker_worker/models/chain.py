"""Routing: the embedded model first, a language model where it is unsure, the embedded model again when that fails.

A message never waits for a model longer than the deadline, and never fails because of one. See docs/triage.md and
docs/adr/0004-a-second-opinion-not-a-second-judge.md.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from tracker_worker.models.breaker import Breaker
from tracker_worker.models.consultant import Answer, Consultant, ConsultError, Spent, Why, Workspace
from tracker_worker.models.provider import Judgement, Provider, Question
from tracker_worker.models.reading.commands import without_commands
from tracker_worker.models.second_opinion import charge, combine
from tracker_worker.models.waiting_room import WaitingRoom

log = logging.getLogger(__name__)

_FIRST_WAIT = 0.5
"""Seconds before the second attempt at most; doubles with each further one."""


@dataclass(frozen=True)
class Link:
    """A language model's place in the chain."""

    consultant: Consultant
    breaker: Breaker
    threshold: float
    """Asked when the embedded model's confidence is below."""
    timeout: float
    """Seconds for all attempts together."""
    retries: int
    """Attempts after the first."""
    accuracy: float
    priority_accuracy: float


class Chain:
    """A provider that asks others.

    Args:
        embedded: Judges first, and its judgement is the one to fall back to.
        links: In the order in which they are asked.
        read: Reads the live workspace of a question; only called when a language model is going to be asked.
        deadline: Seconds for all language models together, waiting for a place included.
        room: Places at the language models.
        daily_token_budget: Tokens of one workspace and UTC day; None for no limit.
    """

    def __init__(
        self,
        embedded: Provider,
        links: Sequence[Link],
        read: Callable[[Question], Awaitable[Workspace]],
        *,
        deadline: float,
        room: WaitingRoom,
        daily_token_budget: int | None = None,
    ) -> None:
        self._embedded = embedded
        self._links = links
        self._read = read
        self._deadline = deadline
        self._room = room
        self._budget = daily_token_budget

    @property
    def waiting_room(self) -> int:
        """Messages that the chain may hold back at most."""
        return self._room.capacity if self._links else 0

    async def judge(self, question: Question) -> Judgement:
        """Judge one message; whatever the language models do, there is a judgement."""
        own = await self._embedded.judge(question)
        links = [link for link in self._links if own.confidence < link.threshold]
        if not links:
            return own
        spent, tried = Spent(), list[dict[str, Any]]()
        if _commands(question):
            return _fallen_back(own, Why.COMMANDS, "the message speaks to the machine", tried)
        why, detail = Why.BUSY, "no place at a language model became free"
        try:
            async with asyncio.timeout(self._deadline), self._room.place():
                why, detail = Why.DEADLINE, f"the language models did not answer within {self._deadline:g} s"
                workspace = await self._read(question)
                self._check_budget(question, workspace)
                for link in links:
                    started = perf_counter()
                    try:
                        answer = await _consult(link, question, workspace, spent)
                    except ConsultError as error:
                        why, detail = error.why, error.detail
                        tried.append({"provider": link.consultant.name, "why": why, "detail": detail})
                        continue
                    judgement = _combined(own, answer, question, link, latency=perf_counter() - started)
                    return charge(_noting(judgement, tried), spent)
        except ConsultError as error:
            why, detail = error.why, error.detail
        except TimeoutError:
            pass
        return charge(_fallen_back(own, why, detail, tried), spent)

    def _check_budget(self, question: Question, workspace: Workspace) -> None:
        budget = int(question.policy.get("dailyTokenBudget") or 0)
        if budget and workspace.source_tokens_today >= budget:
            raise ConsultError(Why.BUDGET, f"the Source's {budget} tokens of today are spent")
        if self._budget and workspace.tokens_today >= self._budget:
            raise ConsultError(Why.BUDGET, f"the workspace's {self._budget} tokens of today are spent")


def _commands(question: Question) -> bool:
    # The last line is for a message of commands only: of such a one `without_commands` returns all.
    said = f"{question.subject}\n{question.text}\nEnd."
    return without_commands(said) != said


async def _consult(link: Link, question: Question, workspace: Workspace, spent: Spent) -> Answer:
    name = link.consultant.name
    if not link.breaker.allow():
        raise ConsultError(Why.RESTING, f"{name} failed {link.breaker.failed} times in a row and is left alone for now")
    try:
        async with asyncio.timeout(link.timeout):
            answer = await _with_retries(link, question, workspace, spent)
    except TimeoutError:
        error = ConsultError(Why.TIMEOUT, f"{name} did not answer within {link.timeout:g} s")
    except ConsultError as refusal:
        error = refusal
    except asyncio.CancelledError:
        # The deadline of the chain: this one was too slow as well.
        link.breaker.fail()
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
    for attempt in range(link.retries):
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
    both = combine(own, answer, question, accuracy=link.accuracy, priority_accuracy=link.priority_accuracy)
    return replace(
        both,
        provider=link.consultant.name,
        model=link.consultant.model,
        prompt_version=link.consultant.prompt_version,
        output=both.output | {"answer": both.output["answer"] | {"latency_ms": round(latency * 1000, 1)}},
    )


def _noting(judgement: Judgement, tried: list[dict[str, Any]]) -> Judgement:
    return replace(judgement, output=judgement.output | {"tried": tried}) if tried else judgement


def _fallen_back(own: Judgement, why: Why, detail: str, tried: list[dict[str, Any]]) -> Judgement:
    reason = f"{own.reason.rstrip('.')}. By the embedded model alone: {detail}"
    fallback: dict[str, Any] = {"why": why, "detail": detail, "tried": tried}
    return replace(own, reason=reason, output=own.output | {"fallback": fallback})
