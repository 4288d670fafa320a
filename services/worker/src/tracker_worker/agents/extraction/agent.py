"""The extraction agent: title, description, assignee, due date and labels, checked against the live workspace."""

from pydantic_ai import Agent, ModelRetry, RunContext
from pydantic_ai.models import Model

from tracker_worker.agents.answers import Reading, labels, members, reading_agent, show
from tracker_worker.agents.extraction.models import TITLE_LENGTH, Extraction
from tracker_worker.models.members import match_member

NAME = "extraction"
_MAX_LABELS = 3


def extraction_agent(model: Model, *, native: bool) -> Agent[Reading, Extraction]:
    """Return the agent."""
    agent = reading_agent(model, NAME, Extraction, native=native)
    agent.output_validator(_of_this_workspace)
    return agent


def extraction_prompt(reading: Reading) -> str:
    """Return the user prompt."""
    return show(reading, members(reading), labels(reading))


def _of_this_workspace(run: RunContext[Reading], said: Extraction) -> Extraction:
    workspace = run.deps.workspace
    assignee = match_member(said.assignee, workspace.members)
    known = {label.casefold(): label for label in workspace.labels}
    fitting = [known[label.casefold()] for label in said.labels if label.casefold() in known]
    problems = []
    if said.assignee and assignee is None:
        problems.append("assignee is not exactly one of the members; give the base form of the name, or null")
    if len(fitting) < len(said.labels):
        problems.append("labels holds a label that was not given; take only given ones, or none")
    if problems and not run.last_attempt:
        raise ModelRetry("; ".join(problems))
    return said.model_copy(
        update={
            "title": " ".join(said.title.split())[:TITLE_LENGTH],
            "assignee": None if assignee is None else workspace.members[assignee],
            "labels": list(dict.fromkeys(fitting))[:_MAX_LABELS],
        }
    )
