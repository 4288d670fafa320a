"""The figures by which a model is judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BINS = 10
"""Bins of equal width of the expected calibration error (Guo et al. 2017)."""


@dataclass(frozen=True)
class Figures:
    """Of one model on one set."""

    n: int
    accuracy: float
    macro_f1: float
    ece: float
    actionable_f1: float
    priority_accuracy: float


@dataclass(frozen=True)
class Guess:
    """What a model says about one message."""

    category: str
    priority: str
    confidence: float


def figures(truth: Sequence[tuple[str, str]], guesses: Sequence[Guess]) -> Figures:
    """Compare guesses with the (category, priority) of each message."""
    n = len(truth)
    categories = [category for category, _ in truth]
    guessed = [guess.category for guess in guesses]
    right = [a == b for a, b in zip(categories, guessed, strict=True)]
    return Figures(
        n=n,
        accuracy=sum(right) / n,
        macro_f1=_mean(f1([a == c for a in categories], [b == c for b in guessed]) for c in sorted(set(categories))),
        ece=calibration_error([guess.confidence for guess in guesses], right),
        actionable_f1=f1([a != "noise" for a in categories], [b != "noise" for b in guessed]),
        priority_accuracy=_mean(priority == g.priority for (_, priority), g in zip(truth, guesses, strict=True)),
    )


def f1(truth: Sequence[bool], guessed: Sequence[bool]) -> float:
    """Return the harmonic mean of precision and recall of the true class."""
    hits = sum(a and b for a, b in zip(truth, guessed, strict=True))
    return 2 * hits / (sum(truth) + sum(guessed)) if hits else 0.0


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Return how far confidence and accuracy are apart, averaged over bins by their size."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, hit in zip(confidences, right, strict=True):
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, hit))
    apart = (abs(sum(c for c, _ in held) - sum(hit for _, hit in held)) for held in bins)
    return sum(apart) / len(right)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
