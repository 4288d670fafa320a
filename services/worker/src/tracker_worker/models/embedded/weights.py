"""The trained numbers that ship with the program, and what is known about them.

`services/worker/training/train.py` writes both files; nothing else does.
"""

import json
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]


SHARPNESS = 4.0
"""Of the Gaussian kernel between embeddings; squared distances of this encoder are about 0.4."""


class WeightsError(Exception):
    """The shipped weights do not fit the program."""


@dataclass(frozen=True)
class Head:
    """A linear classifier over the blocks of features."""

    labels: tuple[str, ...]
    vector: Floats
    """For the sentence embedding, shape (384, labels)."""
    kernel: Floats
    """For the closeness to each landmark, shape (landmarks, labels)."""
    ngrams: Floats
    """For the hashed n-grams, shape (COLUMNS, labels)."""
    cues: Floats
    """For the cues, shape (cues, labels)."""
    bias: Floats
    temperature: float
    """Divides the scores, so that probabilities are as often right as they say (Guo et al. 2017)."""

    def scores(
        self, vector: Floats, closeness: Floats, columns: NDArray[np.int64], values: Floats, cues: Floats
    ) -> Floats:
        """Return one score per label of one message."""
        raw = vector @ self.vector + closeness @ self.kernel
        raw = raw + values @ self.ngrams[columns] + cues @ self.cues + self.bias
        return np.asarray(raw / self.temperature, dtype=np.float32)


def closeness(vectors: Floats, landmarks: Floats) -> Floats:
    """Return the Gaussian kernel between unit vectors and landmarks: 1 for the same text, near 0 for a stranger."""
    return np.asarray(np.exp(SHARPNESS * (2 * (vectors @ landmarks.T) - 2)), dtype=np.float32)


@dataclass(frozen=True)
class Weights:
    """Everything that was trained."""

    version: str
    idf: Floats
    """Weight of each n-gram column."""
    landmarks: Floats
    """Embeddings of training messages that others are compared with, shape (landmarks, 384)."""
    category: Head
    priority: Head
    cue_names: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read `weights.npz` and `metadata.json`.

        Args:
            folder: Where they are; the package's own by default.

        Raises:
            WeightsError: They are missing or do not belong together.
        """
        if folder is None:
            with as_file(files(__package__)) as own:
                return cls.load(own)
        try:
            about = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                numbers = {name: arrays[name].astype(np.float32) for name in arrays.files}
            return cls(
                version=about["version"],
                idf=numbers["idf"],
                landmarks=numbers["landmarks"],
                category=_head(numbers, about, "category"),
                priority=_head(numbers, about, "priority"),
                cue_names=tuple(about["cues"]),
            )
        except (OSError, KeyError, ValueError) as error:
            raise WeightsError(
                f"Weights of the embedded model in {folder} cannot be read ({error}): "
                "run `python -m services.worker.training.train`"
            ) from error


def _head(numbers: dict[str, Floats], about: dict[str, dict[str, object]], name: str) -> Head:
    facts = about[name]
    labels, temperature = facts["labels"], facts["temperature"]
    if not isinstance(labels, list) or not isinstance(temperature, float):
        raise WeightsError(f"Metadata of head {name!r} has no labels or no temperature: train again")
    return Head(
        labels=tuple(map(str, labels)),
        vector=numbers[f"{name}.vector"],
        kernel=numbers[f"{name}.kernel"],
        ngrams=numbers[f"{name}.ngrams"],
        cues=numbers[f"{name}.cues"],
        bias=numbers[f"{name}.bias"],
        temperature=temperature,
    )
