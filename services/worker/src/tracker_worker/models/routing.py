"""Which language models a message is shown to: those that its Source has chosen, where the embedded model is unsure.

Pure, and free of pydantic-ai: one process routes, and another asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker_worker.models.consultant import Why
from tracker_worker.models.llm_settings import DEFAULT_THRESHOLD, EMBEDDED, LlmSettings
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.models.reading.commands import speaks_to_machine


@dataclass(frozen=True)
class Attempt:
    """A provider that was to be asked and gave nothing."""

    provider: str
    why: Why
    detail: str


@dataclass(frozen=True)
class Route:
    """Where an embedded judgement goes from here."""

    judgement: Judgement
    """Stands when nobody is asked; it says so when somebody should have been."""
    ask: tuple[str, ...] = ()
    """Names of providers, in the order in which they are asked."""
    tried: tuple[Attempt, ...] = ()
    """Those that cannot be asked."""


def route(own: Judgement, question: Question, providers: Sequence[LlmSettings]) -> Route:
    """Decide who is asked.

    Args:
        own: The embedded judgement.
        question: Its policy names the Source's choice of providers; without one all are asked.
        providers: The workspace's, in its order.
    """
    thresholds = {provider.name: provider.threshold for provider in providers}
    chosen = question.policy.get("providers")
    names = [name for name in (thresholds if chosen is None else dict.fromkeys(chosen)) if name != EMBEDDED]
    unsure = [name for name in names if own.confidence < thresholds.get(name, DEFAULT_THRESHOLD)]
    if not unsure:
        return Route(own)
    if speaks_to_machine(f"{question.subject}\n{question.text}"):
        return Route(fall_back(own, Why.COMMANDS, "the message speaks to the machine"))
    tried = tuple(
        Attempt(name, Why.UNKNOWN, f"no provider '{name}' is configured") for name in unsure if name not in thresholds
    )
    ask = tuple(name for name in unsure if name in thresholds)
    if not ask:
        return Route(fall_back(own, Why.UNKNOWN, tried[-1].detail, tried))
    return Route(own, ask, tried)


def fall_back(own: Judgement, why: Why, detail: str, tried: Sequence[Attempt] = ()) -> Judgement:
    """Return the embedded judgement that stands although a language model should have been asked."""
    fallback: dict[str, Any] = {"why": why, "detail": detail, "tried": described(tried)}
    reason = f"{own.reason.rstrip('.')}. By the embedded model alone: {detail}"
    return replace(own, reason=reason, output=own.output | {"fallback": fallback})


def described(tried: Sequence[Attempt]) -> list[dict[str, Any]]:
    """Return the attempts as they stand in a verdict."""
    return [{"provider": attempt.provider, "why": attempt.why, "detail": attempt.detail} for attempt in tried]
