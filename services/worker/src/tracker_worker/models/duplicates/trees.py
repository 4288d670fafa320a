"""Boosted decision trees, evaluated with numpy alone: they say when a feature matters, a sum of weights cannot."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trees:
    """Trees of equal size in arrays of shape (trees, nodes); a leaf is its own child on both sides."""

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    """Up to and with it, a row goes left."""
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    depth: int
    """Steps from the root to the deepest leaf."""
    base: float
    """What all trees start from."""

    def log_odds(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the sum of the leaves that each row falls into."""
        trees = np.arange(len(self.feature))
        lines = np.arange(len(rows))[:, None]
        place = np.zeros((len(rows), len(trees)), dtype=np.int64)
        for _ in range(self.depth):
            goes_left = rows[lines, self.feature[trees, place]] <= self.threshold[trees, place]
            place = np.where(goes_left, self.left[trees, place], self.right[trees, place])
        return np.asarray(self.base + self.value[trees, place].sum(axis=1))
