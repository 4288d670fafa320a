"""The classification agent: category, priority, confidence and reason."""

from pydantic_ai import Agent
from pydantic_ai.models import Model

from tracker_worker.agents.answers import Reading, examples, reading_agent, show
from tracker_worker.agents.classification.models import Classification

NAME = "classification"


def classification_agent(model: Model, *, native: bool) -> Agent[Reading, Classification]:
    """Return the agent."""
    return reading_agent(model, NAME, Classification, native=native)


def classification_prompt(reading: Reading) -> str:
    """Return the user prompt."""
    return show(reading, examples(reading))
