"""Whom of the workspace a name means."""

import re
from collections.abc import Mapping
from itertools import takewhile
from uuid import UUID

_STEM = 3
"""Letters that a name and its inflected form share at least: Лена, Лене."""
_ENDING = 2
"""Letters at the end of a name that may change with its case."""


def match_member(name: str | None, members: Mapping[UUID, str]) -> UUID | None:
    """Return the one member that `name` means: the full name or its first word; none when several fit."""
    if not name:
        return None
    wanted = name.lstrip("@").casefold()
    for form in (str.casefold, lambda full: full.casefold().partition(" ")[0]):
        fitting = [member_id for member_id, full in members.items() if form(full) == wanted]
        if len(fitting) == 1:
            return fitting[0]
    return None


def is_mentioned(name: str, text: str) -> bool:
    """Say whether a word of the text is a word of the name, perhaps inflected."""
    words = set(re.findall(r"\w+", text.casefold()))
    return any(_is_form(word, part) for part in re.findall(r"\w+", name.casefold()) for word in words)


def _is_form(word: str, name: str) -> bool:
    if word == name:
        return True
    stem = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(word, name, strict=False))))
    return stem >= max(_STEM, len(name) - _ENDING) and len(word) - stem <= _ENDING
