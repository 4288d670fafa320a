"""The reason why two messages were taken for one report, for people: what both of them name."""

from tracker_worker.models.duplicates.features import Compared
from tracker_worker.models.duplicates.traits import Weighed

_QUOTES = 4
"""Shared things that are named at most."""


def reason(new: Compared, other: Compared) -> str:
    """Return one line, such as `Both speak of: export, yesterday`."""
    foreign = new.language != other.language
    a, b = new.traits, other.traits
    codes = sorted(a.codes & b.codes) + _shared(a.numbers, b.numbers)
    spoken: list[str] = []
    for place in _places(new, other):
        word = a.words[place].lower()
        if word not in spoken:
            spoken.append(word)
    shared = [*codes[:2], *spoken][:_QUOTES]
    lead = "Same subject in another language" if foreign else "Both speak of"
    if shared:
        return f"{lead}: {', '.join(shared)}"
    return lead if foreign else "Says nearly the same in other words"


def _places(new: Compared, other: Compared) -> list[int]:
    """Return the places of the shared words and concepts in the new message, the most telling first."""
    a, b = new.traits, other.traits
    weights: dict[int, float] = {}
    for mine, theirs, places in ((a.concepts, b.concepts, a.concept_places), (a.stems, b.stems, a.stem_places)):
        for term in mine.weights.keys() & theirs.weights.keys():
            weights[places[term]] = max(weights.get(places[term], 0.0), mine.weights[term])
    return sorted(weights, key=lambda place: -weights[place])


def _shared(mine: Weighed, theirs: Weighed) -> list[str]:
    return sorted(mine.weights.keys() & theirs.weights.keys(), key=lambda term: (-mine.weights[term], term))
