"""The neutral space: sentence embeddings with the language taken out, in which neighbours speak of the same thing.

Embeddings of one language lie together whatever they say. Taking away the mean of the language and stretching the
directions that tell messages apart brings a Russian report near its English twin. The space is kept in the database, so
it has a version of its own and changes seldom: vectors of two versions cannot be compared.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]

DIMENSIONS = 128
"""Of a neutral vector; the columns `halfvec(128)` of the database."""


class NeutralSpaceError(Exception):
    """The shipped map cannot be read."""


@dataclass(frozen=True)
class NeutralSpace:
    """The map from sentence embeddings to neutral vectors."""

    version: str
    means: dict[str, Floats]
    """Mean embedding per language, each of shape (384,)."""
    mean: Floats
    """Mean embedding of all, for languages that have none of their own."""
    projection: Floats
    """Shape (384, DIMENSIONS)."""

    @classmethod
    @cache
    def load(cls) -> Self:
        """Read the map that ships with the program.

        Raises:
            NeutralSpaceError: It is missing or broken.
        """
        try:
            with as_file(files(__package__) / "neutral.npz") as path, np.load(path, allow_pickle=False) as arrays:
                languages = arrays["languages"].tolist()
                means = arrays["means"].astype(np.float32)
                return cls(
                    version=str(arrays["version"]),
                    means=dict(zip(languages, means, strict=True)),
                    mean=arrays["mean"].astype(np.float32),
                    projection=arrays["projection"].astype(np.float32),
                )
        except (OSError, KeyError, ValueError) as error:
            raise NeutralSpaceError(
                f"The neutral space cannot be read ({error}): "
                "run `python -m services.worker.training.duplicates.train --space`"
            ) from error

    def vector(self, raw: Floats, language: str) -> Floats:
        """Return the neutral vector of a message.

        Args:
            raw: Sentence embedding of its own words, shape (384,).
            language: ISO 639-1, or `und`.

        Returns:
            Shape (DIMENSIONS,), length one.
        """
        bare = (raw - self.means.get(language, self.mean)) @ self.projection
        length = float(np.sqrt(bare @ bare))
        return np.asarray(bare / length if length else bare, dtype=np.float32)
