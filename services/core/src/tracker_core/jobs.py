"""Job contracts: the names and arguments of everything that goes over a work queue.

A worker that meets an unknown name acks and loses the job, so names live here, a test asserts that each is registered,
and a name is retired one release after its last sender.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Queue(StrEnum):
    """Work queues; each has its own subject, consumer and concurrency."""

    TRIAGE = "triage"
    """What the embedded model judges, in milliseconds."""
    AGENTS = "agents"
    """What waits for a language model: apart, so that a slow one delays nothing else."""


class JobName(StrEnum):
    """Every job there is; imperative."""

    TRIAGE_MESSAGE = "triage_message"
    CONSULT_MODELS = "consult_models"


@dataclass(frozen=True)
class Job:
    """A wake-up: "look at this row"."""

    name: JobName
    queue: Queue
    key: UUID
    """Id of the row that holds the truth of the job."""
    traceparent: str = ""
    """Trace that it goes on with; without one that of its sender."""


def triage_message(message_id: UUID, traceparent: str = "") -> Job:
    """Triage one message."""
    return Job(JobName.TRIAGE_MESSAGE, Queue.TRIAGE, message_id, traceparent)


def consult_models(message_id: UUID) -> Job:
    """Ask the language models about one message that was handed over."""
    return Job(JobName.CONSULT_MODELS, Queue.AGENTS, message_id)
