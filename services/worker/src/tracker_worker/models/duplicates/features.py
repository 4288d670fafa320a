"""A pair of messages in numbers: how near they are, which words and things they share, who sent them and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from tracker_worker.models.duplicates.neutral import DIMENSIONS
from tracker_worker.models.duplicates.traits import Traits, Weighed

type Floats = NDArray[np.float32]

NAMES = (
    "near",
    "nearer_than_others",
    "stems",
    "rarest_stem",
    "grams",
    "concepts",
    "rarest_concept",
    "things",
    "troubles",
    "things_and_troubles",
    "other_things",
    "other_troubles",
    "numbers",
    "all_numbers",
    "other_numbers",
    "codes",
    "other_codes",
    "same_frame",
    "names",
    "other_names",
    "quoted",
    "category",
    "both_broken",
    "one_asks",
    "one_wishes",
    "one_wants_done",
    "soon",
    "lately",
    "short",
    "lengths",
    "fields",
    "near_squared",
    "near_stems",
    "near_rarest_stem",
    "near_concepts",
    "near_rarest_concept",
    "near_numbers",
)
"""The columns of `features`."""
_NEIGHBOURS = 10
"""Messages of the bank that are taken as the neighbourhood of one."""
_SOON, _LATELY = 0.5, 6.0
"""Days in which reports of one thing come together: some at once, most within a week."""
_VAGUE = 8.0
"""Weight of concepts from which it is clear what a text is about; one concept has about 4."""
_RAREST = 10.0
"""Weight of a term that was seen once, rounded."""


@dataclass(frozen=True, eq=False)
class Compared:
    """A message with its traits."""

    vector: Floats
    language: str
    category: str
    sent_at: datetime
    traits: Traits
    field: Floats
    """What its concepts are about, as a neutral vector; zero without concepts."""


def features(new: Compared, others: Sequence[Compared], bank: Floats) -> Floats:
    """Return one row per other message.

    Args:
        new: The later message.
        others: Earlier ones.
        bank: Neutral vectors of unrelated messages, shape (messages, dimensions).

    Returns:
        Shape (others, NAMES).
    """
    vectors = np.stack([other.vector for other in others])
    near = vectors @ new.vector
    crowds = (crowd(vectors, bank) + crowd(new.vector[None], bank)) / 2
    shared = np.array([_shared(new, other) for other in others], dtype=np.float32)
    fields = np.stack([other.field for other in others]) @ new.field
    stems, rarest_stem, concepts, rarest_concept, numbers = (
        shared[:, NAMES.index(name) - 2]
        for name in ("stems", "rarest_stem", "concepts", "rarest_concept", "all_numbers")
    )
    columns = [
        near,
        near - crowds,
        shared,
        fields,
        near**2,
        near * stems,
        near * rarest_stem,
        near * concepts,
        near * rarest_concept,
        near * numbers,
    ]
    return np.column_stack(columns).astype(np.float32)


def field(traits: Traits, fields: Mapping[str, Floats]) -> Floats:
    """Return what the concepts of a text are about: the mean of their vectors, the shorter the less they say."""
    total = np.zeros(DIMENSIONS, dtype=np.float32)
    for name, weight in traits.concepts.weights.items():
        if name in fields:
            total += weight * fields[name]
    return total / np.float32(np.sqrt(total @ total + _VAGUE**2))


def crowd(vectors: Floats, bank: Floats) -> Floats:
    """Return how near each vector is to its nearest strangers (Conneau et al. 2018, cross-domain local scaling)."""
    cosines = vectors @ bank.T
    return np.asarray(np.partition(cosines, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS:].mean(axis=1), dtype=np.float32)


def _shared(new: Compared, other: Compared) -> tuple[float, ...]:
    a, b = new.traits, other.traits
    gap = abs((new.sent_at - other.sent_at).total_seconds()) / 86400
    things, troubles, grams = a.things.cosine(b.things), a.troubles.cosine(b.troubles), a.grams.cosine(b.grams)
    other_numbers, other_codes = _apart(a.numbers, b.numbers), bool(a.codes and b.codes and not a.codes & b.codes)
    categories = {new.category, other.category}
    mixed = len(categories) > 1
    lengths = len(a.words) + 1, len(b.words) + 1
    return (
        a.stems.cosine(b.stems),
        a.stems.rarest(b.stems) / _RAREST,
        grams,
        a.concepts.cosine(b.concepts),
        a.concepts.rarest(b.concepts) / _RAREST,
        things,
        troubles,
        min(things, troubles),
        _apart(a.things, b.things),
        _apart(a.troubles, b.troubles),
        min(a.numbers.common(b.numbers) / _RAREST, 2.0),
        a.numbers.cosine(b.numbers),
        other_numbers,
        bool(a.codes & b.codes),
        other_codes,
        grams * max(other_numbers, other_codes),
        min(len(a.names & b.names), 2) / 2,
        bool(a.names and b.names and not a.names & b.names),
        bool(a.quoted & b.quoted),
        not mixed,
        mixed and categories == {"bug", "incident"},
        mixed and "question" in categories,
        mixed and "feature" in categories,
        mixed and "task" in categories,
        exp(-gap / _SOON),
        exp(-gap / _LATELY),
        1 / log(1 + min(lengths)),
        log(max(lengths) / min(lengths)),
    )


def _apart(mine: Weighed, theirs: Weighed) -> bool:
    """Say whether both have something of a kind, and nothing of it in common."""
    return bool(mine.weights and theirs.weights and not mine.weights.keys() & theirs.weights.keys())
