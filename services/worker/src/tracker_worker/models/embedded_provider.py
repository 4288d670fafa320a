"""The embedded model as a provider: in a thread of its own, so that the loop of the worker stays free."""

import asyncio
from typing import Self

from tracker_worker.models.duplicates import NeutralSpace
from tracker_worker.models.embedded import EmbeddedModel, Prediction
from tracker_worker.models.extract import Extraction, extract
from tracker_worker.models.provider import Judgement, Question

NAME = "embedded"


class EmbeddedProvider:
    """Never fails for want of a network, a budget or a key."""

    def __init__(self, model: EmbeddedModel, space: NeutralSpace) -> None:
        self._model = model
        self._space = space

    @classmethod
    def load(cls) -> Self:
        """Load the shipped model; under a second."""
        return cls(EmbeddedModel.load(), NeutralSpace.load())

    @property
    def version(self) -> str:
        """Version of the weights."""
        return self._model.version

    async def judge(self, question: Question) -> Judgement:
        """Judge one message, about 20 ms of one core."""
        prediction, facts = await asyncio.to_thread(self._read, question)
        vector = self._vector(prediction)
        return Judgement(
            provider=NAME,
            model=self.version,
            category=prediction.category,
            priority=prediction.priority,
            actionable=prediction.actionable >= 0.5,  # noqa: PLR2004 -- more likely than not
            confidence=prediction.confidence,
            language=prediction.language,
            reason=prediction.reason,
            title=facts.title,
            description=facts.description,
            assignee=facts.assignee,
            due_on=facts.due_on,
            labels=tuple(facts.labels),
            output={
                "categories": _rounded(prediction.categories),
                "priorities": _rounded(prediction.priorities),
                "actionable": round(prediction.actionable, 4),
                "links": facts.links,
            },
            vector=vector,
            vector_version=self._space.version if vector else "",
        )

    def _vector(self, prediction: Prediction) -> tuple[float, ...] | None:
        if prediction.vector is None:
            return None
        return tuple(self._space.vector(prediction.vector, prediction.language).tolist())

    def _read(self, question: Question) -> tuple[Prediction, Extraction]:
        (prediction,) = self._model.predict([f"{question.subject}\n{question.text}".strip()])
        return prediction, extract(question.text, question.subject, question.sent_at, prediction.category)


def _rounded[K: str](probabilities: dict[K, float]) -> dict[str, float]:
    return {str(name): round(probability, 4) for name, probability in probabilities.items()}
