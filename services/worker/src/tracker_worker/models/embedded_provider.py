"""The embedded model as a provider: in a thread of its own, so that the loop of the worker stays free."""

import asyncio
from typing import Any, Self

from tracker_core.tables import Category, Priority

from tracker_worker.models.duplicates import NeutralSpace
from tracker_worker.models.embedded import EmbeddedModel, Prediction
from tracker_worker.models.embedded.adaptation import Adapted, adapt, reason
from tracker_worker.models.extract import extract
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.models.recall import Recall

NAME = "embedded"


class EmbeddedProvider:
    """Never fails for want of a network, a budget or a key."""

    def __init__(self, model: EmbeddedModel, space: NeutralSpace, recall: Recall | None = None) -> None:
        self._model = model
        self._space = space
        self._recall = recall

    @classmethod
    def load(cls) -> Self:
        """Load the shipped model; under a second."""
        return cls(EmbeddedModel.load(), NeutralSpace.load())

    @property
    def version(self) -> str:
        """Version of the weights."""
        return self._model.version

    @property
    def vector_version(self) -> str:
        """Version of the neutral vectors."""
        return self._space.version

    def remembering(self, recall: Recall) -> Self:
        """Return the same provider with a memory: it adapts to what people have said about similar messages."""
        return type(self)(self._model, self._space, recall)

    async def judge(self, question: Question) -> Judgement:
        """Judge one message, about 20 ms of one core."""
        prediction, vector = await asyncio.to_thread(self.read, f"{question.subject}\n{question.text}".strip())
        adapted = await self._adapt(question, prediction, vector)
        categories = adapted.categories if adapted else prediction.categories
        priorities = adapted.priorities if adapted else prediction.priorities
        category = max(categories, key=categories.__getitem__) if adapted else prediction.category
        noise = category is Category.NOISE
        facts = await asyncio.to_thread(extract, question.text, question.subject, question.sent_at, category)
        actionable = 1 - categories[Category.NOISE]
        return Judgement(
            provider=NAME,
            model=self.version,
            category=category,
            priority=Priority.LOW if noise else max(priorities, key=priorities.__getitem__),
            # What people have said decides; the model alone leaves to them what is more likely than not.
            actionable=not noise if adapted else actionable >= 0.5,  # noqa: PLR2004 -- as the line above says
            confidence=categories[category],
            language=prediction.language,
            reason=reason(prediction.reason, prediction.category, category, adapted.lessons)
            if adapted
            else prediction.reason,
            title=facts.title,
            description=facts.description,
            assignee=facts.assignee,
            due_on=facts.due_on,
            labels=tuple(facts.labels),
            output={
                "categories": _rounded(categories),
                "priorities": _rounded(priorities),
                "actionable": round(actionable, 4),
                "links": facts.links,
                # For the task that a person makes of what was ignored, and for what its lesson teaches.
                "title": facts.title,
                "own": own_prediction(prediction) | {"model": self.version},
            }
            | ({"learned": _learned(prediction, adapted)} if adapted else {}),
            vector=vector,
            vector_version=self.vector_version if vector else "",
        )

    def read(self, text: str) -> tuple[Prediction, tuple[float, ...] | None]:
        """Return what the model says by itself and the neutral vector, which nothing said in words has not; blocks."""
        (prediction,) = self._model.predict([text])
        if prediction.vector is None:
            return prediction, None
        return prediction, tuple(self._space.vector(prediction.vector, prediction.language).tolist())

    async def _adapt(
        self, question: Question, prediction: Prediction, vector: tuple[float, ...] | None
    ) -> Adapted | None:
        if self._recall is None or question.workspace_id is None or vector is None:
            return None
        near = await self._recall(question.workspace_id, vector, self.vector_version)
        return adapt(prediction.categories, prediction.priorities, near)


def own_prediction(prediction: Prediction) -> dict[str, Any]:
    """Return what the model says by itself, as it is kept with verdicts and lessons."""
    return {"categories": _rounded(prediction.categories), "priorities": _rounded(prediction.priorities)}


def _learned(prediction: Prediction, adapted: Adapted) -> dict[str, Any]:
    return {
        "lessons": len(adapted.lessons),
        "before": {
            "category": prediction.category,
            "priority": prediction.priority,
            "confidence": round(prediction.confidence, 4),
        },
    }


def _rounded[K: str](probabilities: dict[K, float]) -> dict[str, float]:
    return {str(name): round(probability, 4) for name, probability in probabilities.items()}
