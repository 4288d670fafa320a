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


SHARPNESS = 1.2
"""Of the Gaussian kernel; squared distances between projected messages are about 2."""


class WeightsError(Exception):
    """The shipped weights do not fit the program."""


@dataclass(frozen=True)
class Head:
    """A classifier over the blocks of features, linear but for the kernel; its scores are calibrated."""

    labels: tuple[str, ...]
    place: Floats
    """For the place of the message among others, shape (dimensions, labels)."""
    kernel: Floats
    """For the closeness to each training message, shape (training messages, labels)."""
    ngrams: Floats
    """For the hashed n-grams, shape (COLUMNS, labels)."""
    cues: Floats
    """For the cues, shape (cues, labels)."""
    bias: Floats

    def scores(
        self, place: Floats, closeness: Floats, columns: NDArray[np.int64], values: Floats, cues: Floats
    ) -> Floats:
        """Return one score per label of one message: the logarithm of its probability, up to a constant."""
        raw = place @ self.place + closeness @ self.kernel
        return np.asarray(raw + values @ self.ngrams[columns] + cues @ self.cues + self.bias, dtype=np.float32)


@dataclass(frozen=True)
class Projection:
    """Makes one place of the layers of an embedding: centred, scaled, the main axes only."""

    matrix: Floats
    """Shape (layers x 384, dimensions)."""
    shift: Floats

    def __call__(self, layers: Floats) -> Floats:
        """Return the places of messages.

        Args:
            layers: Shape (…, layers, 384).
        """
        flat = layers.reshape(*layers.shape[:-2], -1)
        return np.asarray(flat @ self.matrix - self.shift, dtype=np.float32)


def closeness(places: Floats, landmarks: Floats, squares: Floats | None = None) -> Floats:
    """Return the Gaussian kernel between places and landmarks: 1 for the same text, near 0 for a stranger.

    Args:
        places: Of messages, shape (…, dimensions).
        landmarks: Shape (landmarks, dimensions).
        squares: Squared lengths of the landmarks, where they are known already.
    """
    sizes = np.square(landmarks).sum(axis=-1) if squares is None else squares
    apart = np.square(places).sum(axis=-1)[..., None] + sizes - 2 * (places @ landmarks.T)
    return np.asarray(np.exp(-SHARPNESS * np.maximum(apart, 0)), dtype=np.float32)


@dataclass(frozen=True)
class Weights:
    """Everything that was trained."""

    version: str
    idf: Floats
    """Weight of each n-gram column."""
    projection: Projection
    landmarks: Floats
    """Places of the training messages that others are compared with, shape (training messages, dimensions)."""
    squares: Floats
    """Squared lengths of the landmarks."""
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
            landmarks = numbers["landmarks"] * numbers["landmarks.unit"]
            return cls(
                version=about["version"],
                idf=numbers["idf"],
                projection=Projection(numbers["projection"], numbers["projection.shift"]),
                landmarks=landmarks,
                squares=np.square(landmarks).sum(axis=1),
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
    labels = about[name]["labels"]
    if not isinstance(labels, list):
        raise WeightsError(f"Metadata of head {name!r} has no labels: train again")
    return Head(
        labels=tuple(map(str, labels)),
        place=numbers[f"{name}.place"],
        kernel=numbers[f"{name}.kernel"],
        ngrams=numbers[f"{name}.ngrams"],
        cues=numbers[f"{name}.cues"],
        bias=numbers[f"{name}.bias"],
    )
