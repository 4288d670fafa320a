"""Builds conversations for tests."""

from datetime import UTC, datetime, timedelta

from tracker_core.ids import new_id
from tracker_core.repositories.conversations import Context, Said, TaskRef
from tracker_core.tables import Category, Priority
from tracker_worker.models.provider import Judgement

_START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def say(sender: str, text: str, *, at: int, task: TaskRef | None = None) -> Said:
    """Return a message that was sent `at` seconds after the first."""
    state = "task" if task else "ignored"
    return Said(new_id(), sender, "", text, _START + timedelta(seconds=at), state, task)


def task_of(category: str, *, number: int = 1, status: str = "triage", edited: bool = False) -> TaskRef:
    """Return a task."""
    return TaskRef(new_id(), number, status, category, "", edited=edited)


def chat(*said: Said, kind: str = "telegram", key: str = "42", answered: Said | None = None) -> Context:
    """Return the last message in the conversation of the others."""
    return Context(said[-1], kind, key, answered, said[:-1])


def judged(category: str, *, confidence: float = 0.7) -> Judgement:
    """Return a judgement of the last message by itself."""
    return Judgement(
        provider="embedded",
        model="",
        category=Category(category),
        priority=Priority.LOW,
        actionable=category != "noise",
        confidence=confidence,
        language="en",
        reason="",
        title="",
        description="",
    )
