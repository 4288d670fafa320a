"""The analysis agent: summary, next steps, effort, risk, related and duplicate tasks."""

from pydantic_ai import Agent, ModelRetry, RunContext
from pydantic_ai.models import Model

from tracker_worker.agents.analysis.models import Analysis
from tracker_worker.agents.answers import Reading, open_tasks, reading_agent, show

NAME = "analysis"
_MAX_STEPS = 4


def analysis_agent(model: Model, *, native: bool) -> Agent[Reading, Analysis]:
    """Return the agent."""
    agent = reading_agent(model, NAME, Analysis, native=native)
    agent.output_validator(_of_this_workspace)
    return agent


def analysis_prompt(reading: Reading) -> str:
    """Return the user prompt."""
    return show(reading, open_tasks(reading))


def _of_this_workspace(run: RunContext[Reading], said: Analysis) -> Analysis:
    known = run.deps.workspace.similar
    unknown = [number for number in (*said.related, *said.duplicates) if number not in known]
    if unknown and not run.last_attempt:
        raise ModelRetry("related and duplicates may hold only numbers of the given open tasks; else leave them empty")
    return said.model_copy(
        update={
            "next_steps": said.next_steps[:_MAX_STEPS],
            "related": [number for number in dict.fromkeys(said.related) if number in known],
            "duplicates": [number for number in dict.fromkeys(said.duplicates) if number in known],
        }
    )
