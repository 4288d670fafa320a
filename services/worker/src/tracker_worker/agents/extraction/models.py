"""Typed output of the extraction agent."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tracker_worker.agents.answers import OR_NULL

TITLE_LENGTH = 90


class Extraction(BaseModel):
    """The facts of the message."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[str, Field(max_length=500)]
    description: Annotated[str, Field(max_length=8000)]
    assignee: Annotated[str, Field(max_length=100)] | None = None
    due_on: Annotated[date | None, OR_NULL] = None
    labels: Annotated[list[str], Field(max_length=20)] = []
