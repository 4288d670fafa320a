"""What of a message can be compared word by word: telling words, character n-grams, concepts, numbers, names, quotes."""

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
_COMPOUNDING = {"de", "nl"}
"""Languages that write several words as one."""
_KEPT = 4096
"""Texts whose traits are kept: candidates come back again and again."""
_PART = re.compile(
    r"(?P<code>(?=[\w./:-]*\d)(?=[\w./:-]*[^\W\d_])\w[\w./:-]*\w)"
    r"|(?P<number>\d+(?:[.,:]\d+)*)"
    r"|(?P<word>[^\W\d_]+(?:['’ʼ][^\W\d_]+)*)"
)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{3,60})[\"”“»]")
_ENDS = ".!?\n:"

_folded = lru_cache(maxsize=1 << 16)(fold)


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

    def common(self, other: "Weighed", power: int = 1) -> float:
        """Return the sum of the weights of the shared terms, each to a power."""
        return float(sum(self.weights[term] ** power for term in self.weights.keys() & other.weights.keys()))


@dataclass(frozen=True)
class Traits:
    """Of one text."""

    words: tuple[str, ...]
    """As they were written."""
    stems: Weighed
    grams: Weighed
    concepts: Weighed
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
                numbers.add(part.replace(",", ".").lstrip("0") or "0")
            elif match.lastgroup == "code":
                codes.add(_folded(part))
            else:
                before = text[: match.start()].rstrip(" \"'«„“(")
                if part[0].isupper() and not part.isupper() and before and before[-1] not in _ENDS:
                    names.add(_folded(part))
                words.append(part)
        flat = [_folded(word) for word in words]
        telling = {word[:_STEM]: place for place, word in reversed(list(enumerate(flat))) if _tells(words[place], word)}
        found = concepts.find(flat, compounds=language in _COMPOUNDING)
        return Traits(
            words=tuple(words),
            stems=self._weigh(telling, "s:"),
            grams=self._weigh(_grams(word for place, word in enumerate(flat) if _tells(words[place], word)), "g:"),
            concepts=self._weigh(found, "c:"),
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


def column(term: str) -> int:
    """Return the place of a term in the table of inverse frequencies."""
    return crc32(term.encode()) % COLUMNS


def compared(text: str) -> str:
    """Return the part of a text that is compared."""
    return without_greeting(readable(text))[:EMBEDDED_CHARACTERS]


def _tells(word: str, flat: str) -> bool:
    return len(flat) > 2 and not is_small_word(word)  # noqa: PLR2004 -- shorter ones are particles


def _grams(words: Iterable[str]) -> set[str]:
    padded = (f"_{word}_" for word in words)
    return {word[at : at + _GRAM] for word in padded for at in range(max(1, len(word) - _GRAM + 1))}
