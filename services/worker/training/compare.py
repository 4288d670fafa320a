"""Tries the approaches against each other, on messages of files that the fold has not seen.

    python -m services.worker.training.compare [--cache FILE]

The held-out file takes no part: what is chosen here must not have been chosen on it.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]  # the stubs are no package of ours
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.svm import SVC

from services.worker.training.blocks import NGRAM_SCALE, Blocks, blocks, choose_landmarks, inverse_frequencies, stack
from services.worker.training.dataset import CATEGORIES, PRIORITIES, training
from services.worker.training.train import FOLDS

LINEAR_SCALE = 8.0
"""Of the embedding where no kernel is beside it."""


def approaches(part: Blocks) -> dict[str, tuple[Sequence[object], Callable[[], object]]]:
    """Return the blocks and the classifier of each approach."""
    centre = part.vectors.mean(axis=0)
    vectors = (part.vectors - centre) * LINEAR_SCALE
    grams = part.ngrams * NGRAM_SCALE

    def linear() -> object:
        return LogisticRegression(C=1.0, max_iter=1000)

    return {
        "n-grams": ([part.ngrams * 6], linear),
        "cues": ([part.cues], linear),
        "embedding": ([vectors], linear),
        "embedding, RBF kernel": ([part.vectors], lambda: SVC(C=10, gamma=4)),
        "embedding + n-grams": ([vectors, grams], linear),
        "embedding + cues": ([vectors, part.cues], linear),
        "n-grams + cues": ([grams, part.cues], linear),
        "embedding + n-grams + cues": ([vectors, grams, part.cues], linear),
        "the same + kernel to landmarks (shipped)": ([stack(part, centre, choose_landmarks(part.vectors))], linear),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="a .npz file that keeps the embeddings between runs")
    arguments = parser.parse_args()
    messages = training()
    texts = [m.text for m in messages]
    groups = [m.file for m in messages]
    part = blocks(texts, inverse_frequencies(texts), arguments.cache)
    category = np.array([CATEGORIES.index(m.category) for m in messages])
    priority = np.array([PRIORITIES.index(m.priority) for m in messages])
    english = np.array([m.lang == "en" for m in messages])
    print(
        "| approach | category accuracy | macro-F1 | English | other | priority accuracy |\n|---|---|---|---|---|---|"
    )
    for name, (columns, classifier) in approaches(part).items():
        rows = sp.hstack([sp.csr_matrix(column) for column in columns]).tocsr()
        guessed, hurried = (
            cross_val_predict(classifier(), rows, y, groups=groups, cv=GroupKFold(FOLDS, shuffle=True, random_state=7))
            for y in (category, priority)
        )
        right = guessed == category
        print(
            f"| {name} | {right.mean():.3f} | {f1_score(category, guessed, average='macro'):.3f} "
            f"| {right[english].mean():.3f} | {right[~english].mean():.3f} | {(hurried == priority).mean():.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
