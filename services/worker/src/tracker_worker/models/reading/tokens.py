"""Text as the model's word and character features see it.

Cyrillic is written in Latin letters and marks are dropped, so that Russian in Cyrillic, its transliteration, German
without umlauts and Spanish without accents meet in the same features. Each token remembers where it stood in the
original, because reasons quote the original.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARACTERS = 4000
"""Characters that are read; a longer message is judged by its beginning and its end."""

_TOKEN = re.compile(
    r"(?P<url>https?://\S+|www\.\S+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|(?P<mention>(?<!\w)@\w+)"
    r"|(?P<word>[^\W\d_]+(?:['’ʼ][^\W\d_]+)*)"
    r"|(?P<number>\d+(?:[.,:]\d+)*)"
    r"|(?P<mark>[?¿!¡\[\]<>{}%€$£#+:]|[^\w\s.,;\"'()])"
)
_STANDS_FOR = {"url": "urlx", "mail": "mailx", "mention": "mentionx", "number": "0"}
_LATIN = str.maketrans(
    {
        **dict(zip("абвгґдезиіклмнопрстуфхы", "abvggdeziiklmnoprstufhi", strict=True)),
        **dict(zip("эєёйїьъ", ["e", "e", "e", "i", "i", "", ""], strict=True)),
        "ж": "zh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sch",
        "ю": "iu",
        "я": "ia",
        "y": "i",
        "j": "i",
        "ß": "ss",
        "ł": "l",
        "ø": "o",
        "ı": "i",
        **dict.fromkeys("'’ʼ", ""),
    }
)
_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True)
class Token:
    """One token: its folded form and its place in the original text."""

    folded: str
    start: int
    end: int
    is_word: bool


def fold(text: str) -> str:
    """Return the text in lower-case Latin letters without marks; runs of three equal characters become one."""
    lowered = unicodedata.normalize("NFC", text).lower().translate(_LATIN)
    bare = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return _RUN.sub(r"\1", bare.translate(_LATIN))


def shorten(text: str) -> str:
    """Return the text, or its beginning and its end when it is longer than `MAX_CHARACTERS`."""
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[: MAX_CHARACTERS * 3 // 4] + "\n" + text[-MAX_CHARACTERS // 4 :]


def tokenize(text: str) -> list[Token]:
    """Split the text into words, marks and stand-ins for numbers, addresses and links."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        folded = _STANDS_FOR.get(kind) or fold(match.group())
        if folded.strip():
            tokens.append(Token(folded.replace(" ", ""), match.start(), match.end(), kind == "word"))
    return tokens
