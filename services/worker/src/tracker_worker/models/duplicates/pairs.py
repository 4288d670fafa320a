"""Do two messages report the same thing? A calibrated score and a reason for people, from what both say."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tracker_worker.models.duplicates import evidence
from tracker_worker.models.duplicates.features import NAMES, Compared, features, field
from tracker_worker.models.duplicates.traits import Reader
from tracker_worker.models.duplicates.trees import Trees

type Floats = NDArray[np.float32]

PROPOSED = 3
"""Duplicates that are proposed at most."""
TREE_ARRAYS = ("feature", "threshold", "left", "right", "value")
"""Parts of the trees that are kept as arrays."""
_NOISE = "noise"
_CURE = "run `python -m services.worker.training.duplicates.train`"


class DuplicateWeightsError(Exception):
    """The shipped weights cannot be read."""


@dataclass(frozen=True)
class Said:
    """A message as far as it is compared."""

    text: str
    vector: Floats
    """Its neutral vector, length one."""
    language: str
    """ISO 639-1, or `und`."""
    category: str
    sent_at: datetime
    author: str


@dataclass(frozen=True)
class Match:
    """An earlier message that seems to report the same thing."""

    place: int
    """Among the others that were asked about."""
    score: float
    """Probability, 0-1."""
    reason: str
    """One line for people."""


@dataclass(frozen=True)
class DuplicateModel:
    """Scores pairs of messages. Load it once per process; it may be called from several threads."""

    version: str
    threshold: float
    """Score from which a pair is proposed."""
    reader: Reader
    """Reads what is compared word by word."""
    bank: Floats
    """Neutral vectors of unrelated messages: what is near to everything is near to nothing in particular."""
    fields: dict[str, Floats]
    """Neutral vector of each concept: what the messages that name it are about."""
    weights: Floats
    bias: float
    """Of the logistic regression; the score is the mean of what it and the trees say."""
    trees: Trees

    @classmethod
    @cache
    def load(cls) -> Self:
        """Read the weights that ship with the program.

        Raises:
            DuplicateWeightsError: They are missing or broken.
        """
        try:
            with as_file(files(__package__) / "pairs.npz") as path, np.load(path, allow_pickle=False) as arrays:
                about = json.loads(str(arrays["about"]))
                numbers = {name: arrays[name].astype(np.float32) for name in ("rarity", "bank", "fields", "weights")}
                trees = {part: arrays[f"trees.{part}"] for part in TREE_ARRAYS}
                model = cls(
                    version=about["version"],
                    threshold=about["threshold"],
                    reader=Reader(numbers["rarity"]),
                    bank=numbers["bank"],
                    fields=dict(zip(about["concepts"], numbers["fields"], strict=True)),
                    weights=numbers["weights"],
                    bias=about["bias"],
                    trees=Trees(**trees, depth=about["depth"], base=about["base"]),
                )
        except (OSError, KeyError, ValueError) as error:
            raise DuplicateWeightsError(
                f"The weights of the duplicate model cannot be read ({error}): {_CURE}"
            ) from error
        if tuple(about["columns"]) != NAMES:
            raise DuplicateWeightsError(f"Weights of the duplicate model belong to other features: {_CURE}")
        return model

    def score(self, new: Said, others: Sequence[Said]) -> list[Match]:
        """Return those of the others that seem to report the same thing, at most three, best first.

        Args:
            new: The message that came in.
            others: Messages before it. Noise among them, and the message itself, are never proposed.
        """
        places = [place for place, other in enumerate(others) if other.category != _NOISE]
        if new.category == _NOISE or not places:
            return []
        mine = self.compared(new)
        theirs = [self.compared(others[place]) for place in places]
        scores = self.probabilities(mine, theirs)
        best = sorted(zip(scores.tolist(), range(len(places)), strict=True), key=lambda pair: -pair[0])[:PROPOSED]
        return [
            Match(places[at], round(score, 4), evidence.reason(mine, theirs[at]))
            for score, at in best
            if score >= self.threshold
        ]

    def compared(self, message: Said) -> Compared:
        """Return the message with what is compared of it."""
        traits = self.reader.read(message.text, message.language)
        return Compared(
            vector=message.vector,
            language=message.language,
            category=message.category,
            sent_at=message.sent_at,
            traits=traits,
            field=field(traits, self.fields),
        )

    def probabilities(self, new: Compared, others: Sequence[Compared]) -> Floats:
        """Return one probability per other message."""
        rows = features(new, others, self.bank)
        log_odds = np.stack([rows @ self.weights + self.bias, self.trees.log_odds(rows)])
        return np.asarray((1 / (1 + np.exp(-log_odds))).mean(axis=0), dtype=np.float32)
