"""Topical labels from the words of a message; `labels.toml` says which words stand for which label."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from tracker_worker.models.reading.tokens import fold

MAX_LABELS = 3


def find_labels(text: str) -> list[str]:
    """Return at most three labels, those first whose words come first."""
    folded = fold(text)
    found = [(match.start(), name) for name, words in _topics().items() if (match := words.search(folded))]
    return [name for _, name in sorted(found)[:MAX_LABELS]]


@cache
def _topics() -> dict[str, re.Pattern[str]]:
    topics = tomllib.loads((files(__package__) / "labels.toml").read_text(encoding="utf-8"))
    return {name: re.compile(rf"\b(?:{'|'.join(map(_form, words))})(?!\w)") for name, words in topics.items()}


def _form(phrase: str) -> str:
    return r"\s+".join(
        re.escape(fold(word.rstrip("*"))) + (r"\w*" if word.endswith("*") else "") for word in phrase.split()
    )
