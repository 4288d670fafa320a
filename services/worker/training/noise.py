"""Messages as people type them in a hurry: without capitals, commas and accents, with typos, in Latin letters.

A quarter of the training messages is learned a second time like this; what they mean stays the same. The noise of a
message is drawn from its id, so that the same data give the same weights.
"""

import hashlib
import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from services.worker.training.dataset import Message

SHARE = 0.25
"""Of the messages that get a copy; 0.6 gave no more."""
_LETTERS_PER_TYPO = 25
_SPELLED = (
    "а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh"
    " щ=sch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=yi є=ye ґ=g"
)
_LATIN = dict(pair.split("=") for pair in _SPELLED.split())
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def rough_copies(messages: Sequence[Message]) -> list[Message]:
    """Return copies of some of the messages with noise in their text."""
    return [replace(m, text=roughened(m)) for m in messages if _drawn(f"copy {m.id}").random() < SHARE]


def roughened(message: Message) -> str:
    """Return the text with noise."""
    chance, text = _drawn(message.id), message.text
    if message.lang in {"ru", "uk"} and chance.random() < 0.35:  # noqa: PLR2004 -- about one in three
        return _in_latin(text if chance.random() < 0.5 else _flat(text))  # noqa: PLR2004 -- one in two
    kind = chance.random()
    if kind < 0.3:  # noqa: PLR2004 -- three in ten
        text = _flat(text)
    if message.lang == "de" and chance.random() < 0.3:  # noqa: PLR2004 -- three in ten
        text = text.translate(_UMLAUTS)
    if message.lang in {"es", "fr", "pt", "it"} and chance.random() < 0.5:  # noqa: PLR2004 -- one in two
        text = _without_accents(text)
    return _mistyped(text, chance) if kind > 0.2 else text  # noqa: PLR2004 -- four in five


def _drawn(seed: str) -> random.Random:
    return random.Random(int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16))


def _in_latin(text: str) -> str:
    return "".join(
        (_LATIN[c.lower()].capitalize() if c.isupper() else _LATIN[c]) if c.lower() in _LATIN else c for c in text
    )


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _flat(text: str) -> str:
    return re.sub(r"[.,!;:¡¿]+(?=\s|$)|^[¡¿]", "", text.lower()).replace("\n", " ")


def _mistyped(text: str, chance: random.Random) -> str:
    """Return the text with letters left out, swapped or doubled."""
    letters = list(text)
    for _ in range(max(1, len(text) // _LETTERS_PER_TYPO)):
        place = chance.randrange(len(letters))
        if not letters[place].isalpha():
            continue
        kind = chance.randrange(3)
        if kind == 0:
            letters[place] = ""
        elif kind == 1 and place + 1 < len(letters) and letters[place + 1].isalpha():
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        else:
            letters[place] *= 2
    return "".join(letters)
