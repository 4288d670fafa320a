"""How a language model's answer and the embedded model's verdict become one.

The answer is one vote, not the last word. The embedded model gives each category a calibrated probability; the vote
multiplies the odds by what the model's accuracy is worth (Bayes' rule, with the errors spread evenly). So the result
stays calibrated, and a message that talks a model into an answer can only move a verdict that was open: what the
embedded model holds to be next to impossible, one vote does not make true.

What is read off the text stands when the embedded rules have found it; a model fills what they have left empty. It may
name as assignee only a member whom the message mentions.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tracker_core.tables import Category, Priority

from tracker_worker.models.consultant import Answer, Spent
from tracker_worker.models.members import is_mentioned
from tracker_worker.models.provider import Judgement, Question

_FARTHEST = timedelta(days=731)
"""A due date beyond is a misreading."""
_LEAST = 0.001
"""No probability is zero: the embedded model may be wrong about anything."""


def pool[K](probabilities: Mapping[K, float], vote: K, accuracy: float) -> dict[K, float]:
    """Return the probabilities after a vote of somebody who is right with probability `accuracy`."""
    wrong = (1 - accuracy) / (len(probabilities) - 1)
    weights = {key: max(p, _LEAST) * (accuracy if key == vote else wrong) for key, p in probabilities.items()}
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}


def combine(
    own: Judgement, answer: Answer, question: Question, *, accuracy: float, priority_accuracy: float
) -> Judgement:
    """Return the embedded judgement changed by what the answer adds; the provider's name is left to the caller.

    Args:
        own: The embedded judgement.
        answer: The language model's.
        question: What both were asked about.
        accuracy: How often the model's category is right.
        priority_accuracy: How often its priority is right.
    """
    categories = pool(_distribution(own, "categories", own.category, Category), answer.category, accuracy)
    category = max(categories, key=categories.__getitem__)
    priorities = _distribution(own, "priorities", own.priority, Priority)
    if answer.priority is not None:
        priorities = pool(priorities, answer.priority, priority_accuracy)
    return replace(
        own,
        category=category,
        priority=Priority.LOW if category is Category.NOISE else max(priorities, key=priorities.__getitem__),
        actionable=category is not Category.NOISE,
        confidence=categories[category],
        reason=answer.reason if category is answer.category and answer.reason else own.reason,
        title=answer.title or own.title,
        description=answer.description or own.description,
        assignee=own.assignee or _mentioned(answer.assignee, question),
        due_on=own.due_on or _plausible(answer.due_on, question),
        labels=tuple(dict.fromkeys((*own.labels, *answer.labels))),
        output=own.output
        | {
            "categories": _rounded(categories),
            "priorities": _rounded(priorities),
            "embedded": {
                "model": own.model,
                "category": own.category,
                "priority": own.priority,
                "confidence": round(own.confidence, 4),
            },
            "answer": {
                "category": answer.category,
                "priority": answer.priority,
                "confidence": answer.confidence,
                "missing": dict(answer.missing),
            },
        }
        | ({"analysis": answer.analysis} if answer.analysis else {}),
    )


def charge(judgement: Judgement, spent: Spent) -> Judgement:
    """Return the judgement with what it has cost."""
    return replace(judgement, tokens_in=spent.tokens_in, tokens_out=spent.tokens_out, cost_micros=spent.cost_micros)


def _distribution[K: (Category, Priority)](own: Judgement, key: str, chosen: str, kinds: type[K]) -> dict[K, float]:
    given: Mapping[str, Any] = own.output.get(key) or {}
    if given:
        return {kind: float(given.get(kind, 0.0)) for kind in kinds}
    # A judgement without its distribution: what the chosen one leaves is spread evenly.
    rest = (1 - own.confidence) / (len(kinds) - 1)
    return {kind: own.confidence if kind == chosen else rest for kind in kinds}


def _mentioned(assignee: str | None, question: Question) -> str | None:
    said = f"{question.subject}\n{question.text}"
    return assignee if assignee and is_mentioned(assignee, said) else None


def _plausible(due_on: date | None, question: Question) -> date | None:
    sent = question.sent_at.date()
    return due_on if due_on and sent <= due_on <= sent + _FARTHEST else None


def _rounded[K](probabilities: Mapping[K, float]) -> dict[str, float]:
    return {str(name): round(probability, 4) for name, probability in probabilities.items()}
