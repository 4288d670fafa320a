"""The embedded model: one embedding, hashed n-grams and cues, a classifier for each question.

No network, no torch, no scikit-learn; see docs/model-card.md for what it can and cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from tracker_core.tables import Category, Priority

from tracker_worker.models.embedded import features, ngrams, reason
from tracker_worker.models.embedded.encoder import Encoder
from tracker_worker.models.embedded.features import Features, Reader
from tracker_worker.models.embedded.weights import Floats, Head, Weights, WeightsError, closeness
from tracker_worker.models.reading import cues, language

_MANNERS = {"greeting", "politeness"}
"""Cues that weigh, but are no reason that a person would give."""
_TELLING = 3
"""Letters from which a word may be quoted as a reason."""


@dataclass(frozen=True)
class Prediction:
    """What the model says about one message."""

    category: Category
    categories: dict[Category, float]
    """Calibrated probabilities; their sum is 1."""
    priority: Priority
    priorities: dict[Priority, float]
    """Calibrated probabilities; their sum is 1."""
    actionable: float
    """Probability that there is something to do: 1 - P(noise)."""
    language: str
    """ISO 639-1, or `und`."""
    reason: str
    """One sentence that quotes the words that spoke for the category."""
    vector: Floats | None = field(compare=False, repr=False)
    """Sentence embedding of what was read, shape (384,), length one, read only; None when nothing is said in words."""

    @property
    def confidence(self) -> float:
        """Probability of the category."""
        return self.categories[self.category]


class EmbeddedModel:
    """Judges messages on the CPU. Load it once per process; it may be called from several threads."""

    def __init__(self, weights: Weights, encoder: Reader) -> None:
        if weights.cue_names != tuple(cues.names()):
            raise WeightsError(
                "The cues are not the ones that the weights were trained with: "
                "run `python -m services.worker.training.train`"
            )
        self._weights = weights
        self._encoder = encoder

    @classmethod
    def load(cls) -> Self:
        """Load the shipped weights and the sentence encoder; well under a second.

        Raises:
            WeightsError: The weights are missing, or belong to another version of the program.
            ModelFileError: Another version of the sentence encoder is installed.
        """
        return cls(Weights.load(), Encoder.load())

    @property
    def version(self) -> str:
        """Version of the weights."""
        return self._weights.version

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Judge messages, each by itself, in order."""
        return [self._predict(text) for text in texts]

    def _predict(self, text: str) -> Prediction:
        if not any(c.isalnum() for c in text):
            return _nothing_said(text)
        seen = features.extract(text, self._encoder, self._weights.idf)
        vector = seen.layers[-1]
        # Others keep it with the verdict; a change by one of them would be a change for all.
        vector.flags.writeable = False
        place = self._weights.projection(seen.layers)
        near = closeness(place, self._weights.landmarks, self._weights.squares)
        by_category = _probabilities(self._weights.category, seen, place, near)
        by_priority = _probabilities(self._weights.priority, seen, place, near)
        categories = {Category(label): p for label, p in by_category.items()}
        priorities = {Priority(label): p for label, p in by_priority.items()}
        category = max(categories, key=categories.__getitem__)
        noise = category is Category.NOISE
        return Prediction(
            category=category,
            categories=categories,
            priority=Priority.LOW if noise else max(priorities, key=priorities.__getitem__),
            priorities=priorities,
            actionable=1 - categories[Category.NOISE],
            language=language.detect(text),
            reason=reason.sentence(category, seen.text, self._evidence(seen, category)),
            vector=vector,
        )

    def _evidence(self, seen: Features, category: Category) -> list[tuple[float, reason.Span]]:
        """Say how much each cue and word spoke for the category rather than for the average one."""
        head = self._weights.category
        place = head.labels.index(category)
        cue_pull = _pull(head.cues, place)
        names = {name: number for number, name in enumerate(self._weights.cue_names)}
        spans = [
            (float(cue_pull[names[cue.concept]] + max(cue_pull[names[f"{cue.concept}@begin"]], 0.0)), cue)
            for cue in seen.found
            if cue.concept not in _MANNERS
        ]
        evidence = [(weight, (cue.start, cue.end)) for weight, cue in spans]
        share = dict(zip(seen.columns.tolist(), seen.values.tolist(), strict=True))
        for token in seen.tokens:
            word = seen.text[token.start : token.end]
            if not token.is_word or len(word) < _TELLING or language.is_small_word(word):
                continue
            columns = [ngrams.column(term) for term in {f"w:{token.folded}", *ngrams.grams(token.folded)}]
            pull = _pull(head.ngrams[columns], place)
            weight = sum(float(p) * share.get(c, 0.0) for p, c in zip(pull, columns, strict=True))
            evidence.append((weight, (token.start, token.end)))
        return evidence


def _pull(weights: Floats, place: int) -> Floats:
    return np.asarray(weights[:, place] - weights.mean(axis=1), dtype=np.float32)


def _probabilities(head: Head, seen: Features, place: Floats, near: Floats) -> dict[str, float]:
    scores = head.scores(place, near, seen.columns, seen.values, seen.cues).astype(np.float64)
    powers = np.exp(scores - scores.max())
    return dict(zip(head.labels, (powers / powers.sum()).tolist(), strict=True))


def _nothing_said(text: str) -> Prediction:
    """Judge a text without a letter or digit: an emoji, dots, nothing at all."""
    categories = dict.fromkeys(Category, 0.002) | {Category.NOISE: 0.99}
    priorities = dict.fromkeys(Priority, 0.002) | {Priority.LOW: 0.994}
    return Prediction(
        category=Category.NOISE,
        categories=categories,
        priority=Priority.LOW,
        priorities=priorities,
        actionable=0.01,
        language=language.UNDETERMINED,
        reason="Nothing is said in words" if text.strip() else "The message is empty",
        vector=None,
    )
