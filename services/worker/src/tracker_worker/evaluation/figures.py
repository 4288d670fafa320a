"""The figures by which triage is judged; pure.

A share of nothing is None: where no message has a due date, there is no saying how many were found.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

BINS = 10
"""Bins of equal width of the expected calibration error (Guo et al. 2017, https://arxiv.org/abs/1706.04599)."""


@dataclass(frozen=True)
class Truth:
    """What is right about a message."""

    lang: str
    hard: bool
    category: str
    priority: str
    actionable: bool
    assignee: str | None
    due: date | None
    earlier: frozenset[int]
    """Places of the messages before it that report the same."""


@dataclass(frozen=True)
class Guess:
    """What triage says about a message."""

    category: str
    priority: str
    actionable: bool
    confidence: float
    """That the category is right, 0-1."""
    assignee: str | None
    due: date | None
    proposed: tuple[int, ...]
    """Places of the messages before it that may report the same, likeliest first, at most three."""
    milliseconds: float
    tokens: int


type Case = tuple[Truth, Guess]


_PARTS = {"by_lang", "hard", "not_hard"}


def report(cases: Sequence[Case]) -> dict[str, Any]:
    """Return all figures: of the whole, by language, and of what is hard and what is not."""
    languages = sorted({truth.lang for truth, _ in cases})
    return {
        **figures(cases),
        "by_lang": {lang: figures([case for case in cases if case[0].lang == lang]) for lang in languages},
        "hard": figures([case for case in cases if case[0].hard]),
        "not_hard": figures([case for case in cases if not case[0].hard]),
    }


def figures(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the figures of some messages."""
    right = [truth.category == guess.category for truth, guess in cases]
    dated = [case for case in cases if case[0].due is not None]
    undated = [case for case in cases if case[0].due is None]
    repeated = [case for case in cases if case[0].earlier]
    proposing = [case for case in cases if case[1].proposed]
    times = sorted(guess.milliseconds for _, guess in cases)
    return {
        "n": len(cases),
        "category": {
            "accuracy": _share(right),
            "macro_f1": macro_f1(_pairs(cases, lambda one: one.category)),
            "ece": calibration_error([guess.confidence for _, guess in cases], right),
        },
        "actionable": {"f1": f1(_pairs(cases, lambda one: one.actionable), of=True)},
        "priority": {
            "accuracy": _share(truth.priority == guess.priority for truth, guess in cases),
            "macro_f1": macro_f1(_pairs(cases, lambda one: one.priority)),
        },
        "assignee": {"exact": _share(_bare(truth.assignee) == _bare(guess.assignee) for truth, guess in cases)},
        "due": {
            "exact": _share(truth.due == guess.due for truth, guess in dated),
            "false_positive_rate": _share(guess.due is not None for _, guess in undated),
        },
        "duplicates": {
            "recall_at_3": _share(bool(truth.earlier.intersection(guess.proposed[:3])) for truth, guess in repeated),
            "precision": _share(guess.proposed[0] in truth.earlier for truth, guess in proposing),
        },
        "latency_ms": {"p50": percentile(times, 50), "p95": percentile(times, 95)},
        "tokens": sum(guess.tokens for _, guess in cases),
    }


def f1[K: Hashable](pairs: Sequence[tuple[K, K]], of: K) -> float | None:
    """Return the harmonic mean of precision and recall of one value; None where it neither is nor was said."""
    hits = sum(truth == of == said for truth, said in pairs)
    total = sum(truth == of for truth, _ in pairs) + sum(said == of for _, said in pairs)
    return _rounded(2 * hits / total) if total else None


def macro_f1[K: Hashable](pairs: Sequence[tuple[K, K]]) -> float | None:
    """Return the mean F1 over all values that are, or were said."""
    values = {value for pair in pairs for value in pair}
    each = [score for value in values if (score := f1(pairs, value)) is not None]
    return _rounded(sum(each) / len(each)) if each else None


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """Return how far confidence and accuracy are apart, averaged over bins by their size."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, hit in zip(confidences, right, strict=True):
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, hit))
    apart = (abs(sum(c for c, _ in held) - sum(hit for _, hit in held)) for held in bins)
    return _rounded(sum(apart) / len(right)) if right else None


def percentile(ordered: Sequence[float], share: int) -> float | None:
    """Return the value that `share` percent do not exceed (nearest rank)."""
    return round(ordered[max(ceil(len(ordered) * share / 100), 1) - 1], 1) if ordered else None


def flattened(figures: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested figures as one level, with keys like `category.accuracy`."""
    flat: dict[str, Any] = {}
    for key, value in figures.items():
        flat |= flattened(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def _pairs[V](cases: Sequence[Case], of: Callable[[Truth | Guess], V]) -> list[tuple[V, V]]:
    return [(of(truth), of(guess)) for truth, guess in cases]


def _bare(name: str | None) -> str | None:
    return name.strip().lstrip("@").casefold() or None if name else None


def _share(hits: Iterable[bool]) -> float | None:
    listed = list(hits)
    return _rounded(sum(listed) / len(listed)) if listed else None


def _rounded(value: float) -> float:
    return round(value, 4)


def with_paths(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures with those of all messages under their path too: `category.accuracy` beside `category`.

    So a tool reads them whether it walks objects or looks a key up.
    """
    whole = {key: value for key, value in figures.items() if key not in _PARTS}
    return figures | flattened(whole)
