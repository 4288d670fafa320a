"""Settings of the operator."""

from pydantic import BaseModel, Field
from tracker_core.settings import ProcessSettings


class OperatorOwnSettings(BaseModel):
    """What it watches and how it answers probes."""

    namespaces: tuple[str, ...] = ()
    """Namespaces to watch; none = the whole cluster."""
    health_port: int = Field(default=8080, ge=1, le=65535)
    worker_limit: int = Field(default=20, ge=1, le=200)
    """Objects reconciled at a time; Kopf's own default has no limit."""


class OperatorSettings(ProcessSettings):
    """Environment of `python -m tracker_operator`."""

    operator: OperatorOwnSettings = OperatorOwnSettings()
