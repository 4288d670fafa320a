"""Every message with every earlier one of its file, as rows of features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random

import numpy as np
from numpy.typing import NDArray
from tracker_worker.models.duplicates import NeutralSpace, concepts
from tracker_worker.models.duplicates.features import Compared, features, field
from tracker_worker.models.duplicates.neutral import DIMENSIONS
from tracker_worker.models.duplicates.traits import Reader
from tracker_worker.models.reading.language import detect

from services.worker.training.dataset import CATEGORIES
from services.worker.training.duplicates.dataset import Line

TINY = 1e-9
MISJUDGED = 0.15
"""Share of the messages that get another category: at run time the category is a guess."""


@dataclass(frozen=True)
class Pairs:
    """Rows of features, and what is known of each pair."""

    rows: NDArray[np.float32]
    same: NDArray[np.bool_]
    """Whether both report the same thing."""
    new: NDArray[np.int64]
    """Place of the later message among all lines."""
    other: NDArray[np.int64]
    """Place of the earlier message among all lines."""

    def of(self, chosen: NDArray[np.bool_]) -> "Pairs":
        """Return some of the pairs."""
        return Pairs(self.rows[chosen], self.same[chosen], self.new[chosen], self.other[chosen])


def compare(found: Sequence[Line], raw: NDArray[np.float32], space: NeutralSpace, reader: Reader) -> list[Compared]:
    """Return the messages as the program compares them, some of them in a wrong category and none with its field."""
    chance = Random(3)
    compared = []
    for line, embedding in zip(found, raw, strict=True):
        language = detect(line.text)
        wrong = chance.random() < MISJUDGED
        others = [name for name in CATEGORIES if name not in {line.category, "noise"}]
        compared.append(
            Compared(
                vector=space.vector(embedding, language),
                language=language,
                category=chance.choice(others) if wrong and line.category != "noise" else line.category,
                sent_at=line.sent_at,
                traits=reader.read(line.text, language),
                field=np.zeros(DIMENSIONS, dtype=np.float32),
            )
        )
    return compared


def concept_fields(compared: Sequence[Compared]) -> dict[str, NDArray[np.float32]]:
    """Return the neutral vector of each concept: the mean of the messages that name it, away from the mean of all."""
    mean = np.mean([message.vector for message in compared], axis=0)
    sums: dict[str, NDArray[np.float32]] = {}
    for message in compared:
        for name in message.traits.concepts.weights:
            sums[name] = sums.get(name, 0) + (message.vector - mean) / message.traits.concepts.length
    named = {name: sums.get(name, np.zeros_like(mean)) for name in concepts.names()}
    return {
        name: (total / max(float(np.linalg.norm(total)), TINY)).astype(np.float16).astype(np.float32)
        for name, total in named.items()
    }


def with_fields(compared: Sequence[Compared], fields: Mapping[str, NDArray[np.float32]]) -> list[Compared]:
    """Return the messages, each with what its concepts are about."""
    return [replace(message, field=field(message.traits, fields)) for message in compared]


def pairs(found: Sequence[Line], compared: Sequence[Compared], bank: NDArray[np.float32]) -> Pairs:
    """Return all pairs of messages of one file, without noise and without pairs of strangers."""
    rows, same, new, other = [], [], [], []
    for _, numbered in groupby(enumerate(found), key=lambda pair: pair[1].file):
        places = [place for place, line in numbered if line.category != "noise"]
        for count, place in enumerate(places):
            earlier = [at for at in places[:count] if not (found[at].stranger and found[place].stranger)]
            if not earlier:
                continue
            rows.append(features(compared[place], [compared[at] for at in earlier], bank))
            same += [found[at].group == found[place].group for at in earlier]
            new += [place] * len(earlier)
            other += earlier
    return Pairs(np.vstack(rows), np.array(same), np.array(new), np.array(other))
