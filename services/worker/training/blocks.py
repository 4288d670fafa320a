"""Features of many messages as matrices, with the run time's own code, so that training sees what the program sees."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]  # the stubs are no package of ours
from numpy.typing import NDArray
from tracker_worker.models.embedded import ngrams
from tracker_worker.models.embedded.encoder import LAYERS, Encoder
from tracker_worker.models.embedded.features import embeddable, readable
from tracker_worker.models.embedded.weights import Projection, closeness
from tracker_worker.models.reading import cues
from tracker_worker.models.reading.tokens import tokenize

DIMENSIONS = 320
"""Main axes of the layers that are kept; more gave nothing (docs/model-card.md)."""
PLACE_WEIGHT = 6.0
KERNEL_WEIGHT = 40.0
NGRAM_WEIGHT = 8.0
CUE_WEIGHT = 0.7
"""Shares of the blocks in the likeness of two messages."""

type Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Blocks:
    """The blocks of some messages, one row each."""

    layers: Floats
    """Shape (messages, layers, 384)."""
    ngrams: sp.csr_matrix
    cues: Floats

    def __getitem__(self, rows: NDArray[np.int64]) -> "Blocks":
        """Return the blocks of some of the messages."""
        return Blocks(self.layers[rows], self.ngrams[rows], self.cues[rows])


def seen(texts: Sequence[str]) -> list[str]:
    """Return the texts as the model gets them."""
    return [readable(text) for text in texts]


def inverse_frequencies(texts: Sequence[str]) -> Floats:
    """Return the smoothed inverse document frequency of each n-gram column."""
    counts = np.zeros(ngrams.COLUMNS)
    ones = np.ones(ngrams.COLUMNS, dtype=np.float32)
    for text in seen(texts):
        counts[ngrams.hashed(tokenize(text), ones)[0]] += 1
    return (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float16).astype(np.float32)


def blocks(texts: Sequence[str], idf: Floats, cache: Path | None = None) -> Blocks:
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


def project(layers: Floats, dimensions: int = DIMENSIONS) -> Projection:
    """Return the projection to the main axes of the layers, each layer centred and of the same spread."""
    centre = layers.mean(axis=0)
    centred = layers.astype(np.float64) - centre
    spread = np.sqrt(np.square(centred).sum(axis=2).mean(axis=0) * layers.shape[1])
    flat = (centred / spread[:, None]).reshape(len(layers), -1)
    axes = np.linalg.eigh(flat.T @ flat)[1][:, ::-1][:, :dimensions]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    matrix = (axes / np.repeat(spread, layers.shape[2])[:, None]).astype(np.float16).astype(np.float32)
    return Projection(matrix, centre.reshape(-1) @ matrix)


def rounded(places: Floats) -> tuple[NDArray[np.int8], np.float32]:
    """Return places as they are shipped, and the number that one unit stands for."""
    unit = np.float32(np.abs(places).max() / 127)
    return np.round(places / unit).astype(np.int8), unit


def likeness(some: Blocks, others: Blocks, projection: Projection, centre: Floats) -> NDArray[np.float64]:
    """Return the kernel between messages, shape (some, others).

    Args:
        some: Messages.
        others: Training messages; their places are rounded as they are shipped.
        projection: Of the layers.
        centre: Mean cues of the training messages.
    """
    numbers, unit = rounded(projection(others.layers))
    landmarks = numbers.astype(np.float32) * unit
    # Symmetric among the training messages, else the ridge could not be solved.
    places = landmarks if some is others else projection(some.layers)
    alike = PLACE_WEIGHT * places @ landmarks.T + KERNEL_WEIGHT * closeness(places, landmarks)
    alike += NGRAM_WEIGHT * (some.ngrams @ others.ngrams.T).toarray()
    alike += CUE_WEIGHT * (some.cues - centre) @ (others.cues - centre).T
    return np.asarray(alike, dtype=np.float64)


def _embed(texts: Sequence[str], cache: Path | None) -> Floats:
    known: dict[str, Floats] = {}
    if cache and cache.exists():
        with np.load(cache) as kept:
            known = dict(zip(kept["keys"].tolist(), kept["layers"], strict=True))
    keys = [hashlib.sha256(embeddable(text).encode("utf-8", "replace")).hexdigest()[:24] for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        encoder = Encoder.load()
        known |= {key: encoder.read(embeddable(text)) for key, text in missing.items()}
    if cache and missing:
        np.savez(cache, keys=np.array(list(known)), layers=np.array(list(known.values())))
    return np.array([known[key] for key in keys]).reshape(len(texts), len(LAYERS), -1)
