"""Concepts: what things are called in five languages, so that two reports of one printer meet without a shared word.

`concepts.txt` holds one concept per line, its name and then its words. A word of five letters or more stands for all
words that begin with it, a shorter one for itself; `*` and `=` say so explicitly. Words joined by `_` or `-` follow
each other in the text, with at most one word between.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from tracker_worker.models.reading.tokens import fold

_OPEN_FROM = 5
"""Letters from which a word stands for all words that begin with it."""
_COMPOUNDING = {"de", "nl"}
"""Languages that write several words as one."""
_INSIDE_FROM = 5
"""Letters of a stem that is looked for inside a compound."""
_COMPOUND_FROM = 9
"""Letters from which a word may be a compound."""
_WORDS = 1 << 16
"""Words of which is remembered what they may stand for."""
_GAP = 1
"""Words that may stand between two words of a phrase."""

type _Word = tuple[str, bool]
"""A folded word, and whether it stands for all words that begin with it."""
type _Entry = tuple[str, str, tuple[_Word, ...]]
"""A concept, the languages that have one of its phrases, and the further words of this phrase."""
_CYRILLIC = "ru uk"
"""Languages of entries in Cyrillic, and of texts in which Latin letters may stand for it."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all concepts, without the numbers."""
    return tuple(name for name in _lexicon() if not is_number(name))


def is_trouble(name: str) -> bool:
    """Say whether a concept is something that happens to things."""
    return name.startswith("!")


def is_number(name: str) -> bool:
    """Say whether a concept is a number."""
    return name.isdigit()


def find(words: Sequence[str], language: str) -> dict[str, int]:
    """Return the concepts of a text, each with the place of the first word that stands for it.

    Args:
        words: Folded, in the order of the text.
        language: Of the text, ISO 639-1 or `und`.
    """
    found: dict[str, int] = {}
    for place, word in enumerate(words):
        for name, rest in _entries(word, language):
            if name not in found and _follows(words, place + 1, rest):
                found[name] = place
    return found


@lru_cache(maxsize=_WORDS)
def _entries(word: str, language: str) -> tuple[tuple[str, tuple[_Word, ...]], ...]:
    """Return the phrases that begin with a word: their concept, and their other words."""
    whole, begins = _index()
    entries = list(whole.get(word, ()))
    for size in range(2, len(word) + 1):
        entries += begins.get(word[:size], ())
    if language in _COMPOUNDING and len(word) >= _COMPOUND_FROM:
        entries += [entry for stem in _inside(word) for entry in begins.get(stem, ()) if not entry[2]]
    return tuple((name, rest) for name, languages, rest in entries if _speaks(language, languages))


def _speaks(language: str, languages: str) -> bool:
    """Say whether a text of a language may have an entry of some languages; an empty one is of any but Cyrillic."""
    return language in languages.split() if languages else language not in _CYRILLIC


def _inside(word: str) -> list[str]:
    ends = range(_INSIDE_FROM, len(word) + 1)
    return [word[start:end] for start in range(2, len(word) - _INSIDE_FROM + 1) for end in ends if end - start > 4]  # noqa: PLR2004


def _follows(words: Sequence[str], place: int, rest: tuple[_Word, ...]) -> bool:
    for word, is_open in rest:
        for at in range(place, min(place + _GAP + 1, len(words))):
            if words[at].startswith(word) if is_open else words[at] == word:
                place = at + 1
                break
        else:
            return False
    return True


@cache
def _lexicon() -> dict[str, list[tuple[str, tuple[_Word, ...]]]]:
    lexicon: dict[str, list[tuple[str, tuple[_Word, ...]]]] = {}
    for line in (files(__package__) / "concepts.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, entries = line.partition(":")
            lexicon.setdefault(name, []).extend(_phrase(entry) for entry in entries.split())
    return lexicon


@cache
def _index() -> tuple[dict[str, list[_Entry]], dict[str, list[_Entry]]]:
    whole: dict[str, list[_Entry]] = {}
    begins: dict[str, list[_Entry]] = {}
    for name, phrases in _lexicon().items():
        for languages, ((first, is_open), *rest) in phrases:
            (begins if is_open else whole).setdefault(first, []).append((name, languages, tuple(rest)))
    return whole, begins


def _phrase(entry: str) -> tuple[str, tuple[_Word, ...]]:
    written, _, languages = entry.partition("@")
    if not languages and any("\u0400" <= letter <= "\u04ff" for letter in written):
        languages = _CYRILLIC
    return languages.replace(",", " "), tuple(_word(part) for part in re.split(r"[_-]", written))


def _word(part: str) -> _Word:
    stem = fold(part.rstrip("*="))
    return stem, part.endswith("*") or (len(stem) >= _OPEN_FROM and not part.endswith("="))
