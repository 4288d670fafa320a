"""Learns the neutral space: which directions of an embedding tell subjects apart, whatever the language."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tracker_worker.models.duplicates.neutral import DIMENSIONS, NeutralSpace

type Numbers = NDArray[np.float64]

ENOUGH = 150
"""Messages from which a language gets a mean of its own."""
SHRINK = 0.1
"""Part of the mean variance that is added to each direction's before it is stretched."""


def fit(raw: NDArray[np.float32], languages: Sequence[str], groups: Sequence[str], version: str) -> NeutralSpace:
    """Return the space.

    Args:
        raw: Embeddings, shape (messages, 384).
        languages: Of the messages, as the program detects them.
        groups: Messages of one group report the same thing.
        version: Name of the space.
    """
    spoken = np.array(languages)
    means = {
        str(name): raw[spoken == name].mean(axis=0) for name in np.unique(spoken) if (spoken == name).sum() >= ENOUGH
    }
    mean = raw.mean(axis=0)
    centred = raw - np.array([means.get(name, mean) for name in languages])
    values, directions = np.linalg.eigh(np.cov(centred.T.astype(np.float64)))
    order = np.argsort(-values)[:DIMENSIONS]
    stretch = 1 / np.sqrt(values[order] + SHRINK * values.mean())
    return NeutralSpace(version, means, mean, (directions[:, order] * stretch).astype(np.float32))
