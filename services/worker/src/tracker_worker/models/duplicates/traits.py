"""What of a message can be compared word by word: telling words, n-grams, concepts, numbers, names, quotes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tracker_worker.models.duplicates import concepts
from tracker_worker.models.embedded.features import EMBEDDED_CHARACTERS, readable
from tracker_worker.models.reading.cleaning import without_greeting
from tracker_worker.models.reading.language import is_small_word
from tracker_worker.models.reading.tokens import fold

COLUMNS = 1 << 15
"""Places of the table of inverse frequencies."""
_STEM = 5
"""Letters of a word that are compared; inflection comes after them."""
_GRAM = 4
"""Letters of an n-gram; it does not cross word ends."""
_KEPT = 4096
"""Texts whose traits are kept: candidates come back again and again."""
_PART = re.compile(
    r"(?P<code>(?=[\w./:-]*\d)(?=[\w./:-]*[^\W\d_])\w[\w./:-]*\w|[a-z][\w-]*(?:\.[\w-]+){2,})"
    r"|(?P<number>\d+(?:[.,:]\d+)*)"
    r"|(?P<word>[^\W\d_]+(?:['’ʼ][^\W\d_]+)*)"
)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{3,60})[\"”“»]")
_ENDS = ".!?\n:"

_WORDS = 1 << 16
"""Words of which is remembered how they are folded, counted and cut."""

_folded = lru_cache(maxsize=_WORDS)(fold)


@dataclass(frozen=True)
class Weighed:
    """Terms with their weights, and the length of the whole as a vector."""

    weights: dict[str, float]
    length: float

    def cosine(self, other: "Weighed") -> float:
        """Return the cosine between two sets of weighted terms; terms weigh the same in both."""
        if not self.length or not other.length:
            return 0.0
        return self.common(other, 2) / (self.length * other.length)

    def rarest(self, other: "Weighed") -> float:
        """Return the weight of the rarest shared term."""
        return max((self.weights[term] for term in self.weights.keys() & other.weights.keys()), default=0.0)

    def common(self, other: "Weighed", power: int = 1) -> float:
        """Return the sum of the weights of the shared terms, each to a power."""
        return sum((self.weights[term] ** power for term in self.weights.keys() & other.weights.keys()), 0.0)


@dataclass(frozen=True)
class Traits:
    """Of one text."""

    words: tuple[str, ...]
    """As they were written."""
    stems: Weighed
    grams: Weighed
    concepts: Weighed
    troubles: Weighed
    """Those of the concepts that happen to things."""
    things: Weighed
    """The other concepts."""
    numbers: Weighed
    codes: frozenset[str]
    """Words with digits in them: hosts, error codes, order numbers."""
    names: frozenset[str]
    """Words with a capital letter inside a sentence."""
    quoted: frozenset[str]
    stem_places: dict[str, int]
    """Place of each stem in `words`."""
    concept_places: dict[str, int]
    """Place of each concept in `words`."""


class Reader:
    """Reads traits of texts. May be called from several threads."""

    def __init__(self, rarity: NDArray[np.float32]) -> None:
        """Take the inverse frequency of each term, by `column`."""
        self._rarity: list[float] = rarity.tolist()
        self.read = lru_cache(maxsize=_KEPT)(self._read)

    def _read(self, text: str, language: str) -> Traits:
        words: list[str] = []
        numbers, codes, names = set[str](), set[str](), set[str]()
        text = compared(text)
        for match in _PART.finditer(text):
            part = match.group()
            if match.lastgroup == "number":
                numbers |= _readings(part)
            elif match.lastgroup == "code":
                codes.add(_folded(part))
            else:
                before = text[: match.start()].rstrip(" \"'«„“(")
                if part[0].isupper() and not part.isupper() and before and before[-1] not in _ENDS:
                    names.add(_folded(part))
                words.append(part)
        flat = [_folded(word) for word in words]
        telling = {word[:_STEM]: place for place, word in reversed(list(enumerate(flat))) if _tells(words[place], word)}
        named = concepts.find(flat, language)
        found = {name: place for name, place in named.items() if not concepts.is_number(name)}
        numbers |= named.keys() - found.keys()
        return Traits(
            words=tuple(words),
            stems=self._weigh(telling, "s:"),
            grams=self._weigh(_grams(word for place, word in enumerate(flat) if _tells(words[place], word)), "g:"),
            concepts=self._weigh(found, "c:"),
            troubles=self._weigh((name for name in found if concepts.is_trouble(name)), "c:"),
            things=self._weigh((name for name in found if not concepts.is_trouble(name)), "c:"),
            numbers=self._weigh(numbers, "n:"),
            codes=frozenset(codes),
            names=frozenset(names),
            quoted=frozenset(_folded(quote) for quote in _QUOTED.findall(text)),
            stem_places=telling,
            concept_places=found,
        )

    def _weigh(self, terms: Iterable[str], kind: str) -> Weighed:
        weights = {term: self._rarity[column(kind + term)] for term in terms}
        return Weighed(weights, sum(weight * weight for weight in weights.values()) ** 0.5)


def terms(traits: Traits) -> list[str]:
    """Return the terms whose frequency is counted, as `column` takes them."""
    kinds = {"s:": traits.stems, "g:": traits.grams, "c:": traits.concepts, "n:": traits.numbers}
    return [kind + term for kind, weighed in kinds.items() for term in weighed.weights]


@lru_cache(maxsize=_WORDS)
def column(term: str) -> int:
    """Return the place of a term in the table of inverse frequencies."""
    return crc32(term.encode()) % COLUMNS


def compared(text: str) -> str:
    """Return the part of a text that is compared."""
    return without_greeting(readable(text))[:EMBEDDED_CHARACTERS]


def _readings(number: str) -> set[str]:
    """Return what a number may be called: 14:02 is fourteen and two o'clock as well."""
    whole = number.replace(",", ".").lstrip("0") or "0"
    hour, _, minutes = number.partition(":")
    if not minutes or not hour.isdigit():
        return {whole}
    return {whole, str(int(hour)), str(int(hour) % 12 or 12)}


def _tells(word: str, flat: str) -> bool:
    return len(flat) > 2 and not is_small_word(word)  # noqa: PLR2004 -- shorter ones are particles


def _grams(words: Iterable[str]) -> set[str]:
    return {gram for word in words for gram in _word_grams(word)}


@lru_cache(maxsize=_WORDS)
def _word_grams(word: str) -> tuple[str, ...]:
    padded = f"_{word}_"
    return tuple(padded[at : at + _GRAM] for at in range(max(1, len(padded) - _GRAM + 1)))
