"""Phrases that join in or change the subject, found in a text of any language. The phrases are in `phrases.toml`."""

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

from tracker_worker.models.reading.tokens import fold


class Phrase(StrEnum):
    """What a phrase does."""

    JOINING_IN = "joining_in"
    ANOTHER_MATTER = "another_matter"


def says(kind: Phrase, text: str) -> bool:
    """Say whether a phrase of that kind is in the text."""
    return _pattern(kind).search(_plain(text)) is not None


@cache
def _pattern(kind: Phrase) -> re.Pattern[str]:
    lexicon = tomllib.loads((files(__package__) / "phrases.toml").read_text(encoding="utf-8"))
    entries = sorted({_plain(entry) for entry in lexicon[kind]}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(e).replace(r'\*', r'\w*')}(?!\w)" for e in entries))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w+* ]", " ", fold(text)).split())
