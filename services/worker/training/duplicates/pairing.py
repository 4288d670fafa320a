"""Every message with every earlier one of its file, as rows of features."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random

import numpy as np
from numpy.typing import NDArray
from tracker_worker.models.duplicates import NeutralSpace
from tracker_worker.models.duplicates.features import Compared, features
from tracker_worker.models.duplicates.traits import Reader
from tracker_worker.models.reading.language import detect

from services.worker.training.dataset import CATEGORIES
from services.worker.training.duplicates.dataset import Line

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


def compare(found: Sequence[Line], raw: NDArray[np.float32], space: NeutralSpace, reader: Reader) -> list[Compared]:
    """Return the messages as the program compares them, some of them in a wrong category."""
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
                author=line.author,
                traits=reader.read(line.text, language),
            )
        )
    return compared


def pairs(found: Sequence[Line], compared: Sequence[Compared], bank: NDArray[np.float32]) -> Pairs:
    """Return all pairs of messages of one file, without noise.

    Files that label no duplicate are left out: some of them say one thing in several languages without a label.
    """
    rows, same, new, other = [], [], [], []
    for _, numbered in groupby(enumerate(found), key=lambda pair: pair[1].file):
        places = [place for place, line in numbered if line.category != "noise"]
        if len({found[place].group for place in places}) == len(places):
            continue
        for count, place in enumerate(places):
            if not count:
                continue
            earlier = places[:count]
            rows.append(features(compared[place], [compared[at] for at in earlier], bank))
            same += [found[at].group == found[place].group for at in earlier]
            new += [place] * count
            other += earlier
    return Pairs(np.vstack(rows), np.array(same), np.array(new), np.array(other))
