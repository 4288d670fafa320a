"""Settings of the worker processes."""

from datetime import timedelta

from pydantic import BaseModel, Field
from tracker_core.settings import DatabaseSettings, NatsSettings, ProcessSettings


class RecordSettings(BaseModel):
    """The recorder."""

    batch: int = Field(default=500, ge=1, le=5000)
    """Messages in one transaction at most; what is waiting is the batch."""


class TriageSettings(BaseModel):
    """The triage worker."""

    concurrency: int = Field(default=4, ge=1, le=256)
    """Messages at a time. An embedded model uses one core; more helps only where a remote model is awaited."""
    deadline: timedelta = timedelta(seconds=90)
    """How long one message may take; below the broker's 300 s."""
    backoff: timedelta = timedelta(seconds=2)
    """Wait after the first failure; doubles with each further one."""
    backoff_limit: timedelta = timedelta(minutes=10)
    retries: int = Field(default=8, ge=0, le=50)
    """Tries after the first, where the Source does not say."""


class WorkerSettings(ProcessSettings):
    """Environment of `python -m tracker_worker`."""

    database: DatabaseSettings
    nats: NatsSettings
    record: RecordSettings = RecordSettings()
    triage: TriageSettings = TriageSettings()
