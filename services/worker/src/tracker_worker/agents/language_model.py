"""One language model with the agents that ask it: the consultant that the chain knows."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage, UsageLimits
from tracker_core.tables import Category

from tracker_worker.agents.analysis.agent import analysis_agent, analysis_prompt
from tracker_worker.agents.analysis.models import Analysis
from tracker_worker.agents.answers import MAX_READ, OUTPUT_RETRIES, Reading
from tracker_worker.agents.classification.agent import classification_agent, classification_prompt
from tracker_worker.agents.extraction.agent import extraction_agent, extraction_prompt
from tracker_worker.agents.extraction.models import Extraction
from tracker_worker.agents.prompts import load_prompt
from tracker_worker.agents.refusals import refusal
from tracker_worker.models.consultant import Answer, ConsultError, Example, Spent, Why, Workspace
from tracker_worker.models.llm_settings import AgentName, LlmSettings
from tracker_worker.models.masking import Mask
from tracker_worker.models.provider import Question

_MICROS = 1_000_000


class _Ready(BaseModel):
    ready: bool


@dataclass(frozen=True)
class _Failed:
    why: str


class LanguageModel:
    """Asks for the classification first; what is noise needs nothing else.

    Args:
        settings: As configured.
        model: The connection to it; opened and closed with this.
    """

    def __init__(self, settings: LlmSettings, model: Model) -> None:
        self._settings = settings
        self._model = model
        native = settings.enforces_schema
        self._classification = classification_agent(model, native=native)
        self._extraction = extraction_agent(model, native=native)
        self._analysis = analysis_agent(model, native=native)
        asked = [agent for agent in AgentName if agent in settings.agents | {AgentName.CLASSIFICATION}]
        self.prompt_version = " ".join(load_prompt(agent).version for agent in asked)

    async def __aenter__(self) -> Self:
        await self._model.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._model.__aexit__(kind, error, trace)

    @property
    def name(self) -> str:
        """As configured."""
        return self._settings.name

    @property
    def model(self) -> str:
        """Name and version, as the provider calls it."""
        return self._settings.model

    async def consult(self, question: Question, workspace: Workspace, spent: Spent) -> Answer:
        """See `Consultant`."""
        said = f"{question.subject}\n{question.text}".strip()[:MAX_READ]
        if self._settings.is_remote and question.policy.get("redactPII", True):
            hidden = Mask(said, *(e.text for e in workspace.examples), *workspace.similar.values())
            reading = Reading(hidden.hide(said), question.sent_at, _hide(workspace, hidden), shows_members=False)
        else:
            hidden = Mask()
            reading = Reading(said, question.sent_at, workspace, shows_members=True)
        try:
            classification = await self._run(self._classification, classification_prompt(reading), reading, spent)
        except AgentRunError as error:
            raise refusal(self._settings, error) from error
        if classification.category is None:
            raise ConsultError(Why.UNUSABLE, f"{self.name} named no category that exists")
        extraction, analysis = await self._details(classification.category, reading, spent)
        answer = Answer(
            category=classification.category,
            priority=classification.priority,
            confidence=classification.confidence,
            reason=hidden.reveal(" ".join(classification.reason.split()))[:500],
            missing={
                name: given.why
                for name, given in (("extraction", extraction), ("analysis", analysis))
                if isinstance(given, _Failed)
            },
        )
        if isinstance(extraction, Extraction):
            answer = replace(
                answer,
                title=hidden.reveal(extraction.title),
                description=hidden.reveal(extraction.description),
                assignee=extraction.assignee,
                due_on=extraction.due_on,
                labels=tuple(extraction.labels),
            )
        if isinstance(analysis, Analysis):
            answer = replace(answer, analysis=_revealed(analysis.model_dump(mode="json"), hidden))
        return answer

    async def ping(self) -> None:
        """Ask for one word in the form in which answers come: address, key, model and schema are then right.

        Raises:
            ConsultError: One of them is not.
        """
        output = NativeOutput(_Ready) if self._settings.enforces_schema else _Ready
        agent = Agent(self._model, name="ping", output_type=output, retries={"output": OUTPUT_RETRIES})
        try:
            await agent.run(
                "Answer with ready = true.",
                usage_limits=UsageLimits(request_limit=1 + OUTPUT_RETRIES),
                model_settings=ModelSettings(max_tokens=100, temperature=0.0, max_retries=0),
            )
        except AgentRunError as error:
            raise refusal(self._settings, error) from error

    async def _details(
        self, category: Category, reading: Reading, spent: Spent
    ) -> tuple[Extraction | _Failed | None, Analysis | _Failed | None]:
        if category is Category.NOISE:
            return None, None
        wanted = self._settings.agents
        async with asyncio.TaskGroup() as group:
            extraction = analysis = None
            if AgentName.EXTRACTION in wanted:
                run = self._run(self._extraction, extraction_prompt(reading), reading, spent)
                extraction = group.create_task(self._or_failed(run))
            if AgentName.ANALYSIS in wanted:
                also = self._run(self._analysis, analysis_prompt(reading), reading, spent)
                analysis = group.create_task(self._or_failed(also))
        return (
            None if extraction is None else extraction.result(),
            None if analysis is None else analysis.result(),
        )

    async def _or_failed[Output](self, run: Awaitable[Output]) -> Output | _Failed:
        """Let the classification stand when an agent behind it fails."""
        try:
            return await run
        except AgentRunError as error:
            return _Failed(refusal(self._settings, error).detail)

    async def _run[Output: BaseModel](
        self, agent: Agent[Reading, Output], prompt: str, reading: Reading, spent: Spent
    ) -> Output:
        used = RunUsage()
        try:
            result = await agent.run(
                prompt,
                deps=reading,
                usage=used,
                usage_limits=UsageLimits(request_limit=1 + OUTPUT_RETRIES),
                # The chain retries and counts; an SDK that also did would hide failures from it.
                model_settings=ModelSettings(
                    max_tokens=self._settings.max_output_tokens,
                    temperature=0.0,
                    max_retries=0,
                    timeout=self._settings.timeout.total_seconds(),
                ),
            )
        finally:
            spent.tokens_in += used.input_tokens
            spent.tokens_out += used.output_tokens
            spent.cost_micros += self._cost(used)
        return result.output

    def _cost(self, used: RunUsage) -> int:
        settings = self._settings
        if settings.input_price is not None or settings.output_price is not None:
            # Dollars for a million tokens are millionths of a dollar for one.
            return round(
                used.input_tokens * (settings.input_price or 0.0) + used.output_tokens * (settings.output_price or 0.0)
            )
        return round((used.cost or Decimal(0)) * _MICROS) if settings.is_remote else 0


def _hide(workspace: Workspace, mask: Mask) -> Workspace:
    return replace(
        workspace,
        examples=tuple(Example(mask.hide(e.text), e.category, e.priority) for e in workspace.examples),
        similar={number: mask.hide(title) for number, title in workspace.similar.items()},
    )


def _revealed(value: Any, mask: Mask) -> Any:
    match value:
        case str():
            return mask.reveal(value)
        case list():
            return [_revealed(item, mask) for item in value]
        case dict():
            return {key: _revealed(item, mask) for key, item in value.items()}
        case _:
            return value
