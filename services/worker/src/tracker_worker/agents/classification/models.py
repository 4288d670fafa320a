"""Typed output of the classification agent."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from tracker_core.tables import Category, Priority

from tracker_worker.agents.answers import OR_NULL, one_of


class Classification(BaseModel):
    """What the message is."""

    # The docstrings below are for us; the prompt explains the fields to the model.
    model_config = ConfigDict(extra="ignore")

    category: Annotated[Category | None, OR_NULL, one_of(Category)]
    priority: Annotated[Priority | None, OR_NULL, one_of(Priority)]
    confidence: Annotated[Annotated[float, Field(ge=0, le=1)] | None, OR_NULL, WithJsonSchema({"type": "number"})]
    """As the model states it."""
    reason: Annotated[str, Field(max_length=2000)]
