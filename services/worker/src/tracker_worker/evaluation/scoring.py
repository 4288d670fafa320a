"""Lets a provider judge labelled messages, each by itself, and proposes duplicates among those before it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from tracker_worker.evaluation.clusters import earlier_reports
from tracker_worker.evaluation.figures import Case, Guess, Truth
from tracker_worker.evaluation.labelled import Labelled
from tracker_worker.models.duplicates import DuplicateModel, Said
from tracker_worker.models.provider import Judgement, Provider, Question


@dataclass(frozen=True)
class Scored:
    """What came out."""

    cases: list[Case]
    providers: Counter[str]
    """How many each has judged."""
    fallbacks: Counter[str]
    """Why the embedded model stood in for a language model."""


async def score(
    messages: Sequence[Labelled], provider: Provider, duplicates: DuplicateModel, tell: Callable[[int], None]
) -> Scored:
    """Judge the messages in their order.

    Args:
        messages: Judged one at a time, so that a time is that of one message.
        provider: Judges.
        duplicates: Is given all earlier messages as candidates.
        tell: Is told how many are done.
    """
    earlier = earlier_reports(messages)
    scored = Scored([], Counter(), Counter())
    before: list[tuple[int, Said]] = []
    await provider.judge(_question(messages[0]))  # what is loaded at the first call counts as loading
    for place, message in enumerate(messages):
        started = perf_counter()
        judgement = await provider.judge(_question(message))
        said = _said(message, judgement)
        matches = [] if said is None else duplicates.score(said, [other for _, other in before])
        proposed = tuple(before[match.place][0] for match in matches)
        milliseconds = (perf_counter() - started) * 1000
        if said is not None:
            before.append((place, said))
        scored.cases.append((_truth(message, earlier[place]), _guess(judgement, proposed, milliseconds)))
        scored.providers[judgement.provider] += 1
        if fallback := judgement.output.get("fallback"):
            scored.fallbacks[str(fallback["why"])] += 1
        tell(place + 1)
    return scored


def _question(message: Labelled) -> Question:
    return Question(message.subject, message.text, message.author, message.sent_at)


def _said(message: Labelled, judgement: Judgement) -> Said | None:
    if judgement.vector is None:
        return None
    return Said(
        text=f"{message.subject}\n{message.text}".strip(),
        vector=np.asarray(judgement.vector, dtype=np.float32),
        language=judgement.language,
        category=judgement.category,
        sent_at=message.sent_at,
        author=message.author,
    )


def _truth(message: Labelled, earlier: frozenset[int]) -> Truth:
    return Truth(
        lang=message.lang,
        hard=message.hard,
        category=message.category,
        priority=message.priority,
        actionable=message.actionable,
        assignee=message.assignee,
        due=message.due,
        earlier=earlier,
    )


def _guess(judgement: Judgement, proposed: tuple[int, ...], milliseconds: float) -> Guess:
    return Guess(
        category=judgement.category,
        priority=judgement.priority,
        actionable=judgement.actionable,
        confidence=judgement.confidence,
        assignee=judgement.assignee,
        due=judgement.due_on,
        proposed=proposed,
        milliseconds=milliseconds,
        tokens=judgement.tokens_in + judgement.tokens_out,
    )
