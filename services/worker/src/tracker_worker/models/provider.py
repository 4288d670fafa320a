"""The port that every triage provider fills: embedded, Ollama, OpenAI-compatible, hosted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from tracker_core.tables import Category, Priority


@dataclass(frozen=True)
class Question:
    """What a provider is asked about."""

    subject: str
    text: str
    sender: str
    sent_at: datetime
    """With the sender's own offset; relative dates are read against it."""
    workspace_id: UUID | None = None
    """None outside of a workspace, as in an evaluation."""
    source_id: UUID | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    """`spec.triage` of the Source manifest in its JSON form; what is missing takes the manifest's defaults."""


@dataclass(frozen=True)
class Judgement:
    """What a provider says."""

    provider: str
    model: str
    """Name and version."""
    category: Category
    priority: Priority
    actionable: bool
    confidence: float
    """Calibrated probability that the category is right, 0-1."""
    language: str
    """ISO 639-1, or `und`."""
    reason: str
    """For people: one sentence."""
    title: str
    description: str
    assignee: str | None = None
    """Name as the text gives it; it becomes an assignment only when exactly one member has it."""
    due_on: date | None = None
    labels: tuple[str, ...] = ()
    output: dict[str, Any] = field(default_factory=dict)
    """Everything else, kept with the verdict."""
    vector: tuple[float, ...] | None = None
    """Neutral vector of what was read, see `models.duplicates.neutral`; None when nothing was."""
    vector_version: str = ""
    prompt_version: str = ""
    """Empty where there is no prompt."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0
    """Millionths of a US dollar."""


class Provider(Protocol):
    """Judges messages."""

    async def judge(self, question: Question) -> Judgement:
        """Judge one message."""
        ...
