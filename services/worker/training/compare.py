"""Tries the approaches against each other, on messages of files that the fold has not seen.

    python -m services.worker.training.compare [--cache FILE]

The held-out files take no part: what is chosen here must not have been chosen on them. All rows but the last two are
the same ridge on another likeness of messages, so that they differ in what they see and not in how they learn.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.svm import SVC
from tracker_worker.models.embedded.encoder import LAYERS
from tracker_worker.models.embedded.weights import closeness

from services.worker.training.blocks import (
    CUE_WEIGHT,
    KERNEL_WEIGHT,
    NGRAM_WEIGHT,
    PLACE_WEIGHT,
    Blocks,
    Floats,
    blocks,
    inverse_frequencies,
    project,
)
from services.worker.training.dataset import training
from services.worker.training.train import Numbers, Places, by_head, folds, indicators, solve, targets

WHOLE = 384
"""Dimensions of one layer."""

type Likeness = Callable[[Blocks, Blocks], Numbers]


def approaches() -> dict[str, Likeness]:
    """Return how alike two messages are, for each approach."""
    last = [len(LAYERS) - 1]
    every = list(range(len(LAYERS)))

    def combined(*parts: Likeness) -> Likeness:
        return lambda some, known: np.sum([part(some, known) for part in parts], axis=0)

    grams, hints = _grams, _cues
    return {
        "n-grams": combined(grams),
        "cues": combined(hints),
        "embedding, last layer": _linear(last, WHOLE),
        "embedding, last layer, with Gaussian kernel": _kernel(last, WHOLE),
        "the same + n-grams": combined(_kernel(last, WHOLE), grams),
        "the same + n-grams + cues": combined(_kernel(last, WHOLE), grams, hints),
        "layer 10 + n-grams + cues": combined(_kernel([2], WHOLE), grams, hints),
        "layer 8 + n-grams + cues": combined(_kernel([1], WHOLE), grams, hints),
        "layers 6, 8, 10, 12": _kernel(every, 4 * WHOLE),
        "layers 6, 8, 10, 12 + n-grams + cues": combined(_kernel(every, 4 * WHOLE), grams, hints),
        "the same, 128 main axes": combined(_kernel(every, 128), grams, hints),
        "the same, 320 main axes (shipped)": combined(_kernel(every, 320), grams, hints),
        "the same, 320 main axes, no kernel": combined(_linear(every, 320), grams, hints),
    }


def classifiers() -> dict[str, Callable[[], object]]:
    """Return other ways of learning, on the main axes of the layers alone."""
    return {
        "layers, logistic regression": lambda: LogisticRegression(C=3.0, max_iter=1000),
        "layers, support vectors": lambda: SVC(C=10, gamma=1.2),
    }


def _grams(some: Blocks, known: Blocks) -> Numbers:
    return np.asarray(NGRAM_WEIGHT * (some.ngrams @ known.ngrams.T).toarray(), dtype=np.float64)


def _cues(some: Blocks, known: Blocks) -> Numbers:
    centre = known.cues.mean(axis=0)
    return np.asarray(CUE_WEIGHT * (some.cues - centre) @ (known.cues - centre).T, dtype=np.float64)


def _places(some: Blocks, known: Blocks, layers: Sequence[int], dimensions: int) -> tuple[Floats, Floats]:
    projection = project(known.layers[:, layers], dimensions)
    return projection(some.layers[:, layers]), projection(known.layers[:, layers])


def _linear(layers: Sequence[int], dimensions: int) -> Likeness:
    def alike(some: Blocks, known: Blocks) -> Numbers:
        asked, landmarks = _places(some, known, layers, dimensions)
        return np.asarray(PLACE_WEIGHT * asked @ landmarks.T, dtype=np.float64)

    return alike


def _kernel(layers: Sequence[int], dimensions: int) -> Likeness:
    def alike(some: Blocks, known: Blocks) -> Numbers:
        asked, landmarks = _places(some, known, layers, dimensions)
        near = PLACE_WEIGHT * asked @ landmarks.T + KERNEL_WEIGHT * closeness(asked, landmarks)
        return np.asarray(near, dtype=np.float64)

    return alike


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="a .npz file that keeps the embeddings between runs")
    arguments = parser.parse_args()
    messages = training()
    texts = [m.text for m in messages]
    groups = [m.file for m in messages]
    part = blocks(texts, inverse_frequencies(texts), arguments.cache)
    truth = targets(messages)
    wanted = indicators(truth)
    english = np.array([m.lang == "en" for m in messages])
    print(
        "| approach | category accuracy | macro-F1 | English | other | priority accuracy |\n|---|---|---|---|---|---|"
    )
    for name, likeness in approaches().items():
        scores = np.zeros_like(wanted)
        for learn, ask in folds(groups):
            found, mean = solve(likeness(part[learn], part[learn]), wanted[learn])
            scores[ask] = likeness(part[ask], part[learn]) @ found + mean
        _print(name, truth, {head: columns.argmax(axis=1) for head, columns in by_head(scores).items()}, english)
    for name, classifier in classifiers().items():
        guessed = {head: np.zeros_like(numbers) for head, numbers in truth.items()}
        for learn, ask in folds(groups):
            asked, known = _places(part[ask], part[learn], range(len(LAYERS)), 320)
            for head, numbers in truth.items():
                guessed[head][ask] = classifier().fit(known, numbers[learn]).predict(asked)  # type: ignore[attr-defined]
        _print(name, truth, guessed, english)


def _print(name: str, truth: dict[str, Places], guessed: dict[str, Places], english: NDArray[np.bool_]) -> None:
    right = guessed["category"] == truth["category"]
    f1 = f1_score(truth["category"], guessed["category"], average="macro")
    print(
        f"| {name} | {right.mean():.3f} | {f1:.3f} | {right[english].mean():.3f} | {right[~english].mean():.3f} "
        f"| {(guessed['priority'] == truth['priority']).mean():.3f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
