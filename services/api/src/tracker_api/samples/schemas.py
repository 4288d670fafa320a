"""Sample data as the API shows it."""

from pydantic import BaseModel


class Samples(BaseModel):
    """How much of the sample data is there."""

    source: str
    """`namespace/name` of the Source that they come from."""
    available: int
    """Messages that there are to add."""
    present: int
    """Messages that are recorded now."""


class RemovedSamples(BaseModel):
    """What was removed."""

    messages: int
