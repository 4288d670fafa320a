"""Typed output of the analysis agent."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker_worker.agents.answers import OR_NULL


class Analysis(BaseModel):
    """What to do about the message; kept in the verdict's output."""

    model_config = ConfigDict(extra="ignore")

    summary: Annotated[str, Field(max_length=2000)]
    next_steps: Annotated[list[str], Field(max_length=20)] = []
    effort: Annotated[Literal["small", "medium", "large"] | None, OR_NULL] = None
    risk: Annotated[Literal["low", "medium", "high"] | None, OR_NULL] = None
    related: Annotated[list[int], Field(max_length=50)] = []
    """Numbers of tasks."""
    duplicates: Annotated[list[int], Field(max_length=50)] = []
    """Numbers of tasks; a proposal, nothing is closed."""
