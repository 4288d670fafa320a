"""First names: their base forms, in whatever case a sentence puts them."""

import re
import tomllib
from functools import cache
from importlib.resources import files

_ENDINGS = {
    "а": "е у ой ы о і ою и",
    "я": "е ю ей и і ею ь ьо є ї єю",
    "й": "ю я ем єм єві є",
    "ь": "ю я ем еві и",
    "о": "у а ом ові е",
}
"""Endings that stand for the last letter of a name; a name in -а is also called by its bare stem."""
_PATRONYMIC = re.compile(
    r"(?P<stem>\w{2,}?(?:вич|вн|йович|[иы]ч|ишн|[ії]чн))(?P<end>[аоуеюиіы]|ем|ой|ою|еві)?", re.IGNORECASE
)
_VOCATIVE = (("же", "г"), ("ію", "ій"), ("ю", "й"), ("ку", "ко"), ("о", "а"), ("е", ""))
"""Endings of Ukrainian vocatives and what they stand for."""


def base_form(name: str) -> str | None:
    """Return the name as it stands in a list of people, or None when it is no first name that is known."""
    low = name.lower().replace("’", "'").replace("ʼ", "'")
    if low in _latin():
        return name[:1].upper() + (name[1:].lower() if name.isupper() else name[1:])
    return _nicknames().get(low) or _forms().get(low) or _written_in_latin().get(low)


def guessed_base_form(name: str) -> str:
    """Return the likely base form of a name that no list has."""
    if re.search("[іїєґ]", name, re.IGNORECASE) or re.search("[а-яё]", name, re.IGNORECASE):
        for ending, base in _VOCATIVE:
            if name.endswith(ending) and len(name) > len(ending) + 2:
                return name[: -len(ending)] + base
    return name[:1].upper() + name[1:].lower() if name.isupper() else name


def patronymic(word: str) -> str | None:
    """Return the base form of a Russian or Ukrainian patronymic, or None when the word is none."""
    found = _PATRONYMIC.fullmatch(word)
    if not found:
        return None
    stem = found.group("stem")
    return stem + "а" if stem.endswith("н") else stem


@cache
def _lists() -> dict[str, list[str]]:
    lists = tomllib.loads((files(__package__) / "names.toml").read_text(encoding="utf-8"))
    return {script: names.split() for script, names in lists.items()}


@cache
def _latin() -> frozenset[str]:
    return frozenset(_lists()["latin"])


@cache
def _forms() -> dict[str, str]:
    """Return the inflected forms of the Cyrillic names: nominative, then vocative, dative, accusative, instrumental."""
    forms: dict[str, str] = {}
    for base in _lists()["cyrillic"]:
        for form in _inflected(base):
            forms.setdefault(form.lower(), base)
    return forms | {base.lower(): base for base in _lists()["cyrillic"]}


@cache
def _nicknames() -> dict[str, str]:
    """Return the forms of the pet names that stand for a name of the list."""
    pairs = dict(pair.split("=") for pair in _lists()["nicknames"])
    return {form.lower(): base for pet, base in pairs.items() for form in [pet, *_inflected(pet)]}


@cache
def _written_in_latin() -> dict[str, str]:
    """Return the Cyrillic names that are called in Latin letters: "yurku", "sasha"."""
    return dict(pair.split("=") for pair in _lists()["transliterated"])


def _inflected(base: str) -> list[str]:
    stem, end = base[:-1], base[-1].lower()
    if base.lower().endswith("ия"):
        return [stem + e for e in ("и", "ю", "ей")]
    if base.lower().endswith("ія"):
        return [stem + e for e in ("ї", "ю", "є", "єю")]
    if base.lower().endswith(("ка", "га", "ха")):
        return [stem + e for e in ("е", "у", "ой", "и", "о", "ою")] + [stem[:-1] + soft for soft in _soft(stem)]
    if base.lower().endswith(("ко", "ик", "ік", "ек", "ок")):
        bare = base.removesuffix("о")
        return [bare + e for e in ("у", "а", "ом", "ові", "е", "о")]
    if end in _ENDINGS:
        return [stem + ending for ending in _ENDINGS[end].split()] + ([stem] if end in "ая" else [])
    return [base + ending for ending in ("у", "а", "ом", "е", "ові", "ю")]


def _soft(stem: str) -> list[str]:
    return {"к": ["ці"], "г": ["зі"], "х": ["сі"]}[stem[-1]]
