"""Learns the neutral space: which directions of an embedding tell subjects apart, whatever the language."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tracker_worker.models.duplicates.neutral import DIMENSIONS, NeutralSpace

type Numbers = NDArray[np.float64]

ENOUGH = 150
"""Messages from which a language gets a mean of its own."""
STRETCH = 0.25
"""Power of the variance by which each direction is divided: 0 keeps embeddings as they are, 0.5 whitens them. Whitening
makes noise as loud as meaning; half of it was best (see docs/duplicates.md)."""


def fit(raw: NDArray[np.float32], languages: Sequence[str], version: str) -> NeutralSpace:
    """Return the space.

    Args:
        raw: Embeddings, shape (messages, 384).
        languages: Of the messages, as the program detects them.
        version: Name of the space.
    """
    spoken = np.array(languages)
    often = [str(name) for name in np.unique(spoken) if (spoken == name).sum() >= ENOUGH]
    means = {name: raw[spoken == name].mean(axis=0) for name in often}
    mean = raw.mean(axis=0)
    centred = raw - np.array([means.get(name, mean) for name in languages])
    values, directions = np.linalg.eigh(np.cov(centred.T.astype(np.float64)))
    most = np.argsort(-values)[:DIMENSIONS]
    return NeutralSpace(version, means, mean, (directions[:, most] / values[most] ** STRETCH).astype(np.float32))
