"""What the model sees of a message: the layers of its sentence embedding, its words and n-grams, its cues."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tracker_worker.models.embedded import ngrams
from tracker_worker.models.reading import cues
from tracker_worker.models.reading.cleaning import own_words
from tracker_worker.models.reading.commands import without_commands
from tracker_worker.models.reading.cues import Cue
from tracker_worker.models.reading.tokens import Token, shorten, tokenize

EMBEDDED_CHARACTERS = 700
"""Characters that are embedded: the beginning says what a message is, and time grows with length."""


class Reader(Protocol):
    """Turns a text into unit vectors; `Encoder` does."""

    def read(self, text: str) -> NDArray[np.float32]:
        """Return one row per layer, the sentence embedding last."""
        ...


@dataclass(frozen=True)
class Features:
    """The blocks of one message."""

    text: str
    tokens: Sequence[Token]
    found: Sequence[Cue]
    layers: NDArray[np.float32]
    """Mean of each layer of `encoder.LAYERS`, shape (4, 384), length one; the last is the sentence embedding."""
    columns: NDArray[np.int64]
    """Columns of the n-grams that occur."""
    values: NDArray[np.float32]
    """Their weights, length one."""
    cues: NDArray[np.float32]
    """One value per `cues.names()`."""


def extract(text: str, encoder: Reader, idf: NDArray[np.float32]) -> Features:
    """Return the features of one message."""
    text = readable(text)
    tokens = tokenize(text)
    found = cues.find(tokens)
    columns, values = ngrams.hashed(tokens, idf)
    return Features(
        text=text,
        tokens=tokens,
        found=found,
        layers=encoder.read(embeddable(text)),
        columns=columns,
        values=values,
        cues=cues.features(text, tokens, found),
    )


def readable(text: str) -> str:
    """Return the part of a message that is judged: the sender's own words, no commands to the machine, not too long."""
    return shorten(without_commands(own_words(shorten(text))))


def embeddable(text: str) -> str:
    """Return the part of the text that is embedded, on one line."""
    return " ".join(text[:EMBEDDED_CHARACTERS].replace("\x00", " ").split())
