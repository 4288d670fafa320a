"""Words, word pairs and character n-grams of a text, hashed into a fixed number of columns.

Hashing needs no vocabulary file, and characters inside words survive typos and inflection.
"""

from collections import Counter
from collections.abc import Sequence
from math import log
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tracker_worker.models.reading.tokens import Token

COLUMNS = 1 << 16
"""Columns of the hash; must be the one that the weights were trained with."""
SIZES = (3, 4, 5)
"""Lengths of the character n-grams; they do not cross word ends."""


def terms(tokens: Sequence[Token]) -> Counter[str]:
    """Return what is counted: `w:word`, `b:pair of words`, `c:n-gram`; `^` marks the beginning of the text."""
    counted: Counter[str] = Counter()
    previous = "^"
    for token in tokens:
        counted[f"w:{token.folded}"] += 1
        counted[f"b:{previous} {token.folded}"] += 1
        previous = token.folded
        if token.is_word:
            counted.update(grams(token.folded))
    return counted


def grams(word: str) -> list[str]:
    """Return the character n-grams of one folded word, padded so that its beginning and end show."""
    padded = f"_{word}_"
    return [f"c:{padded[i : i + size]}" for size in SIZES for i in range(len(padded) - size + 1)]


def column(term: str) -> int:
    """Return the column of a term."""
    return crc32(term.encode()) % COLUMNS


def hashed(tokens: Sequence[Token], idf: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return columns and values of the text: sublinear counts times `idf`, of length one.

    Args:
        tokens: Of one text.
        idf: Weight of each column, shape (COLUMNS,).
    """
    values: dict[int, float] = {}
    for term, count in terms(tokens).items():
        place = column(term)
        values[place] = values.get(place, 0.0) + 1.0 + log(count)
    columns = np.fromiter(values, dtype=np.int64, count=len(values))
    weights = np.fromiter(values.values(), dtype=np.float32, count=len(values)) * idf[columns]
    norm = float(np.sqrt(weights @ weights))
    return columns, weights / norm if norm else weights
