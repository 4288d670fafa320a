"""Settings of the worker processes."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, model_validator
from tracker_core.settings import DatabaseSettings, NatsSettings, ProcessSettings

from tracker_worker.models.llm_settings import LlmSettings


class RecordSettings(BaseModel):
    """The recorder."""

    batch: int = Field(default=500, ge=1, le=5000)
    """Messages in one transaction at most; what is waiting is the batch."""


class TriageSettings(BaseModel):
    """The triage worker."""

    concurrency: int = Field(default=4, ge=1, le=256)
    """Messages at a time. An embedded model uses one core; more helps only where a remote model is awaited."""
    deadline: timedelta = Field(default=timedelta(seconds=30), gt=timedelta(0), le=timedelta(seconds=40))
    """For one message at the embedded model, and for settling it."""
    backoff: timedelta = timedelta(seconds=2)
    """Wait after the first failure; doubles with each further one."""
    backoff_limit: timedelta = timedelta(minutes=10)
    retries: int = Field(default=8, ge=0, le=50)
    """Tries after the first, where the Source does not say."""
    providers: tuple[LlmSettings, ...] = ()
    """Language models in the order in which they are asked; none is needed."""
    llm_concurrency: int = Field(default=4, ge=1, le=64)
    """Messages at a time that one process asks language models about."""
    llm_deadline: timedelta = Field(default=timedelta(seconds=45), gt=timedelta(0), le=timedelta(seconds=240))
    """For all language models together, the queue included; then the embedded verdict stands.

    With `deadline` below the 300 s for which the broker keeps a job.
    """
    daily_token_budget: int | None = Field(default=None, ge=0)
    """Tokens of the whole workspace and UTC day; 0 or none for no limit. A Source has its own in its manifest."""

    @model_validator(mode="after")
    def _one_of_each_name(self) -> Self:
        names = [provider.name for provider in self.providers]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"providers: {', '.join(sorted(twice))} stands there twice. Give each its own name")
        return self


class CheckSettings(ProcessSettings):
    """Environment of `python -m tracker_worker check`: it needs neither Postgres nor NATS."""

    triage: TriageSettings = TriageSettings()


class WorkerSettings(ProcessSettings):
    """Environment of `python -m tracker_worker`."""

    database: DatabaseSettings
    nats: NatsSettings
    record: RecordSettings = RecordSettings()
    triage: TriageSettings = TriageSettings()
    alive_file: Path | None = None
    """File that is touched every second, for a probe: a process that hangs has an old one."""
