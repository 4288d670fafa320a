"""Health as the API shows it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class Dependency(BaseModel):
    """Something that the API needs to answer at all."""

    name: str
    status: Literal["ok", "down"]
    detail: str
    """What is wrong and the cure; empty when nothing is."""
    latency_ms: float | None


class Component(BaseModel):
    """A process, by its heartbeat."""

    name: str
    status: Literal["ready", "degraded", "offline"]
    last_seen: datetime | None
    detail: str
    """What is wrong and the cure; empty when nothing is."""


class Health(BaseModel):
    """How the whole is: `down` without a dependency, `degraded` when a component is not ready."""

    status: Literal["ok", "degraded", "down"]
    dependencies: list[Dependency]
    components: list[Component]
    version: str


class Live(BaseModel):
    """An answer."""

    status: Literal["ok", "not ready"]
    problems: list[str]
