"""A pair of messages in numbers: how near they are, which words and things they share, who sent them and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, log1p

import numpy as np
from numpy.typing import NDArray

from tracker_worker.models.duplicates.traits import Traits

type Floats = NDArray[np.float32]

NAMES = (
    "near",
    "nearer_than_others",
    "stems",
    "stems_sum",
    "grams",
    "concepts",
    "concepts_sum",
    "concepts_alone",
    "numbers",
    "codes",
    "other_codes",
    "names",
    "quoted",
    "category",
    "recent",
    "author",
    "short",
)
"""The columns of `features`; each is there twice, the second time for pairs in two languages only."""
_NEIGHBOURS = 10
"""Messages of the bank that are taken as the neighbourhood of one."""
_DAYS = 3.0
"""Time in which reports of one thing come together, in days."""
_SATURATED = 20.0


@dataclass(frozen=True, eq=False)
class Compared:
    """A message with its traits."""

    vector: Floats
    language: str
    category: str
    sent_at: datetime
    author: str
    traits: Traits


def features(new: Compared, others: Sequence[Compared], bank: Floats) -> Floats:
    """Return one row per other message.

    Args:
        new: The later message.
        others: Earlier ones.
        bank: Neutral vectors of unrelated messages, shape (messages, dimensions).

    Returns:
        Shape (others, 2 * NAMES + 1).
    """
    vectors = np.stack([other.vector for other in others])
    near = vectors @ new.vector
    crowds = (crowd(vectors, bank) + crowd(new.vector[None], bank)) / 2
    rows = np.array([_shared(new, other) for other in others], dtype=np.float32)
    rows = np.column_stack([near, near - crowds, rows])
    foreign = np.array([[other.language != new.language] for other in others], dtype=np.float32)
    return np.hstack([rows, rows * foreign, foreign]).astype(np.float32)


def crowd(vectors: Floats, bank: Floats) -> Floats:
    """Return how near each vector is to its nearest strangers (Conneau et al. 2018, cross-domain local scaling)."""
    cosines = vectors @ bank.T
    return np.asarray(np.partition(cosines, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS:].mean(axis=1), dtype=np.float32)


def _shared(new: Compared, other: Compared) -> tuple[float, ...]:
    a, b = new.traits, other.traits
    gap = abs((new.sent_at - other.sent_at).total_seconds()) / 86400
    return (
        a.stems.cosine(b.stems),
        min(a.stems.common(b.stems), _SATURATED) / _SATURATED,
        a.grams.cosine(b.grams),
        a.concepts.cosine(b.concepts),
        min(a.concepts.common(b.concepts), _SATURATED) / _SATURATED,
        float(
            bool(
                a.concepts.weights and b.concepts.weights and not a.concepts.weights.keys() & b.concepts.weights.keys()
            )
        ),
        min(a.numbers.common(b.numbers), _SATURATED) / _SATURATED,
        float(bool(a.codes & b.codes)),
        float(bool(a.codes and b.codes and not a.codes & b.codes)),
        float(min(len(a.names & b.names), 2)) / 2,
        float(bool(a.quoted & b.quoted)),
        float(new.category == other.category),
        exp(-gap / _DAYS),
        float(new.author == other.author),
        1 / (1 + log1p(min(len(a.words), len(b.words)))),
    )
