"""Cues: what people say when they report, ask, wish, hurry or chat, in any language.

A concept that was seen in English alone still speaks for a Spanish message, and a matched phrase is a reason that a
person can check. The phrases are in `cues.toml`, the shape of the text is measured here.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log1p

import numpy as np
from numpy.typing import NDArray

from tracker_worker.models.reading.tokens import Token, fold, tokenize

_SHAPES = (
    "asks",
    "asks_at_end",
    "exclaims",
    "shouts",
    "paragraphs",
    "short",
    "length",
    "digits",
    "link",
    "mention",
    "bracket_first",
    "pictures_only",
    "asks_first",
)
_SHOUTED = 0.6
"""Share of capitals among letters from which a text shouts."""


@dataclass(frozen=True)
class Cue:
    """A phrase found in a text."""

    concept: str
    start: int
    end: int


_LONGEST = 16
"""Letters of the longest word with a star in the lexicon, rounded up."""

type Phrase = tuple[str, tuple[str, ...]]
"""A concept, and the folded words of one of its phrases; `*` at the end of a word stands for any ending."""


@cache
def concepts() -> dict[str, list[Phrase]]:
    """Return the phrases of each concept."""
    lexicon = tomllib.loads((files(__package__) / "cues.toml").read_text(encoding="utf-8"))
    return {name: [(name, _folded(phrase)) for phrase in phrases] for name, phrases in lexicon.items()}


@cache
def _by_first_word() -> dict[str, list[Phrase]]:
    index: dict[str, list[Phrase]] = {}
    for phrases in concepts().values():
        for name, words in phrases:
            index.setdefault(words[0], []).append((name, words))
    return index


def names() -> list[str]:
    """Return the names of the columns that `features` fills, in order."""
    return [*concepts(), *(f"{name}@begin" for name in concepts()), *_SHAPES]


def find(tokens: Sequence[Token]) -> list[Cue]:
    """Return the phrases in the text, in its order; looked up by their first word, so that long texts stay fast."""
    index = _by_first_word()
    cues = []
    for place, token in enumerate(tokens):
        word = token.folded
        for key in (word, *(f"{word[:size]}*" for size in range(1, min(len(word), _LONGEST) + 1))):
            for name, words in index.get(key, ()):
                following = tokens[place : place + len(words)]
                if len(following) == len(words) and all(map(_fits, following, words)):
                    cues.append(Cue(name, token.start, following[-1].end))
    return cues


def features(text: str, tokens: Sequence[Token], cues: Sequence[Cue]) -> NDArray[np.float32]:
    """Return one value per name of `names`, each between 0 and 1."""
    begin = tokens[min(3, len(tokens) - 1)].end if tokens else 0
    found = {cue.concept for cue in cues}
    early = {cue.concept for cue in cues if cue.start < begin}
    values = [float(name in found) for name in concepts()]
    values += [float(name in early) for name in concepts()]
    return np.array(values + _shape(text, tokens, early), dtype=np.float32)


def _shape(text: str, tokens: Sequence[Token], early: set[str]) -> list[float]:
    letters = [c for c in text if c.isalpha()]
    words = sum(token.is_word for token in tokens)
    shouted = sum(c.isupper() for c in letters) / len(letters) if letters else 0.0
    return [
        float("?" in text),
        float(text.rstrip().endswith("?")),
        min(text.count("!"), 3) / 3,
        float(shouted > _SHOUTED and words > 1),
        float("\n\n" in text),
        float(words <= 3),  # noqa: PLR2004 -- a nod, a cheer or a name
        min(log1p(words) / 5, 1.0),
        min(sum(c.isdigit() for c in text) / (len(text) or 1) * 5, 1.0),
        float(any(token.folded == "urlx" for token in tokens)),
        float(any(token.folded == "mentionx" for token in tokens)),
        float(text.lstrip().startswith(("[", "<", "{"))),
        float(not words),
        float("ask_where" in early),
    ]


def _fits(token: Token, word: str) -> bool:
    return token.folded.startswith(word[:-1]) if word.endswith("*") else token.folded == word


def _folded(phrase: str) -> tuple[str, ...]:
    """Fold a phrase as texts are folded."""
    words: list[str] = []
    for word in phrase.split():
        stem = word.rstrip("*")
        parts = [token.folded for token in tokenize(stem)] or [fold(stem)]
        words += [*parts[:-1], parts[-1] + ("*" if word.endswith("*") else "")]
    return tuple(words)
