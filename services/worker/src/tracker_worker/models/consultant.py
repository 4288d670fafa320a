"""The port that every language model fills: what it is told, what it may answer, and how it says that it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from tracker_core.tables import Category, Priority

from tracker_worker.models.provider import Question


@dataclass(frozen=True)
class Example:
    """A message that a person has judged."""

    text: str
    category: Category
    priority: Priority


@dataclass(frozen=True)
class Workspace:
    """The live workspace: what a model is told of it, and what its answer is checked against."""

    members: Mapping[UUID, str] = field(default_factory=dict)
    """Names."""
    labels: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    """Nearest corrections, nearest first."""
    similar: Mapping[int, str] = field(default_factory=dict)
    """Titles of open tasks that may be related, by number."""
    tokens_today: int = 0
    """Spent by all Sources of the workspace since midnight UTC."""
    source_tokens_today: int = 0


@dataclass(frozen=True)
class Answer:
    """What a language model says; None where it said nothing that may be used."""

    category: Category
    priority: Priority | None
    confidence: float | None
    """As the model states it; not calibrated."""
    reason: str
    title: str | None = None
    description: str | None = None
    assignee: str | None = None
    """Name of a member."""
    due_on: date | None = None
    labels: tuple[str, ...] = ()
    analysis: dict[str, Any] | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    """Agents that gave nothing, with the reason."""


@dataclass
class Spent:
    """What a message has cost so far, failed attempts included."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0
    """Millionths of a US dollar."""


class Why(StrEnum):
    """Why a language model gave no answer."""

    BUDGET = "budget"
    """The day's tokens are spent."""
    DEADLINE = "deadline"
    """The time for all providers together was over."""
    AWAY = "away"
    """Nobody took up the messages before this one."""
    UNKNOWN = "unknown"
    """The Source names a provider that is not configured."""
    COMMANDS = "commands"
    """The message speaks to the machine, so none was asked."""
    RESTING = "resting"
    """The circuit breaker is open."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    """No connection, or a broken one."""
    OVERLOADED = "overloaded"
    """It asked to be left alone: 429, 503, 529."""
    REFUSED = "refused"
    """It refused the request: key, model name, quota."""
    FAILED = "failed"
    """Any other error of its own."""
    UNUSABLE = "unusable"
    """It answered, and not with anything that may be used."""


class ConsultError(Exception):
    """No answer. The text names the provider and holds nothing of the message."""

    def __init__(
        self,
        why: Why,
        detail: str,
        *,
        cure: str = "",
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail
        self.cure = cure
        self.retryable = retryable
        self.retry_after = retry_after
        """Seconds."""


class Consultant(Protocol):
    """One language model."""

    @property
    def name(self) -> str:
        """As configured."""
        ...

    @property
    def model(self) -> str:
        """Name and version."""
        ...

    @property
    def prompt_version(self) -> str:
        """Versions of the prompts that it is asked with."""
        ...

    async def consult(self, question: Question, workspace: Workspace, spent: Spent) -> Answer:
        """Ask once; what it costs is added to `spent`, also when it fails.

        Raises:
            ConsultError: There is no answer.
        """
        ...
