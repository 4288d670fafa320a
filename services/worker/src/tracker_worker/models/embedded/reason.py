"""The reason of a verdict, for people: which words of the message spoke for it."""

from collections.abc import Sequence

from tracker_core.tables import Category

_READS_LIKE = {
    Category.BUG: "Reads like a bug",
    Category.FEATURE: "Reads like a wish",
    Category.QUESTION: "Reads like a question",
    Category.TASK: "Reads like a request",
    Category.INCIDENT: "Reads like an incident",
    Category.NOISE: "Nothing to do in it",
}
QUOTES = 3
"""Quotes in a reason at most."""
_MAX_QUOTE = 60
_NEAR = 5
"""Characters between two spans that are still quoted as one: a small word."""

type Span = tuple[int, int]


def sentence(category: Category, text: str, spans: Sequence[tuple[float, Span]]) -> str:
    """Return one sentence.

    Args:
        category: The verdict.
        text: What the spans point into.
        spans: Weight for the verdict and place; those without a positive weight are left out.
    """
    best = [span for weight, span in sorted(spans, reverse=True) if weight > 0]
    quotes = [f'"{quote}"' for start, end in _joined(best[: 2 * QUOTES]) if (quote := _quote(text[start:end]))]
    lead = _READS_LIKE[category]
    return f"{lead}: {', '.join(dict.fromkeys(quotes[:QUOTES]))}" if quotes else lead


def _joined(spans: list[Span]) -> list[Span]:
    """Join spans that overlap or touch; the order of the text."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + _NEAR:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _quote(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _MAX_QUOTE else words[: _MAX_QUOTE - 1].rsplit(" ", 1)[0] + "…"
